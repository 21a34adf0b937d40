/** Sweeps that overlap, die, wake late or come late, and the ledger that they write. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { appendEntries, parseLedger } from '../../core/ledger/chain.ts';
import { parseLine } from '../../core/ledger/line.ts';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { forgeEntries, ledgerCommit, setLedger, witness } from '../support/forge.ts';
import { aGenesis, aSlot, authorised, grantId, minute, START } from '../support/ledger.ts';
import { httpError } from '../support/memory-github.ts';
import { World } from '../support/plan-world.ts';
import { alertKeys, entriesOf, grantRead, killed, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { threat } from './threat.ts';

const { alice, bob } = people;
const MOVE = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';
const SECOND = 'requests/orders-db/read-only/second.yaml';
const LOCK =
  'apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: now, subjects: [person:alice], reason: a stolen laptop }\n';

describe('sweeps', () => {
  threat(55, async () => {
    const world = aWorld();
    grantRead(world);
    world.target.beforeObserve = () => {
      world.target.beforeObserve = () => {};
      world.github.push({ 'policies/locks.yaml': LOCK });
    };
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await entriesOf(world, 'intent')).toEqual([]);
  });

  threat(56, async () => {
    const world = aWorld();
    grantRead(world);
    let isFirst = true;
    world.github.before = async (route) => {
      if (route !== MOVE || !isFirst) return;
      isFirst = false;
      await world.sweep();
    };
    await world.sweep();
    world.github.before = () => {};
    expect(world.target.sent).toHaveLength(1);
    expect(await entriesOf(world, 'authorised')).toHaveLength(1);
    expect(await entriesOf(world, 'intent')).toHaveLength(1);
  });

  threat(57, 'killed after any step, of any sweep: the intent is there, and the next ones make it good', () => {
    const asking = fc.record({ from: fc.nat({ max: 20 }), length: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(
        fc.array(asking, { minLength: 1, maxLength: 3 }),
        fc.array(fc.record({ at: fc.nat({ max: 70 }), crashAfter: fc.nat({ max: 8 }) }), { maxLength: 5 }),
        (grants, crashes) => {
          const world = new World();
          grants.forEach(({ from, length }, index) => {
            const starts = minute(from);
            world.book.add(minute(0), authorised(40 + index, { starts, length: length * MINUTE }));
            world.targets.set(grantId(40 + index), [{ slot: aSlot({ key: `slot-${index}` }), value: 'member' }]);
          });
          for (const { at, crashAfter } of [...crashes].sort((a, b) => a.at - b.at)) {
            world.sweep(minute(at), { crashAfter });
          }
          world.settle(minute(70));
          world.settle(minute(140));
          const meant = new Set(
            world.book.entries.flatMap((entry) =>
              entry.type === 'intent' ? [`${entry.slot.key}=${entry.after}`] : [],
            ),
          );
          for (const { change } of world.sent) expect(meant).toContain(`${change.slot.key}=${change.after}`);
          expect([...world.values]).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });

  threat(57, 'the ledger cannot be written: nothing is granted, and removals are sent all the same', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    merged(world, {
      by: alice,
      approvedBy: [bob],
      files: { 'requests/payments/operator/payouts.yaml': aRequest() },
    });
    world.github.before = (route) => {
      if (route.startsWith('POST') || route.startsWith('PATCH')) throw httpError(503, 'Service Unavailable');
    };
    const report = await world.sweep();
    expect(report.granted).toEqual([]);
    expect([...world.target.held]).toEqual([]);
    expect(report.problems.map(({ key }) => key)).toEqual(['ledger-unwritable']);
  });

  threat(57, 'the write of the outcome is lost: the next sweep looks, and sends nothing again', async () => {
    const world = aWorld();
    grantRead(world);
    let moves = 0;
    await killed(
      (reached) => {
        world.github.before = (route) => {
          if (route === MOVE) moves += 1;
          return route === MOVE && moves === 2 ? reached() : undefined;
        };
      },
      () => world.sweep(),
    );
    world.github.before = () => {};
    await world.sweep();
    expect(world.target.sent).toHaveLength(1);
    expect((await entriesOf(world, 'outcome')).map(({ result }) => result)).toEqual(['done']);
  });

  threat(58, () => {
    const slots = ['a', 'b', 'c'].map((name) => aSlot({ key: `github-team:${name}/member:1001` }));
    const bindings = slots.map(({ provider, zone, key }) => ({ provider, zone, with: {}, target: { team: key } }));
    const broken = fc.subarray(slots.map(({ key }) => key)).map((keys) => new Set(keys));
    fc.assert(
      fc.property(fc.array(broken, { maxLength: 6 }), fc.array(broken, { maxLength: 6 }), (early, late) => {
        const world = new World();
        world.book.add(minute(0), authorised(42, { starts: minute(0), length: HOUR, bindings }));
        world.targets.set(
          grantId(42),
          slots.map((slot) => ({ slot, value: 'member' })),
        );
        early.forEach((failing, index) => {
          world.sweep(minute(index), { failing });
          // What was told to be held is held, and what failed is told to have failed.
          const holds = world.state.grants.get(grantId(42))?.holds ?? new Map();
          for (const [key, { phase }] of holds) expect(phase === 'held').toBe(world.values.has(key));
        });
        world.settle(minute(50));
        expect([...world.values.keys()].sort()).toEqual(slots.map(({ key }) => key));
        for (const [index, failing] of late.entries()) world.sweep(minute(60 + index), { failing });
        world.settle(minute(100));
        expect([...world.values]).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the ledger', () => {
  /** Alice held for an hour, and was witnessed while she did. */
  async function held(): Promise<{ world: TestWorld; before: string }> {
    const world = aWorld();
    const before = ledgerCommit(world);
    grantRead(world, { duration: '1h' });
    await world.sweep();
    await witness(world);
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    return { world, before };
  }

  /** By whoever can write to the witness: an entry that never was, in a commit that once was the tip. */
  async function contradict(world: TestWorld, commit: string): Promise<void> {
    const tip = ledgerCommit(world);
    setLedger(world, commit);
    await witness(world, 1_000);
    setLedger(world, tip);
  }

  threat(
    59,
    'set back to a head that was signed: grants stop, and what was granted since is still taken back',
    async () => {
      const { world, before } = await held();
      setLedger(world, before);
      grantRead(world, {}, SECOND);
      const sent = world.target.sent.length;
      const report = await world.sweep();
      expect(report.stops.map(({ key }) => key)).toEqual(['ledger-rewound']);
      expect(world.target.sent).toHaveLength(sent);
      expect(ledgerCommit(world)).toBe(before);
      world.advance(HOUR);
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(false);
    },
  );

  threat(59, 'removed: nothing is granted, and what was granted is still taken back', async () => {
    const { world } = await held();
    setLedger(world, null);
    world.advance(HOUR);
    grantRead(world, {}, SECOND);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['ledger-missing']);
    expect([...world.target.held]).toEqual([]);
  });

  threat(59, 'begun anew, and even signed by the applier’s key', async () => {
    const { world, before } = await held();
    setLedger(world, before);
    await forgeEntries(world, world.signer, [{ type: 'read', commit: world.github.git.tip('main').sha }]);
    world.advance(HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['ledger-rewound']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  threat(59, 'witnessed as another one, by a head that never was: what it proves is still owed', async () => {
    const { world, before } = await held();
    await contradict(world, before);
    world.advance(HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['ledger-rewound']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  threat(59, 'witnessed as one of long ago: nothing is taken that somebody else gave since', async () => {
    const { world } = await held();
    const middle = ledgerCommit(world);
    world.advance(HOUR);
    await world.sweep();
    world.target.held.set(READ_SLOT, 'granted');
    await contradict(world, middle);
    await world.sweep();
    expect(world.target.held.get(READ_SLOT)).toBe('granted');
  });

  threat(59, 'what was witnessed cannot be read: grants wait', async () => {
    const { world } = await held();
    const tip = world.github.git.tip('gatepass/witness');
    const cut = new Map([...tip.files].map(([path, file]) => [path, { ...file, text: file.text.slice(1) }]));
    world.github.git.refs.set('heads/gatepass/witness', world.github.git.commit(cut, [tip.sha]).sha);
    grantRead(world, {}, SECOND);
    const sent = world.target.sent.length;
    expect((await world.sweep()).stops.map(({ key }) => key)).toEqual(['witness-unreadable']);
    expect(world.target.sent).toHaveLength(sent);
    world.github.git.refs.set('heads/gatepass/witness', tip.sha);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
  });

  threat(60, 'no text leaves its line', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\n', '\r\n', '\u2028', '\u0000', '"}\n{"v":1'),
        (text, end) => {
          const reason = `${text.toWellFormed()}${end}${text.toWellFormed()}`;
          const bodies = [aGenesis(), authorised(42, { reason }), { type: 'read', commit: 'a'.repeat(40) } as const];
          const { path, lines, entries } = appendEntries(null, bodies, START);
          for (const line of lines) expect(line).not.toMatch(/[\n\r]/);
          const parsed = parseLedger([{ path, text: `${lines.join('\n')}\n` }]);
          expect(parsed.faults).toEqual([]);
          expect(parsed.entries).toEqual(entries);
        },
      ),
    );
  });

  threat(60, 'a line that is not canonical, or has a field more, is no entry', () => {
    const [line = ''] = appendEntries(null, [aGenesis()], START).lines;
    expect(typeof parseLine(line)).toBe('object');
    const other = [
      ` ${line}`,
      line.replace(':', ': '),
      line.replace('{', '{"x":1,'),
      line.replace('}', ',"type":"x"}'),
    ];
    for (const each of other) expect(typeof parseLine(each)).toBe('string');
  });
});

describe('time', () => {
  threat(61, async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    const report = await world.sweep();
    const end = plus(world.github.now as Instant, HOUR);
    // The provider is told the end, so that it can keep it by itself; and whoever starts sweeps is told when.
    expect(world.target.sent.map(({ until }) => until)).toEqual([end]);
    expect(report.nextDue).toBe(end);
    world.advance(9 * HOUR);
    const late = await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(late.revoked.map(({ due }) => due)).toEqual([end]);
  });

  threat(62, 'half a minute is borne, more stops grants and no removal', async () => {
    for (const [behind, stops] of [
      [MINUTE / 2, []],
      [MINUTE / 2 + 1000, ['clock-behind']],
    ] as const) {
      const world = aWorld();
      grantRead(world, { duration: '1h' });
      await world.sweep();
      grantRead(world, {}, SECOND);
      const at = world.github.now as Instant;
      world.github.now = plus(at, -behind);
      expect((await world.sweep()).stops.map(({ key }) => key)).toEqual(stops);
      world.github.now = plus(at, HOUR - MINUTE);
      await world.sweep();
      expect((await world.ledger()).state.grants.size).toBe(2);
    }
  });

  threat(62, 'a removal goes on by a clock that is behind', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR - MINUTE);
    grantRead(world, {}, 'requests/payments/operator/payouts.yaml');
    world.github.push({ 'policies/locks.yaml': LOCK });
    world.github.now = plus(world.github.now as Instant, -2 * HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toContain('clock-behind');
    expect([...world.target.held]).toEqual([]);
  });

  threat(62, 'the clock of the runner is not asked', async () => {
    const { now } = Date;
    Date.now = () => 0;
    try {
      const world = aWorld();
      grantRead(world, { duration: '1h' });
      const report = await world.sweep();
      expect(report.nextDue).toBe(plus(world.github.now as Instant, HOUR));
    } finally {
      Date.now = now;
    }
  });
});
