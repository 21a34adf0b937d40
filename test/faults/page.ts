/** `node test/faults/page.ts`: writes `docs/reliability.md` from the catalogue; `--check`: says whether it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testsByNumber } from '../support/numbered-tests.ts';
import { type Fault, SECTIONS } from './catalog.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = join(ROOT, 'docs/reliability.md');

const INTRODUCTION = `# What goes wrong, and what Gatepass does then

Made from \`test/faults/catalog/\` by \`npm run faults:page\`; do not edit it here. Each fault is tested under its number:
\`npm run test:faults\` runs them all, and \`npm run simulate\` throws many of them at once at grants that live and end by
chance. The rule behind all of it: **doubt blocks grants and never removals**.
`;

export function faultsPage(): string {
  const tests = testsByNumber('fault');
  const sections = SECTIONS.map(({ title, faults }) => {
    const entries = faults.map((fault) => entryOf(fault, tests.get(fault.number) ?? []));
    return `## ${title}\n\n${entries.join('\n')}`;
  });
  return `${[INTRODUCTION, ...sections].join('\n')}`;
}

function entryOf(fault: Fault, tests: readonly string[]): string {
  const links = tests.map((path) => `[${path.split('/').at(-1)}](../${path})`);
  const simulated = fault.simulated === null ? '' : `; in the simulator: \`${fault.simulated}\``;
  const lines = [
    `### ${fault.number}. ${fault.happens}`,
    '',
    `- **Then**: ${fault.behaviour}`,
    `- **Bound**: ${fault.bound}`,
    `- **Test**: ${links.length === 0 ? 'none yet' : links.join(', ')}${simulated}`,
    ...(fault.gap === null ? [] : [`- **What is left**: ${fault.gap}`]),
    '',
  ];
  return lines.join('\n');
}

/** Whether the page in the repository says what the catalogue says. */
export function isFresh(): boolean {
  try {
    return readFileSync(PAGE, 'utf8') === faultsPage();
  } catch {
    return false;
  }
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeFileSync(PAGE, faultsPage());
  else if (!isFresh()) {
    process.stderr.write('docs/reliability.md is stale: run `npm run faults:page`\n');
    process.exitCode = 1;
  }
}
