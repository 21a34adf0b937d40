/** Crashes between every two steps, races for the ledger, and runs that slept: what I3, I4 and I7 of `docs/architecture.md` promise. */
import { describe, expect, it } from 'vitest';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { gitCache } from '../../github/tree.ts';
import { failureOf } from '../../sweep/failure.ts';
import type { SweepWorld } from '../../sweep/world.ts';
import { witness } from '../support/forge.ts';
import { httpError, REPOSITORY } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, killed, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

const MOVE = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';

/** Two sweeps converge, and a third writes nothing. */
async function converges(world: TestWorld): Promise<void> {
  world.target.before = () => {};
  world.target.after = () => {};
  world.github.before = () => {};
  await world.sweep();
  await world.sweep();
  expect((await world.sweep()).written).toEqual([]);
  const { state } = await world.ledger();
  const open = [...state.grants.values()].flatMap((grant) => [...grant.holds.values()]).map(({ phase }) => phase);
  expect(open.filter((phase) => !['held', 'ended'].includes(phase))).toEqual([]);
}

/** Every effect that was sent has an intent in the ledger, written before it. */
async function everyEffectIsInTheLedger(world: TestWorld): Promise<void> {
  const intents = await entriesOf(world, 'intent');
  const slots = new Set(intents.map(({ slot, after }) => `${slot.key}=${after}`));
  expect(world.target.sent.filter(({ slot, value }) => !slots.has(`${slot}=${value}`))).toEqual([]);
}

type Crash = [string, (world: TestWorld, reached: () => Promise<never>) => void];

describe('a value that is accepted and not in force, such as an invitation', () => {
  it('is held only once it is in force, and is not asked for again meanwhile', async () => {
    const world = await aWorld();
    world.target.invited.add(READ_SLOT);
    world.target.answer = () => ({ is: 'pending', afterSeconds: 60, why: 'invitation' });
    world.target.after = ({ slot, value }) => {
      if (value !== null) world.target.held.set(slot.key, value);
    };
    grantRead(world);
    await world.sweep();
    await world.sweep();
    const statuses = async () => [...(await world.ledger()).state.grants.values()].map(({ status }) => status);
    expect(await statuses()).toEqual(['applying']);
    expect(world.target.sent).toHaveLength(1);

    world.target.invited.clear();
    await world.sweep();
    expect(await statuses()).toEqual(['active']);
    expect(world.target.sent).toHaveLength(1);
  });
});

const CRASHES: readonly Crash[] = [
  [
    'before the intent is written',
    (world, reached) => {
      world.github.before = (route) => (route === MOVE ? reached() : undefined);
    },
  ],
  [
    'after the intent, before the effect',
    (world, reached) => {
      world.target.before = () => reached();
    },
  ],
  [
    'after the effect, before its answer',
    (world, reached) => {
      world.target.after = () => reached();
    },
  ],
  [
    'after the effect, before its outcome is written',
    (world, reached) => {
      let moves = 0;
      world.github.before = (route) => {
        if (route === MOVE) moves += 1;
        return route === MOVE && moves === 2 ? reached() : undefined;
      };
    },
  ],
];

describe('a sweep that is killed', () => {
  it.each(CRASHES)('%s of a grant, is made good by the next two', async (_, crash) => {
    const world = aWorld();
    grantRead(world);
    await killed(
      (reached) => crash(world, reached),
      () => world.sweep(),
    );
    await converges(world);
    expect(world.target.held.get(READ_SLOT)).toBe('granted');
    await everyEffectIsInTheLedger(world);
    world.advance(2 * HOUR + 15 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it.each(CRASHES)('%s of a removal, is made good by the next two', async (_, crash) => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.advance(2 * HOUR);
    await killed(
      (reached) => crash(world, reached),
      () => world.sweep(),
    );
    await converges(world);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    await everyEffectIsInTheLedger(world);
    expect([...(await world.ledger()).state.grants.values()].map(({ status }) => status)).toEqual(['revoked']);
  });
});

describe('an answer that is lost', () => {
  it('is found out by looking: the effect was made', async () => {
    const world = aWorld();
    grantRead(world);
    world.target.after = () => {
      throw new Error('socket hang up');
    };
    const report = await world.sweep();
    expect(report.granted.map(({ result }) => result)).toEqual(['done']);
    await converges(world);
  });

  it('of the ledger’s own write is found out by reading the branch', async () => {
    const world = aWorld();
    grantRead(world);
    const { request } = world.github;
    let moves = 0;
    world.github.request = async (route, parameters) => {
      const answer = await request.call(world.github, route, parameters);
      if (route === MOVE) moves += 1;
      if (route === MOVE && moves === 1) throw httpError(502, 'Bad Gateway');
      return answer;
    };
    const report = await world.sweep();
    expect(report.problems).toEqual([]);
    expect(report.granted.map(({ result }) => result)).toEqual(['done']);
    expect(await entriesOf(world, 'intent')).toHaveLength(1);
  });
});

describe('two sweeps at once', () => {
  it('lose no entry: who is late reads again and plans again', async () => {
    const world = aWorld();
    grantRead(world);
    let isFirst = true;
    world.github.before = async (route) => {
      if (route !== MOVE || !isFirst) return;
      isFirst = false;
      await world.sweep();
    };
    const late = await world.sweep();
    world.github.before = () => {};
    expect(late.granted).toEqual([]);
    const { entries } = await world.ledger();
    expect(entries.filter(({ type }) => type === 'authorised')).toHaveLength(1);
    expect(entries.filter(({ type }) => type === 'intent')).toHaveLength(1);
    expect(world.target.sent).toHaveLength(1);
  });

  it('both keep their outcomes when they race for the last write', async () => {
    const world = aWorld();
    grantRead(world);
    let moves = 0;
    world.github.before = async (route) => {
      if (route !== MOVE) return;
      moves += 1;
      if (moves !== 2) return;
      grantRead(world, {}, 'requests/orders-db/read-only/second.yaml');
      await world.sweep();
    };
    await world.sweep();
    const results = (await entriesOf(world, 'outcome')).map(({ result }) => result);
    expect(results.every((result) => result === 'done')).toBe(true);
    await converges(world);
  });

  it('see what is pushed while they look: a lock that comes in between stops the grant', async () => {
    const world = aWorld();
    grantRead(world);
    world.target.beforeObserve = () => {
      world.target.beforeObserve = () => {};
      const lock = 'locks:\n  - { name: now, subjects: [person:alice], reason: a stolen laptop }\n';
      world.github.push({ 'policies/locks.yaml': `apiVersion: gatepass/v1\nkind: Lock\n${lock}` });
    };
    await world.sweep();
    expect(world.target.sent).toEqual([]);
  });
});

describe('a sweep that slept', () => {
  it.each([
    ['longer than its lease', 11 * MINUTE, 'its lease'],
    ['until the grant was over', 2 * HOUR, 'the window had ended'],
  ])('%s, grants nothing when it wakes', async (_, slept, why) => {
    const world = aWorld();
    grantRead(world);
    let moves = 0;
    world.github.before = (route) => {
      if (route === MOVE) moves += 1;
      if (route === MOVE && moves === 1) world.advance(slept);
    };
    const report = await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(report.granted.map(({ result, detail }) => [result, detail?.includes(why)])).toEqual([['failed', true]]);
  });

  it('has its grant taken back when it was sent all the same', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await killed(
      (reached) => {
        world.target.before = () => reached();
      },
      () => world.sweep(),
    );
    world.target.before = () => {};
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    // The stalled run wakes, past its lease check, and sends what it meant to.
    world.target.held.set(READ_SLOT, 'granted');
    world.advance(MINUTE);
    const report = await world.sweep();
    expect(report.revoked.map(({ because }) => because)).toEqual(['reappeared']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

describe('a fault that nobody foresaw', () => {
  class Broken<K, V> extends Map<K, V> {
    override get(): never {
      throw new TypeError('boom');
    }
  }

  /** A grant that is over, and another that is to begin. */
  async function due(): Promise<TestWorld> {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR + MINUTE);
    grantRead(world, {}, 'requests/payments/operator/payouts.yaml');
    return world;
  }

  it.each<[string, () => Partial<SweepWorld>]>([
    [
      'how GitHub is set up',
      () => ({
        attest: async () => {
          throw new TypeError('boom');
        },
      }),
    ],
    ['the default branch', () => ({ cache: { git: { ...gitCache(), trees: new Broken() }, ledger: new Map() } })],
  ])('in reading %s keeps no removal from being sent', async (_, broken) => {
    const world = await due();
    const report = await world.as(broken());
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(report.granted).toEqual([]);
    expect(await alertKeys(world)).toEqual(['sweep-failed']);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    expect(world.target.held.size).toBe(1);
  });

  it('in deriving one grant again keeps no removal from being sent', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    grantRead(world, { starts: '2026-11-23T11:01:00Z' }, 'requests/orders-db/read-only/second.yaml');
    await world.sweep();
    world.advance(HOUR + MINUTE);
    world.github.before = (route) => {
      if (route.endsWith('/git/commits/{commit_sha}')) throw httpError(500, 'oops');
    };
    const report = await world.sweep();
    expect(report.granted).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('a text that was cut through a character, by a hostile target, is still one that the ledger takes', async () => {
    const world = await due();
    const hostile = '😀'.repeat(300);
    world.target.answer = ({ value }) =>
      value === null ? { is: 'refused', why: 'policy', detail: hostile } : { is: 'done', changed: true };
    const report = await world.sweep();
    expect(report.problems).toEqual([]);
    expect(failureOf(new Error(`a${hostile}`)).isWellFormed()).toBe(true);
    expect(failureOf(new Error(hostile)).isWellFormed()).toBe(true);
    expect(failureOf(new Error(`${'a'.repeat(520)}\ud83d`))).toHaveLength(500);
  });

  it('a ledger that refuses an entry keeps no removal from being sent', async () => {
    const world = await due();
    const signer = {
      ...world.signer,
      sign: () => {
        throw new TypeError('no canonical form for a string with a lone surrogate');
      },
    };
    const report = await world.as({ signer });
    expect(report.problems.map(({ key }) => key)).toEqual(['ledger-unwritable']);
    expect(report.granted).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

describe('a ledger that cannot be relied on', () => {
  /** A line that chains correctly, appended by somebody without the key. */
  function forge(world: TestWorld, change: (text: string) => string): void {
    const tip = world.github.git.tip(LEDGER_BRANCH);
    const files = new Map(tip.files);
    for (const [path, file] of tip.files) {
      if (path.endsWith('.jsonl')) files.set(path, { ...file, text: change(file.text) });
    }
    world.github.git.refs.set(`heads/${LEDGER_BRANCH}`, world.github.git.commit(files, [tip.sha], 'forged').sha);
  }

  it.each<[string, (text: string) => string]>([
    ['has one changed byte', (text) => text.replace('"alice"', '"malic"')],
    ['lost its last line', (text) => `${text.split('\n').slice(0, -2).join('\n')}\n`],
    ['has a line more', (text) => `${text}{"type":"read","commit":"x"}\n`],
  ])('that %s stops grants; what is owed from its last good commit is still taken back', async (_, change) => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    forge(world, change);
    const forged = world.github.git.refs.get(`heads/${LEDGER_BRANCH}`);
    grantRead(world, {}, 'requests/orders-db/read-only/second.yaml');
    world.advance(HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['ledger-broken']);
    expect(report.granted).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(world.github.git.refs.get(`heads/${LEDGER_BRANCH}`)).toBe(forged);
  });

  it('whose witness was deleted by who set it back stops grants, and takes back', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    await witness(world);
    const required = { witness: 'required' } as const;
    expect((await world.as(required)).stops).toEqual([]);
    world.github.git.refs.delete('heads/gatepass/witness');
    world.advance(HOUR);
    grantRead(world, {}, 'requests/payments/operator/payouts.yaml');
    const report = await world.as(required);
    expect(report.stops.map(({ key, severity }) => [key, severity])).toEqual([['witness-missing', 'critical']]);
    expect(report.granted).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    await witness(world);
    await world.as(required);
    expect(await alertKeys(world)).toEqual([]);
    expect(world.target.held.size).toBe(1);
  });

  it('broken over a history that was cut owes what was witnessed', async () => {
    const world = aWorld();
    const before = world.github.git.refs.get(`heads/${LEDGER_BRANCH}`) ?? '';
    grantRead(world, { duration: '1h' });
    await world.sweep();
    await witness(world);
    world.github.git.refs.set(`heads/${LEDGER_BRANCH}`, before);
    forge(world, (text) => `${text}{"type":"read","commit":"x"}\n`);
    world.advance(HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['ledger-broken']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('that is missing grants nothing', async () => {
    const world = aWorld();
    grantRead(world);
    world.github.git.refs.delete(`heads/${LEDGER_BRANCH}`);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['ledger-missing']);
    expect(world.target.sent).toEqual([]);
  });

  it('under another key is somebody else’s', async () => {
    const world = aWorld();
    grantRead(world);
    const { signer } = aWorld();
    const report = await world.as({ signer });
    expect(report.stops.map(({ key }) => key)).toEqual(['ledger-broken']);
    expect(world.target.sent).toEqual([]);
  });

  it('of another repository grants nothing, and still takes back', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.github.repositoryId = 4242;
    world.advance(HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['wrong-repository']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  it('that cannot be written keeps grants waiting, and no removal', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    grantRead(world, {}, 'requests/payments/operator/payouts.yaml');
    world.github.before = (route) => {
      if (route.startsWith('POST') || route.startsWith('PATCH')) throw httpError(503, 'Service Unavailable');
    };
    const report = await world.sweep();
    expect(report.problems.map(({ key }) => key)).toEqual(['ledger-unwritable']);
    expect(report.granted).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    await converges(world);
  });

  /** Alice's grant is over, and GitHub fails for the sweep that is about to write so, when another one has come to its end. */
  async function cutOff(world: TestWorld, isTold: boolean): Promise<void> {
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    world.github.before = async (route) => {
      if (!route.startsWith('POST')) return;
      world.github.before = () => {};
      grantRead(world, {}, 'requests/orders-db/read-only/again.yaml');
      expect((await world.sweep()).granted).toHaveLength(1);
      const fails = () => {
        throw httpError(503, 'Service Unavailable');
      };
      if (!isTold) world.github.before = fails;
      fails();
    };
    await world.sweep();
    world.github.before = () => {};
  }

  it('that moved on keeps what was granted meanwhile from a removal that could not be written', async () => {
    const world = aWorld();
    await cutOff(world, true);
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    await converges(world);
  });

  it('that can be neither written nor asked ends what was granted meanwhile too, and the next sweep says so', async () => {
    const world = aWorld();
    await cutOff(world, false);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`drift-removed:${READ_SLOT}`]);
    await converges(world);
  });

  it('whose last entry is later than GitHub’s clock stops grants', async () => {
    const world = aWorld();
    grantRead(world);
    world.github.now = plus(world.github.now as Instant, -2 * HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['clock-behind']);
    expect(world.target.sent).toEqual([]);
  });
});

describe('a default branch', () => {
  it('whose history was rewritten stops grants until it is restored', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    const ref = `heads/${REPOSITORY.branch}`;
    const kept = world.github.git.refs.get(ref) ?? '';
    const root = world.github.git.at(kept).parents[0] ?? '';
    world.github.git.refs.set(ref, root);
    grantRead(world, {}, 'requests/orders-db/read-only/second.yaml');
    world.advance(HOUR);
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['history-rewritten']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    world.github.git.refs.set(ref, kept);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
  });

  it.each<[string, (asked: Record<string, unknown>, tip: string) => boolean]>([
    ['at all', ({ ref }) => ref === 'heads/main'],
    ['to its end', ({ tree_sha }, tip) => tree_sha === tip],
  ])('that cannot be read %s closes no alert of what it said before', async (_, isBroken) => {
    const world = aWorld();
    world.github.push({ 'policies/settings.yaml': 'apiVersion: gatepass/v1\nkind: Settings\nmerge: auto\n' });
    world.github.push({ [READ]: aRequest() });
    await world.sweep();
    const before = (await world.ledger()).state.alerts;
    expect([...before.keys()].sort()).toEqual(['governing-refused', `quarantined:${READ}`]);
    world.advance(MINUTE);
    const tip = world.github.git.tip('main').sha;
    world.github.before = (_, asked) => {
      if (isBroken(asked, tip)) throw httpError(502, 'Bad Gateway');
    };
    await world.sweep();
    world.github.before = () => {};
    world.advance(MINUTE);
    await world.sweep();
    expect((await world.ledger()).state.alerts).toEqual(before);
  });

  it('that cannot be read now and then ends the hour of a doubtful return all the same', async () => {
    const world = aWorld();
    grantRead(world, { duration: '4h' });
    await world.sweep();
    merged(world, { by: people.mallory, approvedBy: [], files: { [READ]: null } });
    for (let round = 0; round < 5; round += 1) {
      world.github.before = (route, { ref }) => {
        if (route.endsWith('/pulls/{pull_number}/reviews')) throw httpError(502, 'Bad Gateway');
        if (round % 2 === 1 && route.endsWith('/git/ref/{ref}') && ref === 'heads/main')
          throw httpError(502, 'Bad Gateway');
      };
      await world.sweep();
      world.advance(20 * MINUTE);
    }
    expect(await alertKeys(world)).toEqual([expect.stringMatching(/^deleted:/)]);
  });

  it('without the file of a grant that is over is nothing to say', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    world.github.push({ [READ]: null });
    await world.sweep();
    expect((await entriesOf(world, 'alert')).map(({ key }) => key)).toEqual([]);
  });

  it('that cannot be read keeps grants waiting, and no removal', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    world.github.before = (route, { ref }) => {
      if (route.endsWith('/git/ref/{ref}') && ref === 'heads/main') throw httpError(502, 'Bad Gateway');
    };
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['branch-unreadable']);
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    await converges(world);
  });
});
