/** Targets that ask for time, fail, hang, vanish or come back as others; clocks that are wrong; ten thousand ends at once. */
import { describe, expect } from 'vitest';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { ProviderError, type SetSlot } from '../../providers/provider.ts';
import { alertKeys, entriesOf, grantRead, killed, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

const DAN_SLOT = 'postgres:app_read/1004';
const TEAM_SLOT = 'github-team:payments-production/1001';
const JOIN = 'requests/payments/operator/payouts.yaml';

/** Two hold a role of one database, one is in a team of GitHub: all for an hour, all granted. */
async function threeHeld(): Promise<TestWorld> {
  const world = aWorld();
  grantRead(world, { duration: '1h' });
  const dans = 'requests/orders-db/read-only/dans.yaml';
  merged(world, { by: people.dan, approvedBy: [people.bob], files: { [dans]: aRequest({ duration: '1h' }) } });
  merged(world, { by: people.alice, approvedBy: [people.bob], files: { [JOIN]: aRequest({ duration: '1h' }) } });
  await world.sweep();
  expect([...world.target.held.keys()].sort()).toEqual([TEAM_SLOT, READ_SLOT, DAN_SLOT]);
  return world;
}

/** What the target is asked from here on: `look`, or the slot and the value. */
function asked(world: TestWorld, fail: (change: SetSlot) => void | Promise<void> = () => {}): string[] {
  const calls: string[] = [];
  world.target.before = async (change) => {
    calls.push(`${change.slot.key}=${change.value}`);
    await fail(change);
  };
  return calls;
}

function tooOften(seconds: number): ProviderError {
  return new ProviderError('rate-limited', 'too many requests', { retry: 'backoff', afterSeconds: seconds });
}

describe('a target that asks for time', () => {
  fault(10, 'it is left alone until then, in this sweep and the next; others go on', async () => {
    const world = await threeHeld();
    world.advance(HOUR);
    const calls = asked(world, ({ slot }) => {
      if (slot.provider === 'postgres') throw tooOften(300);
    });
    await world.sweep();
    // One removal was tried there, the other was not; the team's was done.
    expect(calls.filter((call) => call.startsWith('postgres:'))).toHaveLength(1);
    expect([...world.target.held.keys()].sort()).toEqual([READ_SLOT, DAN_SLOT]);
    const until = plus(world.github.now as Instant, 300_000);
    const outcomes = (await entriesOf(world, 'outcome')).slice(-3);
    expect(outcomes.flatMap(({ notBefore }) => notBefore ?? [])).toEqual([until, until]);

    const looks: string[] = [];
    world.target.beforeObserve = (slots) => looks.push(...slots.map(({ provider }) => provider));
    const later = asked(world);
    world.advance(4 * MINUTE);
    expect((await world.sweep()).written).toEqual([]);
    expect([later, looks.filter((provider) => provider === 'postgres')]).toEqual([[], []]);

    world.advance(MINUTE);
    await world.sweep();
    expect([...world.target.held.keys()]).toEqual([]);
    expect(later.sort()).toEqual([`${READ_SLOT}=null`, `${DAN_SLOT}=null`]);
  });

  fault(10, 'a few seconds are waited for', async () => {
    const world = await threeHeld();
    world.advance(HOUR);
    const pauses: number[] = [];
    let isFirst = true;
    asked(world, ({ slot }) => {
      if (!isFirst || slot.provider !== 'postgres') return;
      isFirst = false;
      throw tooOften(2);
    });
    await world.as({ pause: async (milliseconds) => void pauses.push(milliseconds) });
    expect(pauses).toEqual([2000]);
    expect([...world.target.held.keys()]).toEqual([]);
  });

  fault(10, 'for days, is called after an hour all the same', async () => {
    const world = await threeHeld();
    world.advance(HOUR);
    asked(world, () => {
      throw tooOften(7 * 24 * 3600);
    });
    await world.sweep();
    world.target.before = () => {};
    world.advance(HOUR - 1000);
    await world.sweep();
    expect(world.target.held.size).toBe(3);
    world.advance(1000);
    await world.sweep();
    expect(world.target.held.size).toBe(0);
  });

  fault(10, 'when it is looked at, is not called again in that sweep', async () => {
    const world = await threeHeld();
    world.advance(HOUR);
    const calls = asked(world);
    world.target.beforeObserve = ([slot]) => {
      if (slot?.provider === 'postgres') throw tooOften(300);
    };
    await world.sweep();
    expect(calls).toEqual([`${TEAM_SLOT}=null`]);
  });
});

describe('a target that is down', () => {
  fault(
    11,
    'loses no removal: each is tried within five minutes of the last, and done within five of its return',
    async () => {
      const world = await threeHeld();
      world.advance(HOUR);
      const down = () => {
        throw new ProviderError('server', 'Bad Gateway', { retry: 'backoff', effect: 'unknown' });
      };
      let last = Date.parse(world.github.now);
      let longest = 0;
      asked(world, ({ slot }) => {
        if (slot.key === READ_SLOT) {
          longest = Math.max(longest, Date.parse(world.github.now) - last);
          last = Date.parse(world.github.now);
        }
        down();
      });
      for (let minutes = 0; minutes < 30; minutes += 1) {
        await world.sweep();
        world.advance(MINUTE);
      }
      expect(world.target.held.size).toBe(3);
      expect(longest).toBeLessThanOrEqual(5 * MINUTE);
      // Backed off: fewer tries than sweeps.
      const tries = (await entriesOf(world, 'outcome')).filter(
        ({ slot, effect }) => slot === READ_SLOT && effect !== 'ensure',
      );
      expect(tries.length).toBeLessThan(15);
      world.target.before = () => {};
      for (let minutes = 0; minutes < 5; minutes += 1) {
        await world.sweep();
        world.advance(MINUTE);
      }
      expect(world.target.held.size).toBe(0);
      await world.sweep();
      expect((await world.sweep()).written).toEqual([]);
    },
  );

  fault(
    11,
    'is not asked for every grant: after three failures in a row the others wait for the next sweep',
    async () => {
      const world = aWorld();
      for (const name of ['alice', 'dan', 'erin', 'mallory', 'carol'] as const) {
        const path = `requests/orders-db/read-only/${name}.yaml`;
        merged(world, { by: people[name], approvedBy: [people.bob], files: { [path]: aRequest({ duration: '1h' }) } });
      }
      const calls = asked(world, () => {
        throw new ProviderError('network', 'connection refused', { retry: 'backoff' });
      });
      const report = await world.sweep();
      expect(calls).toHaveLength(3);
      expect(report.granted.map(({ result }) => result)).toEqual(Array(5).fill('failed'));
      world.target.before = () => {};
      world.advance(2 * MINUTE);
      await world.sweep();
      expect(world.target.held.size).toBe(5);
    },
  );

  fault(11, 'has each of its removals tried once, however many fail before it, and before any grant', async () => {
    const world = aWorld();
    for (const name of ['alice', 'dan', 'erin', 'mallory', 'carol'] as const) {
      const path = `requests/orders-db/read-only/${name}.yaml`;
      merged(world, { by: people[name], approvedBy: [people.bob], files: { [path]: aRequest({ duration: '1h' }) } });
    }
    await world.sweep();
    world.advance(HOUR);
    const next = 'requests/orders-db/read-only/next.yaml';
    merged(world, { by: people.bob, approvedBy: [people.carol], files: { [next]: aRequest() } });
    const calls = asked(world, () => {
      throw new ProviderError('network', 'connection refused', { retry: 'backoff' });
    });
    await world.sweep();
    expect(calls).toHaveLength(5);
    expect(calls.every((call) => call.endsWith('=null'))).toBe(true);
  });

  fault(11, 'and hangs holds up no other, and not the sweep', async () => {
    const world = await threeHeld();
    world.advance(HOUR);
    asked(world, ({ slot }) => (slot.provider === 'postgres' ? new Promise<never>(() => {}) : undefined));
    const waits: number[] = [];
    const ring: (() => void)[] = [];
    const alarm = (milliseconds: number) => {
      waits.push(milliseconds);
      const { promise, resolve } = Promise.withResolvers<void>();
      // Only calls that hang are rung for: what answers has answered long before.
      if (milliseconds <= MINUTE) ring.push(resolve);
      return { over: promise, cancel: () => ring.splice(0, ring.length, ...ring.filter((each) => each !== resolve)) };
    };
    const running = world.as({ alarm });
    let report: Awaited<typeof running> | null = null;
    running.then((done) => {
      report = done;
    });
    for (let turns = 0; report === null && turns < 500; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      // The other target is done before the first of these is over.
      if (ring.length > 0 && !world.target.held.has(TEAM_SLOT)) ring.shift()?.();
    }
    const { revoked } = await running;
    expect(revoked.map(({ label, result }) => [label, result]).sort()).toEqual([
      ['alice in app_read', 'failed'],
      ['alice in payments-production', 'done'],
      ['dan in app_read', 'failed'],
    ]);
    expect(Math.max(...waits)).toBe(5 * MINUTE);
  });

  fault(11, 'and takes all the time of a sweep has the rest of its removals first in the next', async () => {
    const world = await threeHeld();
    world.advance(HOUR);
    const spent: (() => void)[] = [];
    const alarm = (milliseconds: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (milliseconds === 5 * MINUTE) spent.push(resolve);
      return { over: promise, cancel: () => {} };
    };
    const calls = asked(world, async ({ slot }) => {
      if (slot.provider !== 'postgres') return;
      for (const each of spent) each();
      await new Promise((resolve) => setImmediate(resolve));
      throw new Error('slow, and then nothing');
    });
    await world.as({ alarm });
    expect(calls.filter((call) => call.startsWith('postgres:'))).toEqual([`${READ_SLOT}=null`]);
    // The one that was tried waits; the other is not counted as tried, and comes at once.
    const next = asked(world);
    await world.sweep();
    expect(next).toEqual([`${DAN_SLOT}=null`]);
  });
});

describe('a clock that is wrong', () => {
  const at = (world: TestWorld, by: number) => ({ localNow: () => plus(world.github.now as Instant, by) });

  fault(17, 'the runner’s, ahead: nothing is granted, and what is over by it is over', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    grantRead(world, {}, JOIN);
    world.advance(52 * MINUTE);
    const report = await world.as(at(world, 10 * MINUTE));
    expect(report.stops.map(({ key }) => key)).toEqual(['clock-skewed']);
    expect(world.target.held.size).toBe(0);
    // Not in the ledger's own time.
    expect((await world.ledger()).entries.every((entry) => entry.at <= world.github.now)).toBe(true);
    await world.sweep();
    expect([await alertKeys(world), [...world.target.held.keys()]]).toEqual([[], [TEAM_SLOT]]);
  });

  fault(17, 'the runner’s, behind: nothing is granted, and what is over is taken back', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    grantRead(world, {}, JOIN);
    world.advance(HOUR);
    const report = await world.as(at(world, -10 * MINUTE));
    expect(report.stops.map(({ key }) => key)).toEqual(['clock-skewed']);
    expect(world.target.held.size).toBe(0);
  });

  fault(17, 'the runner’s, by a day: it ends nobody’s window', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    const report = await world.as(at(world, 24 * HOUR));
    expect(report.stops.map(({ key }) => key)).toEqual(['clock-skewed']);
    expect(world.target.held.size).toBe(1);
  });

  fault(17, 'GitHub’s, behind the ledger: nothing is granted, and windows end by the ledger’s', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    // It dies after it wrote what it means to take back: the ledger knows that the hour is over.
    await killed(
      (reached) => {
        world.target.before = () => reached();
      },
      () => world.sweep(),
    );
    world.target.before = () => {};
    expect(world.target.held.size).toBe(1);
    grantRead(world, {}, JOIN);
    world.advance(-10 * MINUTE);
    // The machine’s is as wrong as GitHub’s: only the ledger knows better.
    const report = await world.sweep();
    expect(report.stops.map(({ key }) => key)).toEqual(['clock-behind']);
    expect(world.target.held.size).toBe(0);
  });

  fault(17, 'by half a minute or less: nothing happens', async () => {
    const world = aWorld();
    grantRead(world);
    for (const by of [30_000, -30_000]) expect((await world.as(at(world, by))).stops).toEqual([]);
    expect(world.target.held.size).toBe(1);
  });
});

describe('what a grant is held in', () => {
  fault(29, 'is gone: what is owed is done, with the reason in the ledger; what is asked fails, once', async () => {
    const world = await threeHeld();
    const note = 'the team 77 is gone; a team of its name is another one';
    world.target.held.delete(TEAM_SLOT);
    world.target.answer = ({ slot, value }) => {
      if (slot.provider !== 'github-team') return { is: 'done', changed: true };
      return value === null ? { is: 'done', changed: false, note } : { is: 'refused', why: 'gone', detail: note };
    };
    const calls = asked(world);
    const again = 'requests/payments/operator/again.yaml';
    merged(world, { by: people.erin, approvedBy: [people.bob], files: { [again]: aRequest({ duration: '3h' }) } });
    await world.sweep();
    for (let hours = 0; hours < 3; hours += 1) {
      world.advance(HOUR);
      await world.sweep();
    }
    expect(calls.filter((call) => call === 'github-team:payments-production/1005=member')).toHaveLength(1);
    const { state } = await world.ledger();
    const ofTeam = [...state.grants.values()].filter(({ terms }) => terms.resource === 'payments');
    expect(ofTeam.map(({ status }) => status).sort()).toEqual(['failed', 'revoked']);
    const outcomes = (await entriesOf(world, 'outcome')).filter(({ slot }) => slot === TEAM_SLOT);
    expect(outcomes.at(-1)).toMatchObject({ effect: 'remove', result: 'done', detail: note });
    expect(await alertKeys(world)).toEqual([]);
  });

  fault(30, 'is another one now: it is not touched, and a person is told', async () => {
    const world = await threeHeld();
    // The new one, whose id is another; the old slot is empty.
    world.target.held.delete(READ_SLOT);
    world.target.held.set('postgres:another/1001', 'granted');
    const calls = asked(world);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`drift-removed:${READ_SLOT}`]);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.get('postgres:another/1001')).toBe('granted');
    expect(calls.some((call) => call.includes('another'))).toBe(false);
  });

  fault(30, 'is in another cluster now: it is unknown, not empty, and stays owed', async () => {
    const world = await threeHeld();
    world.advance(HOUR);
    const other = () => {
      throw new ProviderError('parent-changed', 'alice in app_read belongs to the cluster 1, but 2 answered');
    };
    world.target.beforeObserve = ([slot]) => {
      if (slot?.provider === 'postgres') other();
    };
    asked(world, ({ slot }) => {
      if (slot.provider === 'postgres') other();
    });
    await world.sweep();
    world.advance(10 * MINUTE);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`revoke-stuck:${READ_SLOT}`, `revoke-stuck:${DAN_SLOT}`]);
    expect(world.target.held.size).toBe(2);
  });
});
