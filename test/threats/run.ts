/** `npm run test:threats`: runs the tests of this folder and says, last, how many of the threats stand closed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { THREATS } from './catalog.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

function main(more: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'threats-'));
  const file = join(folder, 'report.json');
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const run = spawnSync(process.execPath, [vitest, 'run', '--project', 'threats', ...reporters, ...more], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  try {
    const line = summary(JSON.parse(readFileSync(file, 'utf8')) as Report);
    process.stdout.write(`${line.text}\n`);
    return run.status === 0 && line.isWhole ? 0 : 1;
  } catch {
    process.stderr.write('the tests did not run\n');
    return 2;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A threat is closed when it has a test and none of its tests failed. */
function summary(report: Report): { readonly text: string; readonly isWhole: boolean } {
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const fates = new Map<number, boolean>();
  for (const { title, status } of results) {
    const number = Number(/^threat (\d+):/.exec(title)?.[1]);
    if (!Number.isNaN(number)) fates.set(number, (fates.get(number) ?? true) && status === 'passed');
  }
  const closed = THREATS.filter(({ number }) => fates.get(number) === true).length;
  const live = THREATS.filter(({ number, live: check }) => !fates.has(number) && check !== null).length;
  const all = THREATS.length;
  const text = `${closed + live} of ${all} threats: ${closed} closed by a test, ${live} live-only with a check`;
  return { text, isWhole: closed + live === all };
}

process.exitCode = main(process.argv.slice(2));
