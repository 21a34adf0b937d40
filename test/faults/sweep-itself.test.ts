/** What a sweep suffers itself: killed, left without an answer, half done, unable to write, raced. */
import { describe, expect } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { aRun, asks, atOnce, sweeps, wait } from '../simulator/happenings.ts';
import { live, Simulation } from '../simulator/simulate.ts';
import type { Faults, History, Step } from '../simulator/steps.ts';
import { fileOf } from '../support/memory-git.ts';
import { httpError } from '../support/memory-github.ts';
import { entriesOf, grantRead, killed, READ_SLOT } from '../support/sweep-steps.ts';
import { aWorld, exampleFiles, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

const MOVE = 'PATCH /repos/{owner}/{repo}/git/refs/{ref}';

/** Two sweeps converge and a third writes nothing. */
async function converges(world: TestWorld): Promise<void> {
  await world.sweep();
  await world.sweep();
  expect((await world.sweep()).written).toEqual([]);
}

/** Grants of one slot and of three, in two zones, and an action: some end and some begin in the sweep that `faults` hit. */
function busy(faults: Partial<Faults>): History {
  const before: readonly Step[] = [asks(0, 1, 60), asks(1, 2, 60), asks(2, 6, 240), sweeps(), sweeps({}, 1), wait(65)];
  const now: readonly Step[] = [asks(0, 1, 120), asks(3, 2, 120), asks(1, 7, 120), sweeps(faults)];
  return { standing: [], steps: [...before, ...now], ending: 'soon' };
}

describe('a sweep that is killed', () => {
  for (const when of ['before', 'after'] as const) {
    fault(8, `${when} the answer of each of its calls to the world, whichever it is`, async () => {
      let deaths = 0;
      for (let at = 0; ; at += 1) {
        // `live` throws where a promise is broken, or where two sweeps do not converge.
        const { faults } = await live(busy({ crash: { at, when } }));
        if (faults.get('crash') === undefined) break;
        deaths += 1;
      }
      expect(deaths).toBeGreaterThan(60);
    });
  }
});

describe('an answer that does not come', () => {
  const silence = (world: TestWorld) => {
    world.target.after = () => {
      throw new Error('socket hang up');
    };
  };

  fault(9, 'after the access was given: it is looked at, and not given twice', async () => {
    const world = aWorld();
    grantRead(world);
    silence(world);
    const { granted } = await world.sweep();
    expect(granted.map(({ result }) => result)).toEqual(['done']);
    await converges(world);
    expect(world.target.sent).toHaveLength(1);
  });

  fault(9, 'after the access was taken back: it is looked at, and not taken twice', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.advance(2 * HOUR);
    silence(world);
    const { revoked } = await world.sweep();
    expect(revoked.map(({ result }) => result)).toEqual(['done']);
    await converges(world);
    expect(world.target.sent).toHaveLength(2);
  });

  fault(9, 'and nothing was done: it is not believed to be, and tried again', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.advance(2 * HOUR);
    world.target.answer = () => ({ is: 'pending', afterSeconds: 60, why: 'async' });
    expect((await world.sweep()).revoked.map(({ result }) => result)).toEqual(['pending']);
    world.target.answer = () => ({ is: 'done', changed: true });
    world.advance(11 * MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  fault(9, 'or says that it was done, and it was not: what is seen counts', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.advance(2 * HOUR);
    const { held } = world.target;
    world.target.after = () => void held.set(READ_SLOT, 'granted');
    expect((await world.sweep()).revoked.map(({ result }) => result)).toEqual(['failed']);
    world.target.after = () => {};
    world.advance(6 * MINUTE);
    await world.sweep();
    expect(held.has(READ_SLOT)).toBe(false);
  });
});

describe('some of several targets', () => {
  /** `read-only` of orders in so many places, each a target of its own. */
  function worldOf(targets: number): TestWorld {
    const files = new Map(exampleFiles());
    const path = 'policies/catalog/databases.yaml';
    const roles = Array.from({ length: targets }, (_, index) => {
      return `{ role: part_${index}, provider: { type: postgres, with: { credentials: PART_${index} } } }`;
    }).join(', ');
    const owner = 'owner: team:orders\n';
    const text =
      files.get(path)?.text.replace(owner, `${owner}    roles: { read-only: { grants: [${roles}] } }\n`) ?? '';
    return aWorld(undefined, files.set(path, fileOf(text)));
  }

  const slotOf = (index: number) => `postgres:part_${index}/1001`;
  const statuses = async (world: TestWorld) =>
    [...(await world.ledger()).state.grants.values()].map(({ status }) => status);

  fault(12, 'whichever of up to six: the rest is given later, and all that was given is taken back', async () => {
    for (let targets = 1; targets <= 6; targets += 1) {
      for (let failing = 0; failing < 2 ** targets; failing += 1) {
        const world = worldOf(targets);
        const isFailing = (slot: string) =>
          [...Array(targets).keys()].some((i) => slotOf(i) === slot && (failing >> i) & 1);
        grantRead(world, { duration: '1h' });
        world.target.before = ({ slot }) => {
          if (isFailing(slot.key)) throw new Error('down');
        };
        await world.sweep();
        const given = [...Array(targets).keys()].filter((i) => !((failing >> i) & 1)).map(slotOf);
        expect([...world.target.held.keys()].sort()).toEqual(given);
        expect(await statuses(world)).toEqual([failing === 0 ? 'active' : 'applying']);
        // Every other one is made whole first, the others end half done.
        const isMended = failing % 2 === 0;
        if (isMended) {
          world.target.before = () => {};
          world.advance(5 * MINUTE);
          await world.sweep();
          expect(world.target.held.size).toBe(targets);
          expect(await statuses(world)).toEqual(['active']);
        }
        world.advance(HOUR);
        world.target.before = () => {};
        await world.sweep();
        expect([...world.target.held.keys()]).toEqual([]);
        expect(await statuses(world)).toEqual(['revoked']);
      }
    }
  });
});

describe('a ledger that cannot be written after the effect', () => {
  for (const times of [1, 2, 3]) {
    fault(13, `for ${times} sweeps: the effect is seen, recorded, and not made again`, async () => {
      const world = aWorld();
      grantRead(world);
      await killed(
        (reached) => {
          let moves = 0;
          world.github.before = (route) => {
            if (route === MOVE) moves += 1;
            return route === MOVE && moves === 2 ? reached() : undefined;
          };
        },
        () => world.sweep(),
      );
      world.github.before = (route) => {
        if (route === MOVE) throw httpError(502, 'Bad Gateway');
      };
      for (let failed = 1; failed < times; failed += 1) await world.sweep();
      expect(await entriesOf(world, 'outcome')).toEqual([]);
      world.github.before = () => {};
      await converges(world);
      expect((await entriesOf(world, 'outcome')).map(({ result }) => result)).toEqual(['done']);
      expect(world.target.sent).toHaveLength(1);
    });
  }
});

describe('a ledger that others write too', () => {
  fault(14, 'eight at once: no line is lost, nothing is decided or meant twice', async () => {
    for (let order = 0; order < 8; order += 1) {
      const runs = Array.from({ length: 8 }, () => aRun());
      const people = [asks(0, 1, 60), asks(1, 1, 60), asks(2, 2, 60), asks(3, 3, 60)];
      const simulation = new Simulation({ standing: [], steps: [], ending: 'soon' });
      for (const step of [...people, atOnce(runs, order)]) await simulation.step(step);
      const { lines } = simulation.model.mirror;
      const meant = lines
        .filter(({ type }) => type === 'intent')
        .map((line) => `${line['grant']} ${JSON.stringify(line['slot'])}`);
      expect(lines.filter(({ type }) => type === 'authorised')).toHaveLength(4);
      expect(new Set(meant).size).toBe(6);
      // Each line follows from the one before it: who lost a race has written on what the winner wrote.
      expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index));
      await simulation.end('soon');
    }
  });
});

describe('two sweeps at once', () => {
  fault(15, 'in any order of their calls: every promise holds, and they come to rest', async () => {
    for (let order = 0; order < 60; order += 1) {
      const history = busy({});
      const steps = [...history.steps.slice(0, -1), atOnce([aRun(), aRun()], order)];
      await live({ ...history, steps });
    }
  });

  fault(15, 'one of them asleep past its lease: it grants nothing when it wakes', async () => {
    for (let at = 0; at < 60; at += 1) {
      const history = busy({});
      const slept = aRun({ slept: { at, minutes: 11 } });
      await live({ ...history, steps: [...history.steps.slice(0, -1), atOnce([slept, aRun()], at)] });
    }
  });
});
