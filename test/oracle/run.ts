/**
 * `node test/oracle/run.ts --histories N --seed S`: decides N random histories twice, by `decide` and by the oracle, and
 * tries the metamorphic properties on each. Prints figures; on a disagreement the seed, a short history and both answers.
 */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { decide } from '../../core/policy/decide.ts';
import { batch, type Figures } from './batch.ts';
import { minimised } from './compare.ts';
import { evidenceOf, history } from './history.ts';
import { judge } from './oracle.ts';

const { values } = parseArgs({
  options: { histories: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const histories = Number(values.histories);
const seed = Number(values.seed);
const started = performance.now();
const figures = batch(seed, 0, histories);
report(figures, (performance.now() - started) / 1000);
process.exitCode = figures.failures.length === 0 ? 0 : 1;

function report({ verdicts, failures, metamorphic, kinds }: Figures, seconds: number): void {
  const line = (label: string, value: unknown) => console.log(`${label.padEnd(28)}${value}`);
  line('seed', seed);
  line('histories', histories);
  line('seconds', seconds.toFixed(1));
  for (const [verdict, count] of Object.entries(verdicts).sort()) line(`decide says ${verdict}`, count);
  for (const [kind, count] of Object.entries(kinds).sort()) line(`of a ${kind}`, count);
  line('metamorphic checks', metamorphic);
  line('disagreements', failures.length);
  for (const { index, why } of failures.slice(0, 5)) {
    const shortest = minimised(history(seed, index));
    const evidence = evidenceOf(shortest);
    const decision = decide(evidence);
    console.log(`\nhistory ${index} of seed ${seed}: ${why}`);
    console.log(JSON.stringify(shortest.ask));
    for (const event of shortest.events) console.log(`  ${JSON.stringify(event)}`);
    console.log(`decide: ${decision.verdict}; ${decision.reasons.map((reason) => reason.message).join('; ')}`);
    console.log('oracle:', judge(evidence));
  }
}
