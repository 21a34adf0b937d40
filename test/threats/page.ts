/** `node test/threats/page.ts`: writes `docs/security/threats.md` from the catalogue; `--check`: says whether it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testsByNumber } from '../support/numbered-tests.ts';
import { SECTIONS, type Threat } from './catalog.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PAGE = join(ROOT, 'docs/security/threats.md');

const INTRODUCTION = `# Attacks and races, and what stands against each

Made from \`test/threats/catalog/\` by \`npm run threats:page\`; do not edit it here. Each attack is tested under its number:
\`npm run test:threats\` runs them all. Gate 1 is the check on pull requests, gate 2 the sweep that grants; a merge is not an
authorisation, so gate 2 alone is what access rests on. The words, and what is trusted, are in the [threat model](threat-model.md).
`;

const GATES: Readonly<Record<Threat['gates'], string>> = {
  '1': 'gate 1',
  '2': 'gate 2',
  both: 'both gates',
  none: 'outside the gates',
};

export function threatsPage(): string {
  const tests = testsByNumber('threat');
  const sections = SECTIONS.map(({ title, threats }) => {
    const entries = threats.map((threat) => entryOf(threat, tests.get(threat.number) ?? []));
    return `## ${title}\n\n${entries.join('\n')}`;
  });
  return `${[INTRODUCTION, ...sections].join('\n')}`;
}

function entryOf(threat: Threat, tests: readonly string[]): string {
  const links = tests.map((path) => `[${path.split('/').at(-1)}](../../${path})`);
  const lines = [
    `### ${threat.number}. ${threat.attack}`,
    '',
    `- **Defence** (${GATES[threat.gates]}): ${threat.defence}`,
    `- **Test** (${threat.levels.join(', ')}): ${links.length === 0 ? 'none yet' : links.join(', ')}`,
    ...(threat.live === null ? [] : [`- **Live**: ${threat.live}`]),
    `- **What is left**: ${threat.residual}`,
    '',
  ];
  return lines.join('\n');
}

/** Whether the page in the repository says what the catalogue says. */
export function isFresh(): boolean {
  try {
    return readFileSync(PAGE, 'utf8') === threatsPage();
  } catch {
    return false;
  }
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeFileSync(PAGE, threatsPage());
  else if (!isFresh()) {
    process.stderr.write('docs/security/threats.md is stale: run `npm run threats:page`\n');
    process.exitCode = 1;
  }
}
