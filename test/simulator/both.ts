/**
 * Lives a history on the GitHub in memory and on the look-alike, and holds the one against the other: the calls that sweeps
 * made, in order; every line of the ledger; the evidence of every decision; and what the slots hold at the end.
 */
import { isDeepStrictEqual } from 'node:util';
import { authorisedIn, evidenceOf } from './ending.ts';
import { LookAlike } from './look-alike.ts';
import { Pace } from './pace.ts';
import { type Lived, type Simulation, simulated } from './simulate.ts';
import type { History } from './steps.ts';
import { Violation } from './violation.ts';
import { inMemory, type NewGitHub } from './world.ts';

/** Throws `Violation`, of `same` when the two differ. */
export async function liveOnBoth(history: History): Promise<Lived> {
  const memory = await told(await simulated(history, comparable));
  const made: LookAlike[] = [];
  const lookAlike: NewGitHub = (options) => {
    const github = new LookAlike(options);
    made.push(github);
    return github;
  };
  try {
    const simulation = await simulated(history, lookAlike);
    compare(memory, await told(simulation));
    return simulation.lived;
  } finally {
    for (const github of made) await github.shut();
  }
}

/** In memory, with what GitHub refuses everybody, and the order of calls that answers over HTTP leave. */
const comparable: NewGitHub = (options) => {
  const github = inMemory(options);
  const pace = new Pace();
  github.refusesOwn = true;
  github.before = () => pace.turn(async () => undefined);
  return github;
};

type Told = Readonly<Record<string, readonly unknown[]>>;

async function told({ world }: Simulation): Promise<Told> {
  const calls = [...world.github.calls];
  const evidence = [];
  for (const each of authorisedIn(world)) evidence.push(await evidenceOf(world, each));
  return {
    calls,
    ledger: counted(world.model.mirror.lines),
    evidence: counted(evidence),
    slots: [...world.targets.held].sort(),
    faults: [...world.faults].sort(),
  };
}

function compare(memory: Told, lookAlike: Told): void {
  for (const [name, expected] of Object.entries(memory)) {
    const found = lookAlike[name] ?? [];
    const length = Math.max(expected.length, found.length);
    for (let at = 0; at < length; at += 1) {
      if (isDeepStrictEqual(found[at], expected[at])) continue;
      const [there, here] = [JSON.stringify(found[at]), JSON.stringify(expected[at])];
      throw new Violation('same', `${name}, number ${at}, is ${there} on the look-alike and ${here} in memory`);
    }
  }
}

/** What depends on ids alone. */
const DIGESTS: ReadonlySet<string> = new Set(['prev', 'decision', 'evidence']);

/** Of reviews and comments. */
const IDS: ReadonlySet<string> = new Set(['review', 'comment']);

/** Of commits, also where they are spoken of. */
const COMMIT = /\b[0-9a-f]{40}\b/g;

/** Ids that each hands out in its own way are numbered as they appear. */
function counted(items: readonly unknown[]): readonly unknown[] {
  const numbers = new Map<string, string>();
  const numberOf = (id: string): string => {
    const number = numbers.get(id) ?? `#${numbers.size}`;
    numbers.set(id, number);
    return number;
  };
  const shown = (key: string, value: unknown): unknown => {
    if (DIGESTS.has(key)) return undefined;
    if (key === 'reviews') return (value as { id: number }[]).map(({ id, ...rest }) => ({ review: id, ...rest }));
    if (IDS.has(key)) return numberOf(`${key} ${value}`);
    // A blob has the same id everywhere.
    return typeof value === 'string' && key !== 'blob' ? value.replace(COMMIT, numberOf) : value;
  };
  return items.map((item) => JSON.parse(JSON.stringify(item, shown)) as unknown);
}
