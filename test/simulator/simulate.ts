/**
 * Lives one history: people and others act, sweeps run, are killed, race and are lied to, all on the real sweep with a
 * GitHub and targets in memory; the model looks at every effect and every line. Throws `Violation`. Same history, same end.
 */
import { act } from './acts.ts';
import { effectsOf } from './checks.ts';
import { end } from './ending.ts';
import { beginLedger } from './ledger-branch.ts';
import type { Model } from './model.ts';
import { OWNERS, poison, REQUESTERS } from './organisation.ts';
import { type History, NO_FAULTS, type Step } from './steps.ts';
import { sweepAll } from './sweeps.ts';
import type { Targets } from './targets.ts';
import { Violation } from './violation.ts';
import { inMemory, MAIN, type NewGitHub, World } from './world.ts';

export interface Lived {
  /** Grants and actions that were authorised. */
  readonly lives: number;
  readonly sweeps: number;
  /** How often each fault took effect, by name. */
  readonly faults: ReadonlyMap<string, number>;
}

export async function live(history: History): Promise<Lived> {
  return (await simulated(history, inMemory)).lived;
}

/** The same, for who looks at what is left. */
export function simulated(history: History, make: NewGitHub): Promise<Simulation> {
  return history.isPoisoned === true ? livePoisoned(history, make) : lived(history, make);
}

async function lived(
  history: History,
  make: NewGitHub,
  poisoned: Readonly<Record<string, string>> = {},
): Promise<Simulation> {
  const simulation = new Simulation(history, make);
  simulation.poison(poisoned);
  for (const step of history.steps) await simulation.step(step);
  await simulation.end(history.ending);
  return simulation;
}

/** I5: the same history with and without items that are in the way; everybody else's effects are the same. */
async function livePoisoned(history: History, make: NewGitHub): Promise<Simulation> {
  const plain = { ...history, steps: history.steps.filter(isAlike).map(withoutCounted) };
  const [without, beside] = [await lived(plain, make), await lived(plain, make, poison())];
  const [expected, found] = [effectsOf(without.model), effectsOf(beside.model)];
  const differs = expected.findIndex((effect, index) => effect !== found[index]);
  if (differs >= 0 || expected.length !== found.length) {
    throw new Violation(
      'I5',
      `beside poison, ${found[Math.max(differs, 0)]} instead of ${expected[Math.max(differs, 0)]}`,
    );
  }
  return beside;
}

/** How far back the ledger can be set depends on what was written, and beside poison more is. */
function isAlike(step: Step): boolean {
  return step.is !== 'damage' || step.how !== 'rewound';
}

/**
 * Faults that hit a call by its number would hit another one beside poison; and whoever writes while GitHub's clock is
 * wrong dates what follows.
 */
function withoutCounted(step: Step): Step {
  if (step.is !== 'sweep') return step;
  const [run] = step.runs;
  const { unseen, isStaleSlots } = run?.faults ?? NO_FAULTS;
  return { ...step, runs: [{ zone: run?.zone ?? 0, faults: { ...NO_FAULTS, unseen, isStaleSlots } }] };
}

/** Every step takes so long. */
const STEP = 20_000;

export class Simulation {
  readonly #world: World;

  constructor(history: History, make = inMemory) {
    this.#world = new World(history, make);
    beginLedger(this.#world);
    this.#world.moved(MAIN);
  }

  get world(): World {
    return this.#world;
  }

  get model(): Model {
    return this.#world.model;
  }

  get targets(): Targets {
    return this.#world.targets;
  }

  /** Milliseconds since the epoch. */
  get clock(): number {
    return this.#world.clock;
  }

  get lived(): Lived {
    const { model, sweeps } = this.#world;
    const faults = new Map(this.#world.faults);
    // What should not be took effect when a sweep said no to it.
    for (const { fault, answer } of model.asked)
      if (fault !== null && answer !== null) faults.set(fault, (faults.get(fault) ?? 0) + 1);
    const stuck = [...model.alerted].filter((key) => key.startsWith('revoke-stuck:')).length;
    if (stuck > 0) faults.set('revoke-stuck', stuck);
    return { lives: model.asked.filter(({ grant }) => grant !== null).length, sweeps, faults };
  }

  /** Merges, at once, what is in the way. */
  poison(files: Readonly<Record<string, string>>): void {
    const { github, model } = this.#world;
    for (const [path, text] of Object.entries(files)) {
      const number = github.open(REQUESTERS[3], { [path]: text });
      github.approve(number, OWNERS[0]);
      github.merge(number);
      model.ignored.add(path);
      this.#world.count('poison');
    }
    this.#world.moved(MAIN);
  }

  async step(step: Step): Promise<void> {
    const world = this.#world;
    if (step.is === 'sweep') {
      world.advance(STEP);
      await sweepAll(world, step.runs, step.order);
      return;
    }
    world.targets.remember();
    world.model.remember();
    world.advance(STEP);
    act(world, step);
    world.moved(MAIN);
  }

  end(ending: History['ending']): Promise<void> {
    return end(this.#world, ending);
  }
}
