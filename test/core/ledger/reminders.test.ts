import { describe, expect, it } from 'vitest';
import { appendEntries } from '../../../core/ledger/chain.ts';
import type { Body } from '../../../core/ledger/entry.ts';
import { nextReminder, remindersDue } from '../../../core/ledger/reminders.ts';
import { replay } from '../../../core/ledger/replay.ts';
import { MINUTE, plus } from '../../../core/time.ts';
import { aGenesis, anAction, anEnsure, aRemoval, authorised, minute, outcomeOf, START } from '../../support/ledger.ts';

const stateOf = (...bodies: readonly Body[]) => replay(appendEntries(null, [aGenesis(), ...bodies], START).entries);

/** A grant that is held from 10:00 for so many minutes. */
function held(number: number, minutes: number, change: Parameters<typeof authorised>[1] = {}): readonly Body[] {
  const intent = anEnsure(number, { expires: minute(minutes) });
  return [authorised(number, { length: minutes * MINUTE, ...change }), intent, outcomeOf(intent)];
}

const due = (state: ReturnType<typeof stateOf>, minutes: number) =>
  remindersDue(state, minute(minutes)).map(({ request }) => request.pullRequest);

describe('remindersDue', () => {
  it.each([
    [120, 105],
    [31, 16],
    [30, 15],
    [20, 10],
    [10, 5],
  ])('reminds of a grant of %i minutes after %i', (length, after) => {
    const state = stateOf(...held(42, length));
    expect(remindersDue(state, plus(minute(after), -1))).toEqual([]);
    expect(due(state, after)).toEqual([42]);
    expect(remindersDue(state, plus(minute(length), -1))).toHaveLength(1);
    expect(due(state, length)).toEqual([]);
    expect(nextReminder(state, START)).toBe(minute(after));
    expect(nextReminder(state, minute(after))).toBeNull();
  });

  it('reminds of nothing that is shorter than anybody can read', () => {
    const state = stateOf(...held(42, 9));
    expect(due(state, 5)).toEqual([]);
    expect(nextReminder(state, START)).toBeNull();
  });

  it.each<[string, readonly Body[]]>([
    ['is approved only', [authorised(42)]],
    ['is not seen to be held', [authorised(42), anEnsure(42)]],
    [
      'was given back',
      [
        ...held(42, 120),
        { type: 'returned', grant: '42-0000002a', by: { id: 1001, login: 'alice' }, via: { comment: 1 }, asked: START },
      ],
    ],
    ['is taken back', [...held(42, 120), aRemoval(42), outcomeOf(aRemoval(42))]],
    ['is an action', [{ ...authorised(42), grant: anAction(42) } as Body]],
  ])('reminds of nothing that %s', (_, bodies) => {
    expect(due(stateOf(...bodies), 110)).toEqual([]);
  });

  it('reminds nobody who has asked for the time after already', () => {
    const more = (change: Parameters<typeof authorised>[1]) =>
      due(stateOf(...held(42, 120), authorised(43, change)), 110);
    expect(more({ starts: minute(120) })).toEqual([]);
    expect(more({ starts: minute(121) })).toEqual([42]);
    expect(more({ starts: START, length: 120 * MINUTE })).toEqual([42]);
    expect(more({ starts: minute(120), resource: 'orders-db' })).toEqual([42]);
    expect(more({ starts: minute(120), entitlement: 'maintainer' })).toEqual([42]);
    const bob = { kind: 'person', name: 'bob', id: 1002, login: 'bob', identities: {} } as const;
    expect(more({ starts: minute(120), subject: bob })).toEqual([42]);
  });

  it('lets nothing that is over stand for the time after', () => {
    const lapsed: Body = {
      type: 'lapsed',
      request: {
        path: 'requests/payments-production/member/43.yaml',
        blob: '000000000000000000000000000000000000002b',
        pullRequest: 43,
      },
      commit: 'a'.repeat(40),
      code: 'c',
      why: 'w',
      next: 'n',
    };
    const returned: Body = {
      type: 'returned',
      grant: '43-0000002b',
      by: { id: 1001, login: 'alice' },
      via: { comment: 1 },
      asked: START,
    };
    for (const end of [lapsed, returned]) {
      expect(due(stateOf(...held(42, 120), authorised(43, { starts: minute(120) }), end), 110)).toEqual([42]);
    }
  });

  it('orders them by their ends', () => {
    const bodies = [...held(44, 118), ...held(42, 120), ...held(43, 119)];
    // Same slot, same subject: other resources, so that none goes on for another.
    const apart = bodies.map((body, at) =>
      body.type === 'authorised' ? { ...body, grant: { ...body.grant, resource: `r${at}` } } : body,
    );
    expect(due(stateOf(...apart), 110)).toEqual([44, 43, 42]);
    expect(nextReminder(stateOf(...apart), START)).toBe(minute(103));
  });
});
