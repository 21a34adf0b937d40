/**
 * `npm run simulate -- --lives N --seed S --workers W`: lives histories until N grants were lived, and prints what happened
 * to them; `--seed=S --path P` lives the one again that broke a promise. `--github look-alike` lives each on the look-alike
 * and in memory, and holds the one against the other. Exits 1 when a promise was broken.
 */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { FAULTS } from '../faults/catalog.ts';
import { campaign, type Failure, type Figures } from './campaign.ts';
import { HOW, isWhere } from './how.ts';
import { shortened } from './shorten.ts';
import { together } from './together.ts';

const { values } = parseArgs({
  options: {
    lives: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    path: { type: 'string' },
    hasty: { type: 'boolean', default: false },
    github: { type: 'string', default: 'memory' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
});

const started = performance.now();
const seed = Number(values.seed);
const { github } = values;
if (!isWhere(github)) throw new Error(`\`--github ${github}\`: expected one of ${Object.keys(HOW).join(', ')}`);
// A history takes seconds there: none is made short.
const isHasty = values.hasty || github === 'look-alike';
const figures =
  values.path === undefined
    ? await together({ seed, lives: Number(values.lives), workers: Number(values.workers), isHasty, github })
    : [await campaign({ seed, path: values.path, lives: 1, histories: 1, isHasty, how: HOW[github] })];
report(figures, (performance.now() - started) / 1000);
const [failure] = figures.flatMap((each) => each.failure ?? []);
if (failure !== undefined) await tell(failure);
process.exit(failure === undefined ? 0 : 1);

function report(all: readonly Figures[], seconds: number): void {
  const line = (label: string, value: unknown) => console.log(`${label.padEnd(28)}${value}`);
  const sum = (of: (figures: Figures) => number) => all.reduce((total, each) => total + of(each), 0);
  line('seed', seed);
  line(
    'lives',
    sum(({ lives }) => lives),
  );
  line(
    'histories',
    sum(({ histories }) => histories),
  );
  line(
    'sweeps',
    sum(({ sweeps }) => sweeps),
  );
  line('seconds', seconds.toFixed(1));
  line('violations', all.filter(({ failure }) => failure !== null).length);
  const faults = new Map<string, number>();
  for (const each of all) for (const [name, count] of each.faults) faults.set(name, (faults.get(name) ?? 0) + count);
  console.log('\nfaults that took effect');
  for (const [name, count] of [...faults].sort()) {
    const numbers = FAULTS.filter(({ simulated }) => simulated === name).map(({ number }) => number);
    line(`  ${name}`, `${String(count).padStart(9)}${numbers.length === 0 ? '' : `  fault ${numbers.join(', ')}`}`);
  }
  const simulated = FAULTS.filter(({ simulated: name }) => name !== null && (faults.get(name) ?? 0) > 0);
  console.log(
    `\n${simulated.length} of ${FAULTS.length} faults were simulated; the tests of test/faults prove the others by name`,
  );
}

async function tell({ why, seed: at, path, history }: Failure): Promise<void> {
  console.log(`\n${why}\nlive it again: npm run simulate -- --github ${github} --seed=${at} --path ${path}`);
  if (isHasty) return;
  console.log('\nas short as it gets:');
  const short = await shortened(history);
  console.log(`${JSON.stringify(short.standing)} ending ${short.ending}`);
  for (const step of short.steps) console.log(`  ${JSON.stringify(step)}`);
}
