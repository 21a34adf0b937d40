import { describe, expect, it } from 'vitest';
import type { Body } from '../../../core/ledger/entry.ts';
import { replay } from '../../../core/ledger/replay.ts';
import { HOUR } from '../../../core/time.ts';
import {
  anEnsure,
  aRemoval,
  aSlot,
  authorised,
  Book,
  grantId,
  minute,
  outcomeOf,
  request,
  START,
  sha,
} from '../../support/ledger.ts';

const ID = grantId(42);
const tightened = (is: 'kept' | 'shrunk', expires = minute(60), grant = ID): Body => ({
  type: 'tightened',
  grant,
  commit: sha(5),
  most: HOUR,
  by: 'a rule',
  is,
  expires,
});
const ensure = anEnsure(42, { starts: START, expires: minute(120) });
const held = [authorised(42), ensure, outcomeOf(ensure)] as const;
const grantAfter = (...bodies: readonly Body[]) => replay(Book.of(...bodies).entries).grants.get(ID);

describe('a grant that is held when the policies are tightened', () => {
  it('that is kept has its window, and remembers what would be allowed', () => {
    expect(grantAfter(...held, tightened('kept'))).toMatchObject({ most: HOUR, window: { expires: minute(120) } });
  });

  it('that is shrunk ends earlier, in every slot', () => {
    const grant = grantAfter(...held, tightened('shrunk'));
    expect(grant?.window).toEqual({ starts: START, expires: minute(60) });
    expect(grant?.holds.get(aSlot().key)?.window.expires).toBe(minute(60));
  });

  it.each<[string, readonly Body[], string | undefined]>([
    ['never grows', [...held, tightened('shrunk', minute(240))], minute(120)],
    ['stays where it never began', [authorised(42), tightened('shrunk')], undefined],
    [
      'stays where it was over already',
      [...held, { type: 'locked', grant: ID, lock: 'incident', commit: sha(5) }, tightened('shrunk')],
      minute(120),
    ],
    ['of another grant is another’s', [...held, tightened('shrunk', minute(60), grantId(99))], minute(120)],
  ])('its window %s', (_, bodies, expires) => {
    expect(grantAfter(...bodies)?.window?.expires).toBe(expires);
  });
});

describe('other new ends', () => {
  it('whoever left has nothing from that instant on', () => {
    const left: Body = { type: 'left', grant: ID, why: 'organization', commit: sha(5) };
    const state = replay(Book.of(...held).add(minute(9), left).entries);
    expect(state.grants.get(ID)).toMatchObject({ status: 'revoking', ended: { why: 'left', at: minute(9) } });
    const removal = aRemoval(42, { because: { why: 'left', grants: [ID] } });
    expect(grantAfter(...held, left, removal, outcomeOf(removal))).toMatchObject({
      status: 'revoked',
      ended: { why: 'left' },
    });
  });

  it('a request that was closed is kept by its pull request, and uses up no path', () => {
    const closed: Body = {
      type: 'closed',
      is: 'withdrawn',
      request: request(42),
      head: sha(3),
      opener: { id: 1001, login: 'alice' },
      openedAt: START,
      by: null,
      closedAt: START,
      asked: null,
      verdict: null,
      why: 'it could not be read any more',
      reviews: [],
    };
    const state = replay(
      Book.of({ type: 'read', commit: sha(2), closed: START }, closed, { type: 'read', commit: sha(3) }).entries,
    );
    expect(state.closed.get(42)).toMatchObject({ is: 'withdrawn' });
    expect(state.requests.size).toBe(0);
    expect(state.closedUntil).toBe(START);
    expect(state.closedPull).toBe(0);
    const later = replay(Book.of({ type: 'read', commit: sha(2), closed: START, closedPull: 42 }).entries);
    expect([later.closedUntil, later.closedPull]).toEqual([START, 42]);
    expect(replay([]).closedUntil).toBeNull();
  });
});
