/** `node test/fuzz/run.ts --inputs N --seed S`: mutated inputs against every reader. Prints figures; exits 1 on a finding. */
import { parseArgs } from 'node:util';
import { campaign } from './campaign.ts';
import { allTargets } from './targets.ts';

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const { targets, findings } = await campaign(await allTargets(), Number(values.inputs), Number(values.seed));
console.log(`seed ${values.seed}`);
console.log(
  'target'.padEnd(28),
  'inputs'.padStart(9),
  'accepted'.padStart(9),
  'slowest'.padStart(10),
  'seconds'.padStart(9),
);
for (const { name, inputs, accepted, slowest, seconds } of targets) {
  console.log(
    name.padEnd(28),
    String(inputs).padStart(9),
    String(accepted).padStart(9),
    `${slowest.toFixed(1)} ms`.padStart(10),
    seconds.toFixed(1).padStart(9),
  );
}
console.log(`${targets.reduce((sum, one) => sum + one.inputs, 0)} inputs, ${findings.length} findings`);
for (const { target, index, why } of findings.slice(0, 20)) console.log(`  ${target} #${index}: ${why}`);
process.exit(findings.length === 0 ? 0 : 1);
