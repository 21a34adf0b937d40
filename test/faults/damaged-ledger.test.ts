/** A ledger that was set back, cut, forked, replaced or damaged: grants stop, and what is owed is still taken back. */
import { describe, expect } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import { openLedger } from '../../core/ledger/head.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, readLedger } from '../../github/ledger-store.ts';
import type { Provider } from '../../providers/provider.ts';
import { ledgerCommit, setLedger, witness } from '../support/forge.ts';
import { REPOSITORY } from '../support/memory-github.ts';
import { alertKeys, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

const NAME = { owner: REPOSITORY.owner, name: REPOSITORY.name };
const JOIN = 'requests/payments/operator/payouts.yaml';
const required = { witness: 'required' } as const;

/** Alice's grant is held and over; somebody asks for another. */
async function due(world: TestWorld): Promise<void> {
  world.advance(HOUR);
  grantRead(world, {}, JOIN);
}

async function stoppedAndTaken(world: TestWorld, change = {}): Promise<readonly string[]> {
  const commit = world.github.git.refs.get(`heads/${LEDGER_BRANCH}`);
  const report = await world.as(change);
  expect(report.granted).toEqual([]);
  expect(world.target.held.has(READ_SLOT)).toBe(false);
  // Nothing is written over the evidence.
  expect(world.github.git.refs.get(`heads/${LEDGER_BRANCH}`)).toBe(commit);
  return report.stops.map(({ key }) => key);
}

describe('a ledger that was', () => {
  fault(44, 'set back: what the gate witnessed is still owed', async () => {
    const world = aWorld();
    const before = ledgerCommit(world);
    grantRead(world, { duration: '1h' });
    await world.sweep();
    await witness(world);
    setLedger(world, before);
    await due(world);
    expect(await stoppedAndTaken(world, required)).toEqual(['ledger-rewound']);
  });

  fault(44, 'set back, and written on by a sweep that did not see it: a fork', async () => {
    const world = aWorld();
    await world.sweep();
    const before = ledgerCommit(world);
    grantRead(world, { duration: '1h' });
    await world.sweep();
    await witness(world);
    const seen = world.github.git.refs.get('heads/gatepass/witness') ?? '';
    setLedger(world, before);
    // Whoever has the key and not the witness goes on from there.
    world.github.git.refs.delete('heads/gatepass/witness');
    world.advance(MINUTE);
    await world.sweep();
    world.github.git.refs.set('heads/gatepass/witness', seen);
    await due(world);
    expect(await stoppedAndTaken(world, required)).toEqual(['ledger-rewound']);
  });

  fault(44, 'deleted: what the gate witnessed is still owed', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    await witness(world);
    setLedger(world, null);
    await due(world);
    expect(await stoppedAndTaken(world, required)).toEqual(['ledger-missing']);
  });

  /** As a target that knows whose hand granted: everything that is held. */
  function withInventory(world: TestWorld): { openProvider: (type: string, config: JsonObject) => Promise<Provider> } {
    return {
      openProvider: async (type, config) => {
        const provider = world.target.open(type, config);
        const inventory = async (known: readonly Slot[]) => {
          const [first] = known;
          const held = [...world.target.held].filter(([key]) => key.startsWith(`${type}:`));
          return first === undefined
            ? []
            : held.map(([key, value]) => ({ slot: { ...first, key, label: key }, value }));
        };
        return { ...provider, inventory };
      },
    };
  }

  fault(
    44,
    'set back, with nobody who witnessed it: the target’s own marks show what it forgot, and a person is told',
    async () => {
      const world = aWorld();
      const dans = 'requests/orders-db/read-only/dans.yaml';
      merged(world, { by: people.dan, approvedBy: [people.bob], files: { [dans]: aRequest({ duration: '4h' }) } });
      await world.as(withInventory(world));
      const before = ledgerCommit(world);
      grantRead(world, { duration: '1h' });
      await world.as(withInventory(world));
      expect(await alertKeys(world)).toEqual([]);
      setLedger(world, before);
      // The default branch was set back with it, so that nothing asks for the grant again.
      const ref = `heads/${REPOSITORY.branch}`;
      const parent = world.github.git.at(world.github.git.refs.get(ref) ?? '').parents[0] ?? '';
      world.github.git.refs.set(ref, parent);
      world.advance(5 * HOUR);
      await world.as(withInventory(world));
      await world.as(withInventory(world));
      expect(await alertKeys(world)).toEqual([`orphan:default:${READ_SLOT}`]);
      // I7: what no ledger explains is nobody's to take but a person's.
      expect([...world.target.held.keys()]).toEqual([READ_SLOT]);
      world.target.held.clear();
      await world.as(withInventory(world));
      expect(await alertKeys(world)).toEqual([]);
    },
  );

  fault(44, 'broken: what the target’s marks show is said although nothing can be written down', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    damage(world, (text) => text.replace('"alice"', '"malic"'));
    world.target.held.set('postgres:app_write/1009', 'granted');
    world.advance(HOUR);
    const report = await world.as(withInventory(world));
    expect(report.problems.map(({ key }) => key)).toContain('orphan:default:postgres:app_write/1009');
    expect([...world.target.held.keys()]).toEqual(['postgres:app_write/1009']);
  });

  fault(44, 'looked at by a target that does not answer: what was said of it stays said', async () => {
    const world = aWorld();
    grantRead(world, { duration: '2h' });
    await world.sweep();
    world.target.held.set('postgres:app_write/1009', 'granted');
    await world.as(withInventory(world));
    const key = 'orphan:default:postgres:app_write/1009';
    expect(await alertKeys(world)).toEqual([key]);
    const silent = withInventory(world);
    await world.as({
      openProvider: async (type, config) => ({
        ...(await silent.openProvider(type, config)),
        inventory: async () => {
          throw new Error('timeout');
        },
      }),
    });
    expect(await alertKeys(world)).toEqual([key]);
  });
});

/** A commit on the ledger's branch, by somebody who has no key. */
function damage(world: TestWorld, change: (text: string) => string): void {
  const tip = world.github.git.tip(LEDGER_BRANCH);
  const files = new Map(tip.files);
  for (const [path, file] of tip.files) {
    if (path.endsWith('.jsonl')) files.set(path, { ...file, text: change(file.text) });
  }
  world.github.git.refs.set(`heads/${LEDGER_BRANCH}`, world.github.git.commit(files, [tip.sha], 'damaged').sha);
}

/** The text with one bit of one of its characters turned. */
function flipped(text: string, at: number): string {
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

describe('a line of the ledger', () => {
  fault(45, 'with any one bit of any of its bytes turned proves nothing', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    const stored = await readLedger(world.github, NAME);
    const last = stored.segments.at(-1);
    if (last === undefined) throw new Error('no segment');
    const options = { verify: verifyLedgerSignature, pinned: world.signer.publicKey };
    expect(openLedger(stored, options).tip).not.toBeNull();
    const others = stored.segments.slice(0, -1);
    const believed = Array.from({ length: last.text.length }, (_, at) => at).filter((at) => {
      const segments = [...others, { path: last.path, text: flipped(last.text, at) }];
      return openLedger({ ...stored, segments }, options).tip !== null;
    });
    expect(believed).toEqual([]);
  });

  fault(45, 'that is damaged, wherever, keeps no removal from being sent', async () => {
    for (const share of [0.01, 0.2, 0.4, 0.6, 0.8, 0.99]) {
      const world = aWorld();
      grantRead(world, { duration: '1h' });
      await world.sweep();
      damage(world, (text) => flipped(text, Math.floor(text.length * share)));
      await due(world);
      expect(await stoppedAndTaken(world)).toEqual(['ledger-broken']);
    }
  });

  fault(45, 'that is damaged time after time is looked past, a hundred commits back', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    for (let times = 0; times < 20; times += 1) damage(world, (text) => flipped(text, 100 + times));
    world.advance(MINUTE);
    await due(world);
    expect(await stoppedAndTaken(world)).toEqual(['ledger-broken']);
  });
});
