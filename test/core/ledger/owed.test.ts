import { describe, expect, it } from 'vitest';
import type { Body } from '../../../core/ledger/entry.ts';
import { lateIn, owedOf, type Pulse, silenceIn, zonesIn } from '../../../core/ledger/owed.ts';
import { HOUR, type Instant } from '../../../core/time.ts';
import {
  anAction,
  anEnsure,
  aRemoval,
  aSlot,
  authorised,
  Book,
  grantId,
  minute,
  outcomeOf,
  START,
} from '../../support/ledger.ts';

/** Granted at 10:00 until 12:00, and heard then. */
const held: Body[] = [authorised(42), anEnsure(42), outcomeOf(anEnsure(42))];
const over: Body[] = [...held, aRemoval(42), outcomeOf(aRemoval(42))];
const inZone = (zone: string): Body[] => {
  const slot = aSlot({ zone, key: `github-team:7/${zone}` });
  const binding = { provider: 'github-team', zone, with: {}, target: {} };
  const grant = authorised(43, { bindings: [binding] });
  const ensure = anEnsure(43, { slot });
  return [grant, ensure, outcomeOf(ensure)];
};

function aPulse(bodies: readonly Body[], change: Partial<Pulse> = {}): Pulse {
  return {
    state: Book.of(...bodies).state,
    beats: new Map([['default', START]]),
    startedAt: START,
    writtenAt: START,
    unread: null,
    ...change,
  };
}

const unread = (since: number, expected: number) => ({ since: minute(since), expected: minute(expected) });
const froms = (pulse: Pulse, now: Instant) => owedOf(pulse, now).map(({ from }) => from);

describe('owedOf', () => {
  it('is the end of what is held, and a nudge while nothing is heard', () => {
    expect(owedOf(aPulse(held), minute(1))).toEqual([
      { from: minute(45), zone: 'default', why: `no sweep of zone default was heard since ${START}` },
      { from: minute(120), zone: 'default', why: `something was due at ${minute(120)}` },
    ]);
  });

  it('is a nudge alone where nothing is held', () => {
    expect(froms(aPulse(over), minute(1))).toEqual([minute(45)]);
  });

  it('stays owed until the ledger shows it done', () => {
    expect(froms(aPulse(held, { beats: new Map([['default', minute(130)]]) }), minute(131))).toContain(minute(120));
    expect(froms(aPulse(over), minute(131))).not.toContain(minute(120));
  });

  it('is a merge when a run of its own should have read it', () => {
    const owed = owedOf(aPulse(over, { unread: unread(10, 11.5) }), minute(10));
    expect(owed[0]).toEqual({ from: minute(11.5), zone: 'default', why: `a merge of ${minute(10)} is not read` });
  });

  it('is a look after the lease of a run that was stalled, until somebody has looked', () => {
    const stalled = [authorised(42), anEnsure(42), aRemoval(42), outcomeOf(aRemoval(42))];
    const heardAt = (at: number) =>
      aPulse(stalled, { beats: new Map([['default', minute(at)]]), writtenAt: minute(at) });
    expect(froms(heardAt(1), minute(11))).toContain(minute(10));
    expect(froms(heardAt(11), minute(12))).not.toContain(minute(10));
  });

  it('nudges each zone that holds something', () => {
    const pulse = aPulse(inZone('prod-eu'), { beats: new Map([['default', minute(10)]]) });
    expect(owedOf(pulse, minute(11)).map(({ from, zone }) => [from, zone])).toEqual([
      [minute(45), 'prod-eu'],
      [minute(55), 'default'],
      [minute(120), 'prod-eu'],
    ]);
  });

  it('gives the same for what falls together, in the order of the ledger', () => {
    const pulse = aPulse(held, { unread: unread(45, 45) });
    expect(owedOf(pulse, minute(1)).map(({ why }) => why.split(' ')[0])).toEqual(['a', 'no', 'something']);
  });
});

describe('an action that runs', () => {
  const intent: Body = {
    type: 'action-intent',
    id: 'a42',
    grant: grantId(42),
    run: { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main', inputs: {}, within: HOUR },
    correlation: 'c',
    sweep: '1/1',
    lease: minute(5),
  };
  const outcome = (state: 'running' | 'done'): Body => ({
    type: 'action-outcome',
    grant: grantId(42),
    intent: 'a42',
    state,
    runId: 1,
    url: null,
    detail: null,
  });
  const acting = [authorised(42, anAction(42)), intent, outcome('running')];

  it('is looked at every two minutes, and nobody is late by it', () => {
    expect(owedOf(aPulse(acting), minute(1))[0]).toEqual({
      from: minute(2),
      zone: 'default',
      why: 'an action is running',
    });
    expect(lateIn(aPulse(acting), minute(40))).toBeNull();
    expect(froms(aPulse([...acting, outcome('done')]), minute(1))).toEqual([minute(45)]);
  });
});

describe('lateIn', () => {
  it.each<[string, boolean, Instant, Partial<Pulse>]>([
    ['minutes after the end and nobody looked', true, minute(125), { beats: new Map([['default', minute(100)]]) }],
    ['a moment before that', false, minute(124.9), { beats: new Map([['default', minute(100)]]) }],
    ['when a sweep looked and could not', false, minute(125), { beats: new Map([['default', minute(121)]]) }],
  ])('is late %s: %s', (_, expected, now, change) => {
    expect(lateIn(aPulse(held, change), now) !== null).toBe(expected);
  });

  it('says what is late', () => {
    const pulse = aPulse(held, { beats: new Map([['default', minute(100)]]) });
    expect(lateIn(pulse, minute(125))).toMatchObject({ from: minute(120), zone: 'default' });
  });
});

describe('silenceIn', () => {
  it.each<[string, boolean, Instant, Partial<Pulse>]>([
    ['an hour after the last beat', true, minute(60), {}],
    ['a moment before that', false, minute(59.9), {}],
    ['when the ledger was written to since', false, minute(60), { writtenAt: minute(30) }],
    ['twenty minutes after a merge that nobody read', true, minute(41.5), { unread: unread(20, 21.5) }],
    ['a moment before that', false, minute(41.4), { unread: unread(20, 21.5) }],
    [
      'when a sweep was heard after the merge',
      false,
      minute(41.5),
      { unread: unread(20, 21.5), writtenAt: minute(22) },
    ],
  ])('%s: %s', (_, expected, now, change) => {
    expect(silenceIn(aPulse(over, change), [], now) !== null).toBe(expected);
  });

  it('says since when, and what was not looked at', () => {
    expect(silenceIn(aPulse(over), [], minute(60))).toEqual({
      zone: 'default',
      since: START,
      why: `no sweep of zone default was heard since ${START}`,
    });
    expect(silenceIn(aPulse(over, { unread: unread(20, 21.5) }), [], minute(50))?.why).toBe(
      `a merge of ${minute(20)} is not read, and no sweep of zone default was heard since ${START}`,
    );
  });

  it('holds a request for the zones that it needs, and no other', () => {
    const beats = new Map([
      ['default', minute(100)],
      ['prod-us', START],
    ]);
    const pulse = aPulse(over, { beats, writtenAt: minute(100) });
    expect(silenceIn(pulse, ['default'], minute(110))).toBeNull();
    expect(silenceIn(pulse, ['prod-us'], minute(110))).toMatchObject({ zone: 'prod-us', since: START });
    expect(silenceIn(pulse, ['never-seen'], minute(110))).toMatchObject({ zone: 'never-seen', since: START });
  });

  it('takes no entry for a sign of life where there are several zones', () => {
    const pulse = aPulse(inZone('prod-eu'), { writtenAt: minute(70), beats: new Map([['default', minute(70)]]) });
    expect(silenceIn(pulse, ['prod-eu'], minute(71))).toMatchObject({ zone: 'prod-eu', since: START });
  });
});

describe('zonesIn', () => {
  it('has the main one always, and those that hold something', () => {
    expect(zonesIn(Book.of(...over).state)).toEqual(['default']);
    expect(zonesIn(Book.of(...inZone('prod-eu')).state)).toEqual(['default', 'prod-eu']);
  });
});
