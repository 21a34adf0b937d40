/**
 * `npm run mutation`: how many mistakes planted in `core/policy` and `core/codeowners` the tests of those folders
 * notice. Stryker's instrumenter plants them all at once, each behind a switch; the tests are loaded once, in this process,
 * and for each mutant only those run that reach it.
 *
 * Options: `--only core/policy/reviews.ts` (any part of a path), `--list` prints the survivors, `--check` those alone that
 * `explained.txt` does not explain, and fails on one, or on an explanation of what is not there, `--sample 400 --seed 1` plants only so many, chosen by the seed. Tests
 * that take longer than `--slow` milliseconds are left out, so the score is a floor.
 */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { Random } from '../oracle/random.ts';
import { collected, type Test } from './collect.ts';
import { explain, explainsNothing, nameOf } from './explained.ts';
import { type Mutant, planted } from './planted.ts';

const text = (value: string) => ({ type: 'string', default: value }) as const;
const { values } = parseArgs({
  options: {
    only: text(''),
    list: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    sample: text('1000000'),
    seed: text('1'),
    slow: text('250'),
  },
});
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COLLECT = new URL('collect.ts', import.meta.url).href;
const FILES = ['core/policy/*.ts', 'core/codeowners/*.ts'];
const TESTS = [
  'test/core/policy/*.test.ts',
  'test/core/codeowners/*.test.ts',
  'test/oracle/findings.test.ts',
  'test/mutation/survivors.test.ts',
];

/** Reached or not, in an order that only the seed decides. */
function sample(mutants: readonly Mutant[]): readonly Mutant[] {
  const random = new Random(Number(values.seed));
  const keyed = mutants.map((mutant) => ({ mutant, key: random.next() })).sort((a, b) => a.key - b.key);
  return keyed.slice(0, Number(values.sample)).map(({ mutant }) => mutant);
}

interface Switch {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}
const state: Switch = {};
Object.assign(globalThis, { __stryker__: state });

const started = performance.now();
const paths = globSync(FILES, { cwd: ROOT })
  .filter((path) => path.includes(values.only))
  .sort();
const { mutants: all, sources } = await planted(
  paths.map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') })),
);
const mutants = sample(all);
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vitest' && context.parentURL !== COLLECT
      ? { url: COLLECT, shortCircuit: true }
      : next(specifier, context),
  load(url, context, next) {
    const source = url.startsWith('file:') ? sources.get(fileURLToPath(url).slice(ROOT.length)) : undefined;
    return source === undefined ? next(url, context) : { format: 'module-typescript', source, shortCircuit: true };
  },
});
for (const path of globSync(TESTS, { cwd: ROOT }).sort()) await import(pathToFileURL(`${ROOT}${path}`).href);

const tests = await reached(collected());
const survivors: Mutant[] = [];
let noticed = 0;
let unreached = 0;
for (const [index, mutant] of mutants.entries()) {
  if (index % 100 === 99)
    console.log(`${index + 1} of ${mutants.length}: ${noticed} noticed, ${survivors.length} survive`);
  const able = tests.filter((test) => test.reaches.has(mutant.id));
  if (able.length === 0) unreached += 1;
  else if (await isNoticed(mutant, able)) noticed += 1;
  else survivors.push(mutant);
}
report();

interface Reaching {
  readonly test: Test;
  readonly took: number;
  /** Mutant by how often the test comes past it. */
  readonly reaches: ReadonlyMap<string, number>;
}

/** Runs each test once with nothing wrong, and notes which mutants it comes past. Fastest first. */
async function reached(all: readonly Test[]): Promise<Reaching[]> {
  const found: Reaching[] = [];
  for (const [index, test] of all.entries()) {
    state.currentTestId = String(index);
    try {
      const first = await timed(test);
      const reaches = new Map(Object.entries(state.mutantCoverage?.perTest[String(index)] ?? {}));
      // The first that comes by reads and compiles for those after it, and is no slower than they are the second time.
      const took = first <= Number(values.slow) ? first : await timed(test);
      found.push({ test, took, reaches });
    } catch (error) {
      console.log(`left out, for it fails without a mutant: ${test.name}: ${String(error).slice(0, 200)}`);
    }
  }
  state.currentTestId = undefined;
  return found.filter(({ took }) => took <= Number(values.slow)).sort((a, b) => a.took - b.took);
}

async function timed(test: Test): Promise<number> {
  const began = performance.now();
  await test.run();
  return performance.now() - began;
}

async function isNoticed({ id }: Mutant, able: readonly Reaching[]): Promise<boolean> {
  state.activeMutant = id;
  try {
    for (const { test, reaches } of able) {
      // A mutant that loops for ever comes past itself far more often than the original: Stryker's code throws then.
      state.hitCount = 0;
      state.hitLimit = (reaches.get(id) ?? 1) * 100 + 100_000;
      try {
        await test.run();
      } catch {
        return true;
      }
    }
    return false;
  } finally {
    state.activeMutant = undefined;
    state.hitCount = undefined;
    state.hitLimit = undefined;
  }
}

function report(): void {
  const seconds = (performance.now() - started) / 1000;
  const folders = new Map<string, { all: number; alive: number }>();
  for (const { path } of mutants) {
    const folder = path.split('/').slice(0, 2).join('/');
    const counts = folders.get(folder) ?? { all: 0, alive: 0 };
    folders.set(folder, { ...counts, all: counts.all + 1 });
  }
  for (const { path } of survivors) {
    const counts = folders.get(path.split('/').slice(0, 2).join('/'));
    if (counts !== undefined) counts.alive += 1;
  }
  const read = explain(survivors);
  for (const [mutant, reason] of read)
    if (values.list || (values.check && reason === null))
      console.log(`${reason ?? 'unexplained'} ${mutant.line} ${nameOf(mutant)}`);
  for (const [folder, { all, alive }] of folders) console.log(`${folder.padEnd(18)} ${all} mutants, ${alive} survive`);
  const judged = noticed + survivors.length;
  console.log(
    `${tests.length} tests, ${mutants.length} of ${all.length} mutants: ${noticed} noticed, ${survivors.length} survive, ${unreached} reached only while loading`,
  );
  const counts = Object.entries(Object.groupBy(read, ([, reason]) => reason ?? 'unexplained'));
  console.log(counts.map(([reason, those]) => `${reason} ${those?.length}`).join(', '));
  const idle = values.only === '' ? explainsNothing(all) : [];
  for (const name of idle) console.log(`explains nothing: ${name}`);
  if (values.check && (idle.length > 0 || read.some(([, reason]) => reason === null))) process.exitCode = 1;
  console.log(`score ${((100 * noticed) / judged).toFixed(1)} % of ${judged}, in ${seconds.toFixed(0)} s`);
}
