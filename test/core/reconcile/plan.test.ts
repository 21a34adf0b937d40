import { describe, expect, it } from 'vitest';
import { duesIn, nextDue } from '../../../core/ledger/live.ts';
import { plan as planOf } from '../../../core/reconcile/plan.ts';
import { grantsToResolve, isExplained } from '../../../core/reconcile/slots.ts';
import { HOUR, MINUTE, plus } from '../../../core/time.ts';
import {
  terms as anAccess,
  anAction,
  anEnsure,
  aSlot,
  authorised,
  grantId,
  minute,
  outcomeOf,
  request,
} from '../../support/ledger.ts';
import { World } from '../../support/plan-world.ts';

const SLOT = aSlot();
const KEY = SLOT.key;

interface Asking {
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly asks?: string;
}

/** Alice's grants 42, 43 …: each asks for a value of her slot from one minute to another. */
function aWorld(...grants: readonly Asking[]): World {
  const world = new World();
  for (const { number, from, to, asks } of grants) {
    world.book.add(minute(0), authorised(number, { starts: minute(from), length: (to - from) * MINUTE }));
    world.targets.set(grantId(number), [{ slot: SLOT, value: asks ?? 'member' }]);
  }
  return world;
}

function statusOf(world: World, number: number): string | undefined {
  return world.state.grants.get(grantId(number))?.status;
}

function held(world: World): string | null {
  return world.values.get(KEY) ?? null;
}

const kinds = (changes: readonly { readonly kind: string }[]) => changes.map(({ kind }) => kind);

describe('one grant', () => {
  it('is ensured once, held, and removed at its end', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    expect(world.sweep(minute(0))).toMatchObject([
      { kind: 'standing', value: null },
      {
        kind: 'ensure',
        before: null,
        after: 'member',
        asks: 'member',
        starts: minute(0),
        expires: minute(60),
        until: minute(60),
        due: minute(0),
        because: { why: 'granted', grants: [grantId(42)] },
      },
    ]);
    expect(held(world)).toBe('member');
    expect(statusOf(world, 42)).toBe('active');
    expect(world.look(minute(59))).toEqual([]);
    expect(world.sweep(minute(60))).toMatchObject([
      { kind: 'remove', before: 'member', after: null, due: minute(60), until: null, because: { why: 'expired' } },
    ]);
    expect(held(world)).toBeNull();
    expect(world.state.grants.get(grantId(42))).toMatchObject({
      status: 'revoked',
      ended: { why: 'expired', at: minute(60) },
    });
    expect(world.look(minute(61))).toEqual([]);
  });

  it('begins at its start and not before', () => {
    const world = aWorld({ number: 42, from: 30, to: 60 });
    expect(statusOf(world, 42)).toBe('scheduled');
    expect(world.look(minute(29.99))).toEqual([]);
    expect(kinds(world.look(minute(30)))).toEqual(['standing', 'ensure']);
  });

  it('has the window that was decided on, from the merge, however late the first sweep is', () => {
    const world = new World();
    world.book.add(minute(0), authorised(42, { length: HOUR }));
    world.targets.set(grantId(42), [{ slot: SLOT, value: 'member' }]);
    expect(world.sweep(minute(20))[1]).toMatchObject({ starts: minute(0), expires: minute(60), due: minute(0) });
    expect(world.state.grants.get(grantId(42))?.window).toEqual({ starts: minute(0), expires: minute(60) });
  });

  it.each([
    [
      'its start was named, and its end has passed',
      { starts: minute(0), length: HOUR },
      60,
      'it could not begin before',
    ],
    ['it begins with the merge, as long ago as it would last', { length: HOUR }, 60, 'it could not begin before'],
    ['its `startsBy` has passed', { startsBy: minute(10), length: HOUR }, 10.01, 'it could not begin by'],
  ])('lapses when %s', (_, terms, late, why) => {
    const world = new World();
    world.book.add(minute(0), authorised(42, terms));
    world.targets.set(grantId(42), [{ slot: SLOT, value: 'member' }]);
    expect(kinds(world.look(minute(late - 0.01)))).toEqual(['standing', 'ensure']);
    expect(world.sweep(minute(late))).toEqual([
      { kind: 'lapse', grant: grantId(42), why: expect.stringContaining(why) },
    ]);
    expect(statusOf(world, 42)).toBe('lapsed');
    expect(world.look(minute(late))).toEqual([]);
  });

  it('keeps what stood there, and gives it no end', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.put(KEY, 'member');
    expect(world.sweep(minute(0))).toMatchObject([
      { kind: 'standing', value: 'member' },
      { kind: 'ensure', before: 'member', after: 'member', until: null },
    ]);
    expect(world.sweep(minute(60))).toMatchObject([
      { kind: 'restore', before: 'member', after: 'member', until: null },
    ]);
    expect(held(world)).toBe('member');
    expect(world.look(minute(61))).toEqual([]);
  });

  it('raises what stood there, and restores it', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'maintainer' });
    world.put(KEY, 'member');
    expect(world.sweep(minute(0))[1]).toMatchObject({ before: 'member', after: 'maintainer', until: minute(60) });
    expect(world.sweep(minute(60))).toMatchObject([
      { kind: 'restore', before: 'maintainer', after: 'member', until: null },
    ]);
    expect(held(world)).toBe('member');
    expect(world.look(minute(61))).toEqual([]);
  });

  it('leaves a standing value alone that it cannot rank', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'maintainer' });
    world.put(KEY, 'owner');
    expect(world.sweep(minute(0))[1]).toMatchObject({ before: 'owner', after: 'owner', until: null });
    world.settle(minute(60));
    expect(held(world)).toBe('owner');
  });

  it('asks for no value that the slot cannot take', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'owner' });
    expect(world.look(minute(0))).toEqual([]);
  });

  describe('of two bindings', () => {
    const [binding] = anAccess(42).bindings;
    const bindings = [binding, binding].filter((each) => each !== undefined);
    const other = aSlot({ key: 'github-team:8/member:1001' });
    const again = aSlot({ key: 'github-team:9/member:1001' });

    function aWorldOfTwo(...targets: Parameters<World['targets']['set']>[1]): World {
      const world = new World();
      world.book.add(minute(0), authorised(42, { starts: minute(0), length: HOUR, bindings }));
      world.targets.set(grantId(42), targets);
      return world;
    }

    it.each([
      ['member', 'maintainer'],
      ['maintainer', 'member'],
    ])('takes the higher value where they meet in one slot, which is all of it: %s and %s', (...values) => {
      const world = aWorldOfTwo(...values.map((value) => ({ slot: SLOT, value })));
      const changes = world.sweep(minute(0));
      expect(changes).toMatchObject([{ kind: 'standing' }, { kind: 'ensure', after: 'maintainer', bindings: [0, 1] }]);
      expect(statusOf(world, 42)).toBe('active');
      expect(grantsToResolve(world.state, minute(1), new Set())).toEqual([]);
    });

    it('begins the second when it has a target, and leaves the first where it is', () => {
      const world = aWorldOfTwo({ slot: SLOT, value: 'member' });
      world.sweep(minute(0));
      expect(statusOf(world, 42)).toBe('applying');
      world.targets.set(grantId(42), [
        { slot: again, value: 'member' },
        { slot: other, value: 'member' },
      ]);
      const changes = world.sweep(minute(1)).filter(({ kind }) => kind === 'ensure');
      expect(changes).toMatchObject([{ slot: other, bindings: [1] }]);
      expect(world.values.has(again.key)).toBe(false);
      expect(statusOf(world, 42)).toBe('active');
    });
  });

  it('stays where it was applied when its resource is made again under the same name', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter: 1 });
    world.targets.set(grantId(42), [{ slot: aSlot({ key: 'github-team:8/member:1001' }), value: 'member' }]);
    expect(world.look(minute(1))).toEqual([]);
  });

  it('does not begin without a target, nor in a slot that could not be told, nor while grants stop', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    expect(world.look(minute(0), { mayGrant: false })).toEqual([]);
    expect(world.look(minute(0), { hidden: new Set([KEY]) })).toEqual([]);
    world.targets.clear();
    expect(world.look(minute(0))).toEqual([]);
  });

  it('is given back at once when it is returned, without waiting for its end', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    const by = { id: 1001, login: 'alice' };
    world.book.add(minute(5), { type: 'returned', grant: grantId(42), by, via: { comment: 1 }, asked: minute(4) });
    expect(statusOf(world, 42)).toBe('revoking');
    expect(world.sweep(minute(5))).toMatchObject([
      { kind: 'remove', due: minute(4), because: { why: 'returned', grants: [grantId(42)] } },
    ]);
    expect(world.state.grants.get(grantId(42))).toMatchObject({ status: 'revoked', ended: { why: 'returned' } });
    expect(world.look(minute(6))).toEqual([]);
  });

  it('only looks at slots of its own zone', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    const input = world.input(minute(0));
    expect(world.look(minute(0))).toHaveLength(2);
    expect(planIn('prod-eu')).toEqual([]);
    expect(planIn('default')).toHaveLength(2);
    function planIn(zone: string) {
      return planOf({ ...input, zone });
    }
  });
});

describe('grants that meet in one slot', () => {
  it('share it: the last to expire removes it', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 30, to: 90 });
    world.sweep(minute(0));
    expect(world.sweep(minute(30))).toMatchObject([
      { kind: 'ensure', grant: grantId(43), before: 'member', after: 'member', until: minute(90) },
    ]);
    expect(world.sweep(minute(60))).toMatchObject([
      { kind: 'restore', grant: grantId(42), before: 'member', after: 'member', until: minute(90) },
    ]);
    expect([statusOf(world, 42), statusOf(world, 43)]).toEqual(['revoked', 'active']);
    expect(held(world)).toBe('member');
    expect(world.sweep(minute(90))).toMatchObject([{ kind: 'remove', grant: grantId(43), due: minute(90) }]);
    expect(held(world)).toBeNull();
  });

  it('joins an extension without a gap', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 60, to: 120 });
    world.sweep(minute(0));
    expect(world.sweep(minute(60))).toMatchObject([
      { kind: 'restore', grant: grantId(42), after: 'member', until: minute(120) },
      { kind: 'ensure', grant: grantId(43), after: 'member', until: minute(120) },
    ]);
    // A restore that changes nothing is not sent: late, it would raise.
    expect(world.sent.map(({ change }) => [change.kind, change.after])).toEqual([
      ['ensure', 'member'],
      ['ensure', 'member'],
    ]);
    expect(world.look(minute(60))).toEqual([]);
  });

  it('lowers it when the higher one ends', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'maintainer' }, { number: 43, from: 0, to: 90 });
    world.sweep(minute(0));
    expect(world.state.slots.get(KEY)?.holders).toEqual([grantId(42), grantId(43)]);
    expect(world.sweep(minute(60))).toMatchObject([{ kind: 'restore', before: 'maintainer', after: 'member' }]);
    expect(world.look(minute(61))).toEqual([]);
    world.settle(minute(90));
    expect(held(world)).toBeNull();
  });

  it('hands over to a higher one: that first, the ending once it holds', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 60, to: 120, asks: 'maintainer' });
    world.sweep(minute(0));
    expect(world.sweep(minute(60))).toMatchObject([{ kind: 'ensure', before: 'member', after: 'maintainer' }]);
    expect(world.sweep(minute(60))).toMatchObject([{ kind: 'restore', grant: grantId(42), after: 'maintainer' }]);
    expect(world.look(minute(60))).toEqual([]);
    world.settle(minute(120));
    expect(held(world)).toBeNull();
  });

  it('takes back at once what was left for a grant that then did not come', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 60, to: 120 });
    world.sweep(minute(0));
    // The ending is written, sent and seen; the ensure beside it never gets that far.
    const [ending] = world.look(minute(60));
    expect(ending).toMatchObject({ kind: 'restore', after: 'member' });
    world.apply(minute(60), [ending as NonNullable<typeof ending>]);
    expect(statusOf(world, 42)).toBe('revoked');
    expect(world.sweep(minute(61), { mayGrant: false })).toMatchObject([
      { kind: 'remove', grant: grantId(42), before: 'member', after: null, because: { why: 'expired' } },
    ]);
    expect(held(world)).toBeNull();
    expect(world.settle(minute(62))).toBe(1);
    expect(held(world)).toBe('member');
  });

  it('leaves no access to an ensure that nobody saw work, while granting is in doubt', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 30, to: 90 });
    world.sweep(minute(0));
    world.sweep(minute(30), { crashAfter: 1 });
    expect(world.sweep(minute(60), { mayGrant: false })).toMatchObject([{ kind: 'remove', after: null }]);
    expect(held(world)).toBeNull();
    expect(statusOf(world, 43)).toBe('applying');
    world.settle(minute(61));
    expect(held(world)).toBe('member');
    expect(statusOf(world, 43)).toBe('active');
  });
});

describe('a lock', () => {
  it('ends a live grant now, and every other one of its slots', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 0, to: 90 });
    world.sweep(minute(0));
    expect(world.sweep(minute(10), { locks: [grantId(42)] })).toMatchObject([
      { kind: 'remove', due: minute(10), because: { why: 'locked', grants: [grantId(42), grantId(43)] } },
    ]);
    expect(held(world)).toBeNull();
    expect(world.state.grants.get(grantId(43))).toMatchObject({ status: 'revoked', ended: { why: 'locked' } });
    expect(world.look(minute(11), { locks: [grantId(42)] })).toEqual([]);
  });

  it('keeps the slot closed while it is in force', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 20, to: 90 });
    world.sweep(minute(0));
    world.sweep(minute(10), { locks: [grantId(42)] });
    expect(world.look(minute(20), { locks: [grantId(42)] })).toEqual([]);
    expect(kinds(world.look(minute(20)))).toEqual(['standing', 'ensure']);
  });

  it('is given as the reason, also beside what expired', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 0, to: 90 });
    world.sweep(minute(0));
    world.book.add(minute(50), { type: 'locked', grant: grantId(43), lock: 'incident', commit: '1'.repeat(40) });
    expect(world.sweep(minute(70))).toMatchObject([
      { kind: 'remove', grant: grantId(42), due: minute(60), because: { why: 'locked' } },
    ]);
    expect(world.state.grants.get(grantId(42))).toMatchObject({ ended: { why: 'expired' } });
    expect(world.state.grants.get(grantId(43))).toMatchObject({ ended: { why: 'locked', at: minute(50) } });
  });

  it('keeps an approved grant from beginning', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    expect(world.look(minute(0), { locks: [grantId(42)] })).toEqual([]);
    expect(world.look(minute(0), { locks: ['99-00000063'] })).toHaveLength(2);
  });
});

describe('crashes and failures', () => {
  it.each([1, 2, 3, 4])('goes on after a crash at step %i, and converges', (crashAfter) => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter });
    world.settle(minute(1));
    expect(held(world)).toBe('member');
    expect(statusOf(world, 42)).toBe('active');
    world.sweep(minute(60), { crashAfter });
    world.settle(minute(61));
    expect(held(world)).toBeNull();
    expect(statusOf(world, 42)).toBe('revoked');
  });

  it('settles by observation alone what was sent and never recorded', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter: 2 });
    expect(world.sweep(minute(1), { mayGrant: false })).toMatchObject([
      { kind: 'settle', effect: 'ensure', intent: 'run-0/0', observed: 'member', due: minute(0) },
    ]);
    expect(statusOf(world, 42)).toBe('active');
    world.sweep(minute(60), { crashAfter: 2 });
    expect(world.sweep(minute(61))).toMatchObject([{ kind: 'settle', effect: 'remove', observed: null }]);
    expect(statusOf(world, 42)).toBe('revoked');
  });

  it('does not settle a value that only waits to be accepted', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter: 2 });
    const input = { ...world.input(minute(1)), waiting: new Set([KEY]) };
    expect(kinds(planOf(input))).toEqual(['ensure']);
  });

  it('tries an ensure again after a while, longer each time', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    const failing = new Set([KEY]);
    world.sweep(minute(0), { failing });
    expect(statusOf(world, 42)).toBe('applying');
    expect(world.look(minute(0.7))).toEqual([]);
    expect(kinds(world.sweep(minute(1), { failing }))).toEqual(['ensure']);
    expect(world.look(minute(2.4))).toEqual([]);
    expect(kinds(world.sweep(minute(3)))).toEqual(['ensure']);
    expect(statusOf(world, 42)).toBe('active');
  });

  it('removes at its end what an ensure that failed may have done', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { failing: new Set([KEY]) });
    world.put(KEY, 'member');
    expect(world.sweep(minute(60))).toMatchObject([{ kind: 'remove', before: 'member' }]);
    expect(held(world)).toBeNull();
  });

  it('waits for what the target accepted, and sends it no more', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter: 1 });
    world.answer(minute(0), 'run-0/0', 'ensure', 'pending');
    expect(world.look(minute(30))).toEqual([]);
    world.put(KEY, 'member');
    expect(kinds(world.sweep(minute(31)))).toEqual(['settle']);
    expect(statusOf(world, 42)).toBe('active');
  });

  it('waits for an accepted removal until its lease, then sends it again', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    world.sweep(minute(60), { crashAfter: 1 });
    world.answer(minute(60), 'run-1/0', 'remove', 'pending');
    expect(world.look(minute(64))).toEqual([]);
    expect(kinds(world.look(minute(71)))).toEqual(['remove', 'stuck']);
  });

  it('says that a removal is stuck while its target only accepts it, and calms nothing while it is held', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    const said: string[] = [];
    // A target that takes every removal and does none.
    for (let at = 60; at <= 60 + 25 * 60; at += 3) {
      const changes = world.look(minute(at));
      const open = world.state.slots.get(KEY)?.ending?.intent;
      world.apply(minute(at), changes, { crashAfter: 1 });
      const sent = world.state.slots.get(KEY)?.ending?.intent;
      if (sent !== undefined && sent !== open) world.answer(minute(at), sent, 'remove', 'pending');
      said.push(...changes.flatMap((change) => ('key' in change ? [`${change.kind} at ${at - 60}`] : [])));
    }
    expect(said).toEqual(['stuck at 6', 'escalate at 30', `digest at ${24 * 60}`]);
    world.values.delete(KEY);
    expect(kinds(world.look(minute(60 + 26 * 60)))).toEqual(['settle', 'calm', 'calm', 'calm']);
  });

  it('never gives a removal up, and says once that it is stuck', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    const failing = new Set([KEY]);
    expect(kinds(world.sweep(minute(60), { failing }))).toEqual(['remove']);
    expect(statusOf(world, 42)).toBe('revoke-stuck');
    expect(kinds(world.sweep(minute(60.5), { failing }))).toEqual([]);
    expect(kinds(world.sweep(minute(64), { failing }))).toEqual(['remove']);
    expect(world.sweep(minute(65), { failing })).toMatchObject([
      { kind: 'stuck', key: `revoke-stuck:${KEY}`, grants: [grantId(42)], due: minute(60), detail: null },
    ]);
    expect(kinds(world.sweep(minute(66), { failing }))).toEqual(['remove']);
    expect(kinds(world.sweep(minute(89), { failing }))).toEqual(['remove']);
    expect(world.sweep(minute(90), { failing })).toMatchObject([
      { kind: 'escalate', key: `revoke-stuck-escalated:${KEY}`, grants: [grantId(42)], due: minute(60) },
    ]);
    // 22 hours later, and on the day after that.
    const day = (date: number) => `revoke-stuck-daily:all:2026-11-${date}`;
    expect(kinds(world.sweep(minute(60 + 24 * 60 - 1), { failing }))).toEqual(['remove']);
    expect(world.sweep(minute(60 + 24 * 60), { failing })).toEqual([
      { kind: 'digest', key: day(24), overdue: [{ label: SLOT.label, due: minute(60) }] },
    ]);
    expect(kinds(world.sweep(minute(60 + 25 * 60), { failing }))).toEqual(['remove']);
    expect(world.sweep(minute(60 + 48 * 60), { failing })).toMatchObject([
      { kind: 'remove' },
      { kind: 'digest', key: day(25) },
      { kind: 'calm', key: day(24) },
    ]);
    expect(kinds(world.sweep(minute(10_000)))).toEqual(['remove', 'digest', 'calm']);
    expect(world.sweep(minute(10_002))).toMatchObject([
      { kind: 'calm', key: 'revoke-stuck-daily:all:2026-11-30' },
      { kind: 'calm', key: `revoke-stuck-escalated:${KEY}` },
      { kind: 'calm', key: `revoke-stuck:${KEY}` },
    ]);
    expect(world.look(minute(10_003))).toEqual([]);
  });

  it('tries at once the end of a grant that was not tried yet, whatever failed in the slot before', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 0, to: 61, asks: 'maintainer' });
    world.sweep(minute(0));
    const failing = new Set([KEY]);
    world.sweep(minute(60), { failing });
    expect(world.sweep(minute(60.5), { failing })).toEqual([]);
    expect(world.sweep(minute(61), { failing })).toMatchObject([{ kind: 'remove', due: minute(61) }]);
  });

  it('closes at once what somebody else took back meanwhile', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    world.sweep(minute(60), { failing: new Set([KEY]) });
    world.put(KEY, null);
    expect(kinds(world.sweep(minute(60.1)))).toEqual(['remove']);
    expect(statusOf(world, 42)).toBe('revoked');
  });

  it('closes no alert of others', () => {
    const world = aWorld();
    world.book.add(minute(0), { type: 'alert', key: 'setup-drift', severity: 'critical', message: 'm', next: 'n' });
    expect(world.look(minute(1))).toEqual([]);
  });

  it('takes back first what is riskiest: break-glass, the most sensitive, the highest, then the oldest', () => {
    const world = new World();
    const grants: readonly [number, Parameters<typeof authorised>[1], Parameters<typeof authorised>[2], string][] = [
      [41, { length: 30 * MINUTE }, {}, 'member'],
      [42, { length: HOUR }, { sensitivity: 'high' }, 'member'],
      [43, { length: HOUR }, { sensitivity: 'low' }, 'maintainer'],
      [44, { length: HOUR }, { sensitivity: 'critical' }, 'member'],
      [45, { length: HOUR }, { sensitivity: 'critical' }, 'maintainer'],
      [46, { length: HOUR, breakGlass: true }, { sensitivity: 'low' }, 'member'],
    ];
    for (const [number, terms, by, value] of grants) {
      world.book.add(minute(0), authorised(number, { starts: minute(0), ...terms }, by));
      world.targets.set(grantId(number), [{ slot: aSlot({ key: `github-team:7/${number}` }), value }]);
    }
    world.sweep(minute(0));
    const removals = world.look(minute(60)).flatMap((change) => (change.kind === 'remove' ? [change.grant] : []));
    expect(removals).toEqual([46, 45, 44, 41, 42, 43].map(grantId));
  });

  it('names what is overdue for more than a day, the oldest first', () => {
    const other = aSlot({ key: 'github-team:7/member:1002', label: 'bob' });
    const world = aWorld({ number: 42, from: 0, to: 61 });
    world.book.add(minute(0), authorised(43, { starts: minute(0), length: HOUR }));
    world.targets.set(grantId(43), [{ slot: other, value: 'member' }]);
    world.sweep(minute(0));
    const failing = new Set([KEY, other.key]);
    world.sweep(minute(61), { failing });
    const digest = world.sweep(minute(3000), { failing }).find(({ kind }) => kind === 'digest');
    expect(digest).toMatchObject({ overdue: [{ label: 'bob', due: minute(60) }, { due: minute(61) }] });
  });

  it('leaves a target alone that asked for time, and others go on', () => {
    const other = aSlot({ key: 'postgres:1', provider: 'postgres' });
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.book.add(minute(0), authorised(43, { starts: minute(0), length: HOUR }));
    world.targets.set(grantId(43), [{ slot: other, value: 'member' }]);
    world.sweep(minute(0));
    world.book.add(minute(0), authorised(44, { starts: minute(0), length: 3 * HOUR }));
    world.targets.set(grantId(44), [{ slot: aSlot({ key: 'github-team:7/member:1003' }), value: 'member' }]);
    const seen = outcomeOf(anEnsure(42, { id: 'run-0/0' }), { notBefore: minute(65) });
    world.book.add(minute(59), seen);
    expect(world.look(minute(60))).toMatchObject([{ kind: 'remove', slot: { key: 'postgres:1' } }]);
    expect(kinds(world.look(minute(65)))).toEqual(['remove', 'remove', 'standing', 'ensure']);
  });

  it('puts a removal off for an hour at most, however often its target asks for time', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    const asks = (at: number, until: number) =>
      world.book.add(minute(at), outcomeOf(anEnsure(42, { id: 'run-0/0' }), { notBefore: minute(until) }));
    asks(59, 119);
    asks(118, 178);
    expect(world.look(minute(119.9))).toEqual([]);
    expect(world.look(minute(120))).toMatchObject([{ kind: 'remove', isLongUntried: true }]);
    world.sweep(minute(120), { failing: new Set([KEY]) });
    asks(121, 181);
    asks(180, 240);
    expect(kinds(world.look(minute(179.9)))).not.toContain('remove');
    expect(world.look(minute(180)).filter(({ kind }) => kind === 'remove')).toMatchObject([{ isLongUntried: true }]);
    // One that is not late for so long is as any other.
    expect(world.look(minute(240))[0]).toHaveProperty('isLongUntried');
    const soon = aWorld({ number: 42, from: 0, to: 60 });
    soon.sweep(minute(0));
    expect(soon.look(minute(60))[0]).not.toHaveProperty('isLongUntried');
  });

  it('ends by the latest clock and begins by none but the trusted one', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 58, to: 120 });
    world.sweep(minute(0));
    const input = world.input(minute(55));
    expect(planOf(input)).toEqual([]);
    expect(kinds(planOf({ ...input, latest: minute(61) }))).toEqual(['remove']);
  });

  it('removes what it cannot see: doubt never blocks a removal', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'maintainer' });
    world.put(KEY, 'member');
    world.sweep(minute(0));
    const hidden = new Set([KEY]);
    expect(world.look(minute(30), { hidden })).toEqual([]);
    expect(world.look(minute(60), { hidden, mayGrant: false })).toMatchObject([
      { kind: 'restore', before: 'maintainer', after: 'member' },
    ]);
  });

  it('removes the overdue-most first, before anything begins', () => {
    const slots = [1, 2, 3].map((id) => aSlot({ key: `github-team:7/member:${id}` }));
    const world = new World();
    [30, 20, 60].forEach((to, index) => {
      const slot = slots[index] as (typeof slots)[number];
      const starts = index === 2 ? 40 : 0;
      const length = (to - starts) * MINUTE;
      world.book.add(minute(0), authorised(50 + index, { starts: minute(starts), length }));
      world.targets.set(grantId(50 + index), [{ slot, value: 'member' }]);
    });
    world.sweep(minute(0));
    expect(world.look(minute(45)).map(({ kind, ...rest }) => [kind, 'due' in rest ? rest.due : null])).toEqual([
      ['remove', minute(20)],
      ['remove', minute(30)],
      ['standing', null],
      ['ensure', minute(40)],
    ]);
  });

  it('fails a grant that its target refused, and asks no more', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter: 1 });
    world.answer(minute(0), 'run-0/0', 'ensure', 'refused');
    expect(statusOf(world, 42)).toBe('failed');
    expect(world.look(minute(1))).toEqual([]);
  });

  it('applies each target by itself: one that cannot be told holds no other back', () => {
    const other = aSlot({ key: 'postgres:1/member:1001' });
    const world = new World();
    const bindings = anAccess(42).bindings.flatMap((binding) => [binding, { ...binding, provider: 'postgres' }]);
    // Written in the other order than their ids.
    for (const number of [43, 42]) {
      world.book.add(minute(0), authorised(number, { length: HOUR, bindings }));
      world.targets.set(
        grantId(number),
        [SLOT, other].map((slot) => ({ slot, value: 'member' })),
      );
    }
    world.sweep(minute(0), { hidden: new Set([other.key]) });
    expect(statusOf(world, 42)).toBe('applying');
    expect(world.sweep(minute(1))).toMatchObject([
      { kind: 'standing', slot: other },
      { kind: 'ensure', grant: grantId(42), slot: other, expires: minute(60) },
      { kind: 'ensure', grant: grantId(43), slot: other, expires: minute(60) },
    ]);
    expect([statusOf(world, 42), statusOf(world, 43)]).toEqual(['active', 'active']);
    world.sweep(minute(60), { failing: new Set([other.key]) });
    expect(held(world)).toBeNull();
    expect(statusOf(world, 42)).toBe('revoke-stuck');
  });
});

describe('what others change', () => {
  it('says once that a live grant was removed, does not fight it, and says when it is over', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    world.put(KEY, null);
    expect(world.sweep(minute(10))).toEqual([
      {
        kind: 'drift',
        key: `drift-removed:${KEY}`,
        severity: 'warning',
        is: 'removed',
        slot: SLOT,
        expected: 'member',
        observed: null,
        grants: [grantId(42)],
      },
    ]);
    expect(world.look(minute(11))).toEqual([]);
    // What cannot be told ends no situation.
    expect(world.look(minute(12), { hidden: new Set([KEY]) })).toEqual([]);
    world.put(KEY, 'member');
    expect(world.look(minute(12))).toEqual([{ kind: 'calm', key: `drift-removed:${KEY}` }]);
    world.put(KEY, null);
    world.settle(minute(60));
    expect(statusOf(world, 42)).toBe('revoked');
    expect(world.state.alerts.size).toBe(0);
  });

  it('never puts back what others took away, though something stood there before', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'maintainer' });
    world.put(KEY, 'member');
    world.sweep(minute(0));
    world.put(KEY, null);
    world.settle(minute(60));
    expect(held(world)).toBeNull();
  });

  it('does not raise a slot for a grant that others lowered when a lower one begins', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'maintainer' }, { number: 43, from: 20, to: 60 });
    world.sweep(minute(0));
    world.put(KEY, null);
    world.sweep(minute(10));
    expect(world.sweep(minute(20))).toMatchObject([{ kind: 'ensure', grant: grantId(43), after: 'member' }]);
    expect(held(world)).toBe('member');
  });

  it('takes nothing that others raised: it says so, until they have put it right', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 20, to: 50 });
    world.sweep(minute(0));
    world.put(KEY, 'maintainer');
    expect(world.sweep(minute(20))).toMatchObject([{ kind: 'drift', is: 'raised', severity: 'warning' }]);
    expect(world.sweep(minute(60))).toMatchObject([
      { kind: 'lapse', grant: grantId(43) },
      { kind: 'drift', is: 'kept', severity: 'critical', expected: 'member', observed: 'maintainer' },
      { kind: 'calm', key: `drift-raised:${KEY}` },
    ]);
    expect(held(world)).toBe('maintainer');
    expect(world.look(minute(9_999))).toEqual([]);
    world.put(KEY, 'member');
    world.settle(minute(10_000));
    expect(held(world)).toBeNull();
    expect(world.state.alerts.size).toBe(0);
  });

  it('reports what is added after our removal for an hour, and leaves it alone', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0));
    world.sweep(minute(60));
    world.put(KEY, 'member');
    expect(world.sweep(minute(70))).toMatchObject([
      { kind: 'drift', is: 'added', severity: 'warning', expected: null },
    ]);
    expect(world.look(minute(120))).toEqual([]);
    expect(world.look(minute(120.01))).toEqual([{ kind: 'calm', key: `drift-added:${KEY}` }]);
    expect(held(world)).toBe('member');
  });

  it('takes what was added for standing when another grant begins, once it was seen for five minutes', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 70, to: 90, asks: 'maintainer' });
    world.sweep(minute(0));
    world.sweep(minute(60));
    world.put(KEY, 'member');
    expect(world.sweep(minute(70))).toMatchObject([{ kind: 'drift', is: 'added' }]);
    expect(world.look(minute(74.99))).toEqual([]);
    expect(world.sweep(minute(75))).toMatchObject([
      { kind: 'standing', value: 'member' },
      { kind: 'ensure', after: 'maintainer' },
    ]);
    world.settle(minute(90));
    expect(held(world)).toBe('member');
  });

  it('takes nothing of ours for standing when the target tells late that we took it back', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 }, { number: 43, from: 61, to: 90 });
    world.sweep(minute(0));
    world.sweep(minute(60));
    world.put(KEY, 'member');
    world.sweep(minute(61));
    world.put(KEY, null);
    expect(world.sweep(minute(62))).toMatchObject([
      { kind: 'standing', value: null },
      { kind: 'ensure', after: 'member' },
      { kind: 'calm', key: `drift-added:${KEY}` },
    ]);
    world.settle(minute(90));
    expect(held(world)).toBeNull();
  });
});

describe('a stalled run that wakes', () => {
  /** An ensure that was never sent; its grant ends by 10:05, is removed, and then it is sent after all. */
  function aReturn(): World {
    const world = aWorld({ number: 42, from: 0, to: 5 });
    world.sweep(minute(0), { crashAfter: 1 });
    world.settle(minute(5));
    const [stalled] = world.stalled;
    world.send(stalled as NonNullable<typeof stalled>, minute(6));
    return world;
  }

  it('is undone: a binding of ours seen after our removal is removed again', () => {
    const world = aReturn();
    expect(held(world)).toBe('member');
    expect(world.sweep(minute(7))).toMatchObject([
      {
        kind: 'remove',
        grant: grantId(42),
        before: 'member',
        after: null,
        expires: minute(5),
        because: { why: 'reappeared', grants: [grantId(42)] },
      },
    ]);
    expect(held(world)).toBeNull();
    expect(world.look(minute(8))).toEqual([]);
  });

  it('is undone before a next grant begins, so that it is not taken for standing', () => {
    const world = aReturn();
    world.book.add(minute(6), authorised(43, { starts: minute(6), length: HOUR }));
    world.targets.set(grantId(43), [{ slot: SLOT, value: 'member' }]);
    expect(kinds(world.sweep(minute(7)))).toEqual(['remove']);
    expect(world.sweep(minute(8))).toMatchObject([{ kind: 'standing', value: null }, { kind: 'ensure' }]);
  });

  /** The lead is over as the operator begins; their run, stalled since, sends what it was to send for both. */
  function aLateLead(mayGrant: boolean) {
    const world = aWorld({ number: 42, from: 0, to: 10, asks: 'maintainer' });
    world.settle(minute(0));
    world.book.add(minute(9), authorised(43, { starts: minute(9), length: 2 * HOUR }));
    world.targets.set(grantId(43), [{ slot: SLOT, value: 'member' }]);
    world.sweep(minute(9), { crashAfter: 1 });
    const [stalled] = world.stalled;
    const intent = world.state.grants.get(grantId(43))?.holds.get(KEY)?.intent ?? '';
    world.sweep(minute(10), { mayGrant });
    return { world, intent, send: () => world.send(stalled as NonNullable<typeof stalled>, minute(10.5)) };
  }

  const left = (world: World) =>
    world.state.slots.get(KEY)?.loose.filter(({ takenBackBy }) => takenBackBy !== undefined);

  it('is undone though it records what it did, however late a sweep looks', () => {
    const world = aWorld({ number: 42, from: 0, to: 5 });
    world.sweep(minute(0), { crashAfter: 1 });
    const intent = world.state.grants.get(grantId(42))?.holds.get(KEY)?.intent ?? '';
    world.settle(minute(5));
    const [stalled] = world.stalled;
    world.send(stalled as NonNullable<typeof stalled>, minute(6));
    world.answer(minute(6), intent, 'ensure', 'done');
    expect(nextDue(world.state, minute(6))).toBe(minute(5));
    expect(world.sweep(minute(60 * 24))).toMatchObject([
      { kind: 'remove', due: minute(5), because: { why: 'reappeared', grants: [grantId(42)] } },
    ]);
    expect(held(world)).toBeNull();
    expect(left(world)).toEqual([]);
    expect(world.look(minute(60 * 24))).toEqual([]);
  });

  it('is undone though its outcome comes while the removal goes on', () => {
    const world = aWorld({ number: 42, from: 0, to: 5 });
    world.sweep(minute(0), { crashAfter: 1 });
    const intent = world.state.grants.get(grantId(42))?.holds.get(KEY)?.intent ?? '';
    const [stalled] = world.stalled;
    world.sweep(minute(5), { crashAfter: 2 });
    const removal = world.state.slots.get(KEY)?.ending?.intent ?? '';
    world.send(stalled as NonNullable<typeof stalled>, minute(6));
    world.answer(minute(6), intent, 'ensure', 'done');
    // A sweep is due since the lease, as long as nothing says when the slot was taken back.
    expect(duesIn(world.state, minute(30)).map(({ at }) => at)).toContain(minute(10));
    // It looked before the other one sent.
    world.answer(minute(6), removal, 'remove', 'done');
    expect(world.sweep(minute(7))).toMatchObject([{ kind: 'remove', because: { why: 'reappeared' } }]);
    expect(held(world)).toBeNull();
  });

  it.each([
    ['and record it', true, true],
    ['and be killed', true, false],
    ['and record it, while grants are stopped', false, true],
    ['and be killed, while grants are stopped', false, false],
  ])('may send what another grant held, %s: no more stays than is asked for', (_, mayGrant, isRecorded) => {
    const { world, intent, send } = aLateLead(mayGrant);
    send();
    expect(held(world)).toBe('maintainer');
    if (isRecorded) world.answer(minute(10.6), intent, 'ensure', 'done');
    for (const at of [11, 12, 13]) world.sweep(minute(at));
    expect(held(world)).toBe('member');
    expect(statusOf(world, 43)).toBe('active');
    expect(left(world)).toEqual([]);
    // It is not ours any more, once the while is over in which a stalled run may still send.
    world.put(KEY, 'maintainer');
    expect(world.sweep(minute(90))).toMatchObject([{ kind: 'drift', is: 'raised' }]);
  });

  it('leaves what others put there, where what it saw was gone by then', () => {
    const { world, intent } = aLateLead(false);
    world.answer(minute(10.1), intent, 'ensure', 'done');
    expect(statusOf(world, 43)).toBe('applying');
    expect(world.sweep(minute(11))).toMatchObject([
      { kind: 'ensure', grant: grantId(43), before: null, after: 'member' },
    ]);
    world.put(KEY, 'maintainer');
    expect(world.sweep(minute(90))).toMatchObject([{ kind: 'drift', is: 'raised' }]);
    expect(held(world)).toBe('maintainer');
  });

  it('is looked at once, and then what others put there is theirs, where nothing is left of it', () => {
    const world = aWorld({ number: 42, from: 0, to: 5 });
    world.sweep(minute(0), { crashAfter: 1 });
    const intent = world.state.grants.get(grantId(42))?.holds.get(KEY)?.intent ?? '';
    world.settle(minute(5));
    world.answer(minute(6), intent, 'ensure', 'done');
    expect(world.sweep(minute(7))).toMatchObject([{ kind: 'remove', before: null, isBelow: true }]);
    expect(left(world)).toEqual([]);
    world.put(KEY, 'member');
    expect(world.sweep(minute(20))).toMatchObject([{ kind: 'drift', is: 'added' }]);
    expect(held(world)).toBe('member');
  });

  it('is looked at once where another grant lives by then', () => {
    const world = aWorld({ number: 42, from: 0, to: 5 }, { number: 43, from: 6, to: 60 });
    world.sweep(minute(0), { crashAfter: 1 });
    const intent = world.state.grants.get(grantId(42))?.holds.get(KEY)?.intent ?? '';
    world.settle(minute(5));
    world.settle(minute(6));
    world.answer(minute(6), intent, 'ensure', 'done');
    expect(world.sweep(minute(7))).toMatchObject([{ kind: 'restore', after: 'member', isBelow: true }]);
    expect(left(world)).toEqual([]);
    expect(world.look(minute(7))).toEqual([]);
    expect(statusOf(world, 43)).toBe('active');
  });

  it('is said to be stuck where it cannot be taken back', () => {
    const world = aWorld({ number: 42, from: 0, to: 5 });
    world.sweep(minute(0), { crashAfter: 1 });
    const intent = world.state.grants.get(grantId(42))?.holds.get(KEY)?.intent ?? '';
    world.settle(minute(5));
    const [stalled] = world.stalled;
    world.send(stalled as NonNullable<typeof stalled>, minute(6));
    world.answer(minute(6), intent, 'ensure', 'done');
    world.sweep(minute(7), { crashAfter: 1 });
    expect(kinds(world.look(minute(20)))).toEqual(['remove', 'stuck']);
  });

  /** A restore for the end of the lead is on its way as the operator ends too, and everything is taken back. */
  function aLateRestore() {
    const world = aWorld({ number: 42, from: 0, to: 10, asks: 'maintainer' }, { number: 43, from: 0, to: 20 });
    world.settle(minute(0));
    world.sweep(minute(10), { crashAfter: 1 });
    const intent = world.state.slots.get(KEY)?.ending?.intent ?? '';
    const [stalled] = world.stalled;
    return { world, intent, send: (at: number) => world.send(stalled as NonNullable<typeof stalled>, minute(at)) };
  }

  it('may send a restore, which raises by then: it is undone', () => {
    const { world, send } = aLateRestore();
    world.settle(minute(20));
    send(21);
    expect(held(world)).toBe('member');
    expect(world.sweep(minute(22))).toMatchObject([{ kind: 'remove', because: { why: 'reappeared' } }]);
    expect(held(world)).toBeNull();
  });

  it('may send a restore, and record it: it is undone, however late a sweep looks', () => {
    const { world, intent, send } = aLateRestore();
    world.settle(minute(20));
    send(21);
    world.answer(minute(21), intent, 'restore', 'done');
    expect(world.sweep(minute(60 * 24))).toMatchObject([{ kind: 'remove', because: { why: 'reappeared' } }]);
    expect(held(world)).toBeNull();
    expect(left(world)).toEqual([]);
  });

  it('may send a restore that another run saw and recorded: it is undone', () => {
    const { world, intent, send } = aLateRestore();
    send(11);
    expect(world.sweep(minute(12))).toMatchObject([{ kind: 'settle', intent, effect: 'restore' }]);
    world.settle(minute(20));
    send(20.5);
    expect(world.sweep(minute(22))).toMatchObject([{ kind: 'remove', because: { why: 'reappeared' } }]);
    expect(held(world)).toBeNull();
  });

  it('may record a restore beside another that came to the same: nothing is left of it', () => {
    const { world, intent, send } = aLateRestore();
    world.sweep(minute(11));
    send(11.5);
    world.answer(minute(12), intent, 'restore', 'done');
    expect(left(world)).toEqual([]);
    expect(world.look(minute(13))).toEqual([]);
    world.settle(minute(20));
    // Its own run came back, so nothing of it can come any more: what is there is of others.
    world.put(KEY, 'member');
    expect(world.sweep(minute(21))).toMatchObject([{ kind: 'drift', is: 'added' }]);
  });

  it('may record a restore while a removal goes on: it is looked at', () => {
    const { world, intent, send } = aLateRestore();
    world.sweep(minute(20), { crashAfter: 2 });
    const removal = world.state.slots.get(KEY)?.ending?.intent ?? '';
    send(20.5);
    world.answer(minute(20.5), intent, 'restore', 'done');
    world.answer(minute(20.6), removal, 'remove', 'done');
    const [change, ...others] = world.sweep(minute(21));
    expect(change).toMatchObject({ kind: 'remove', because: { why: 'reappeared' } });
    expect(kinds(others)).toEqual(['calm']);
    expect(held(world)).toBeNull();
  });

  it('is settled when the run that removed it again did not record so', () => {
    const world = aReturn();
    world.sweep(minute(7), { crashAfter: 2 });
    expect(world.sweep(minute(8))).toMatchObject([{ kind: 'settle', effect: 'remove', observed: null }]);
    expect(world.look(minute(8))).toEqual([]);
  });

  it.each([
    ['more than an hour after its lease', 70.01, 'member', 'added'],
    ['a higher value than it would have set', 7, 'maintainer', 'added'],
  ])('is not blamed for %s', (_, at, value, is) => {
    const world = aReturn();
    world.put(KEY, value);
    // An intent to remove it again is open, so that the slot is still looked at.
    world.book.add(minute(6.5), {
      ...world.intentOf('run-1/0'),
      id: 'again',
      because: { why: 'reappeared', grants: [grantId(42)] },
    });
    expect(world.look(minute(at))).toMatchObject([{ kind: 'drift', is }]);
  });

  it('is undone down to what stood before', () => {
    const world = aWorld({ number: 42, from: 0, to: 5, asks: 'maintainer' });
    world.put(KEY, 'member');
    world.sweep(minute(0), { crashAfter: 1 });
    world.settle(minute(5));
    world.put(KEY, 'maintainer');
    expect(world.sweep(minute(6))).toMatchObject([
      { kind: 'restore', before: 'maintainer', after: 'member', because: { why: 'reappeared' } },
    ]);
    expect(world.look(minute(7))).toEqual([]);
  });

  it('is not seen where the slot cannot be told', () => {
    expect(aReturn().look(minute(7), { hidden: new Set([KEY]) })).toEqual([]);
  });

  it('is looked for after a refusal too', () => {
    const world = aWorld({ number: 42, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter: 1 });
    world.sweep(minute(1), { crashAfter: 1 });
    world.answer(minute(1), 'run-1/0', 'ensure', 'refused');
    world.put(KEY, 'maintainer');
    expect(world.look(minute(2))).toEqual([]);
    world.put(KEY, 'member');
    expect(world.look(minute(2))).toMatchObject([{ kind: 'remove', because: { why: 'reappeared' } }]);
  });

  it('is undone where a lower grant holds the slot by now, which goes on', () => {
    const world = aWorld({ number: 42, from: 0, to: 5, asks: 'maintainer' }, { number: 43, from: 0, to: 60 });
    world.sweep(minute(0), { crashAfter: 1 });
    world.sweep(minute(1), { mayGrant: true });
    world.settle(minute(5));
    expect(held(world)).toBe('member');
    // The ensure of 43 from the first run: it wanted `maintainer`, for the sake of 42.
    world.put(KEY, 'maintainer');
    expect(world.sweep(minute(6))).toMatchObject([
      { kind: 'restore', before: 'maintainer', after: 'member', until: minute(60), because: { why: 'reappeared' } },
    ]);
    expect(statusOf(world, 43)).toBe('active');
    expect(world.look(minute(7))).toEqual([]);
    world.settle(minute(60));
    expect(held(world)).toBeNull();
  });

  it('is held for an error of ours when there are too many at once', () => {
    const world = new World();
    const keys = Array.from({ length: 11 }, (_, index) => `github-team:7/member:${index}`);
    keys.forEach((key, index) => {
      world.book.add(minute(0), authorised(50 + index, { starts: minute(0), length: 5 * MINUTE }));
      world.targets.set(grantId(50 + index), [{ slot: aSlot({ key }), value: 'member' }]);
    });
    world.book.add(minute(0), authorised(70, { starts: minute(0), length: 6 * MINUTE }));
    world.targets.set(grantId(70), [{ slot: SLOT, value: 'member' }]);
    world.sweep(minute(0), { crashAfter: 1 });
    world.settle(minute(5));
    for (const effect of world.stalled) world.put(effect.slot.key, null);
    for (const key of keys) world.put(key, 'member');
    const changes = world.look(minute(6));
    expect(kinds(changes).filter((kind) => kind === 'drift')).toHaveLength(11);
    // What is over is removed all the same.
    expect(kinds(changes).filter((kind) => kind === 'remove')).toHaveLength(1);
    expect(changes[1]).toMatchObject({ kind: 'drift', is: 'added', severity: 'critical', observed: 'member' });
  });
});

describe('an action', () => {
  function aRestart(change: Parameters<typeof anAction>[1] = {}): World {
    const world = new World();
    world.book.add(minute(0), authorised(42, anAction(42, change)));
    world.targets.set(grantId(42), []);
    return world;
  }

  it('is started once, then followed to its end', () => {
    const world = aRestart();
    const run = anAction(42).run;
    const until = plus(minute(0), anAction(42).length);
    expect(world.look(minute(1))).toEqual([{ kind: 'run', grant: grantId(42), run, due: minute(0), until }]);
    if (run === null) throw new Error('an action has a run');
    const started = { id: 'a1', correlation: 'c1', sweep: 'run-0', lease: minute(10) };
    world.book.add(minute(1), { type: 'action-intent', grant: grantId(42), run, ...started });
    expect(world.look(minute(1))).toEqual([
      { kind: 'follow', grant: grantId(42), runId: null, correlation: 'c1', intent: 'a1' },
    ]);
    const outcome = { type: 'action-outcome', grant: grantId(42), intent: 'a1', url: null, detail: null } as const;
    world.book.add(minute(2), { ...outcome, state: 'running', runId: 7 });
    expect(world.look(minute(2))).toMatchObject([{ kind: 'follow', runId: 7 }]);
    world.book.add(minute(3), { ...outcome, state: 'done', runId: 7 });
    expect(world.look(minute(3))).toEqual([]);
    expect(statusOf(world, 42)).toBe('done');
  });

  it.each([
    ['an instant within its time, that included', minute(5), plus(minute(5), 1)],
    ['an instant after its time', minute(500), plus(minute(0), anAction(42).length)],
  ])('starts by %s', (_, startsBy, until) => {
    const world = aRestart({ startsBy });
    expect(world.look(minute(1))).toMatchObject([{ kind: 'run', until }]);
  });

  it.each([
    ['grants stop', { mayGrant: false }],
    ['it is locked', { locks: [grantId(42)] }],
  ])('is not started while %s', (_, options) => {
    expect(aRestart().look(minute(1), options)).toEqual([]);
  });

  it('is not started before its start', () => {
    const world = new World();
    world.book.add(minute(0), authorised(42, { ...anAction(42), starts: minute(30) }));
    expect(planOf({ ...world.input(minute(29)), resolved: new Map([[grantId(42), []]]) })).toEqual([]);
    expect(kinds(planOf({ ...world.input(minute(30)), resolved: new Map([[grantId(42), []]]) }))).toEqual(['run']);
  });

  it('is not started unless its decision was derived again', () => {
    const world = aRestart();
    expect(planOf({ ...world.input(minute(1)), resolved: new Map() })).toEqual([]);
  });

  it('lapses when nobody started it in time', () => {
    const world = aRestart();
    expect(world.sweep(minute(60))).toMatchObject([{ kind: 'lapse' }]);
    expect(statusOf(world, 42)).toBe('lapsed');
    const status = world.state.requests.get(`${request(42).path}\n${request(42).blob}\n42`)?.status;
    expect(status).toMatchObject({ is: 'lapsed', code: 'too-late' });
  });
});

describe('what a slot holds is explained', () => {
  const WITHIN = 60 + 50;
  it.each<[string, boolean, number, string | null, boolean]>([
    ['by a grant that holds it', true, 5, 'member', true],
    ['by our removal of a moment ago', true, WITHIN, 'member', true],
    ['by nothing, long after that', true, 500, 'member', false],
    ['when it is empty', true, 500, null, true],
    ['by nothing where no grant ever was', false, 5, 'member', false],
  ])('%s', (_, isKnown, at, value, expected) => {
    const world = isKnown ? aWorld({ number: 42, from: 0, to: 60 }) : aWorld();
    world.sweep(minute(0));
    world.sweep(minute(Math.max(at, 0) > 60 ? 60 : 0));
    expect(isExplained(world.state.slots.get(KEY), value, minute(at))).toBe(expected);
  });

  it('by what stood there before', () => {
    const world = aWorld({ number: 42, from: 0, to: 60, asks: 'maintainer' });
    world.put(KEY, 'member');
    world.sweep(minute(0));
    world.sweep(minute(60));
    const slot = world.state.slots.get(KEY);
    expect([isExplained(slot, 'member', minute(500)), isExplained(slot, 'maintainer', minute(500))]).toEqual([
      true,
      false,
    ]);
  });
});
