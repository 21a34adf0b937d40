/** `gatepass check`: validates requests, policies and CODEOWNERS, and runs the policy tests. The same words as the check on GitHub. */
import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import type { Governance } from '../../core/document/documents.ts';
import { type Issue, inProposal } from '../../core/document/issue.ts';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import { parseRequest } from '../../core/document/parse-request.ts';
import { renderIssue } from '../../core/document/render-issue.ts';
import { plain } from '../../core/explain/escape.ts';
import { catalogIssues } from '../../core/policy/asked.ts';
import { checkCondition } from '../../core/policy/conditions.ts';
import { runPolicyTests } from '../../core/policy/policy-tests.ts';
import { bindingProblems } from '../../providers/registry.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { readGoverningFiles, readRequestFiles, repositoryRoot, type TextFile } from '../repository.ts';

export const command: Command = {
  name: 'check',
  summary: 'validate requests, policies, CODEOWNERS; run policy tests',
  usage: `gatepass check [--json] [PATH…]

  PATH    files or folders to report on; default: the whole repository
  --json  {issues, checked, tests}

Exit code 0 when nothing is wrong, 1 with findings.`,
  run: check,
};

async function check(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { json: { type: 'boolean' } });
  const root = await repositoryRoot(await startingFolder(positionals[0], terminal));
  const governing = await readGoverningFiles(root);
  const requests = await readRequestFiles(root);
  const wanted = await selector(positionals, root, terminal);

  const parsed = parseGovernance(governing, checkCondition);
  const issues = [
    ...inProposal(parsed.issues),
    ...(parsed.ok ? providerIssues(parsed.value) : []),
    ...requests.flatMap((file) => requestIssues(file, parsed.ok ? parsed.value : null)),
  ].filter((issue) => wanted(issue.file));
  const tests = parsed.ok && positionals.length === 0 ? runPolicyTests(parsed.value) : [];
  const failed = tests.filter((test) => !test.passed);

  const checked = [...governing, ...requests].filter((file) => wanted(file.path)).length;
  if (values.json === true) printJson(terminal, { issues, checked, tests });
  else {
    const texts = new Map([...governing, ...requests].map((file) => [file.path, file.text]));
    for (const issue of issues) terminal.out(`${renderIssue(issue, texts.get(issue.file) ?? null)}\n\n`);
    for (const test of failed) {
      terminal.out(`failed policy test: ${plain(test.name)} (${plain(test.place)})\n  ${plain(test.why)}\n\n`);
    }
    terminal.out(summary(checked, issues, tests.length, failed.length));
  }
  return issues.some((issue) => issue.severity === 'error') || failed.length > 0 ? FINDING : FINE;
}

/** `gatepass check DIR` from anywhere checks the repository that holds DIR. */
async function startingFolder(path: string | undefined, terminal: Terminal): Promise<string> {
  if (path === undefined) return terminal.cwd;
  const full = resolve(terminal.cwd, path);
  try {
    return (await stat(full)).isDirectory() ? full : resolve(full, '..');
  } catch (cause) {
    throw new UsageError(`there is no \`${path}\``, null, { cause });
  }
}

async function selector(
  paths: readonly string[],
  root: string,
  terminal: Terminal,
): Promise<(file: string) => boolean> {
  const inside = paths.map((path) => relative(root, resolve(terminal.cwd, path)).split(sep).join('/'));
  for (const [at, path] of inside.entries()) {
    if (path.startsWith('..')) throw new UsageError(`\`${paths[at]}\` lies outside \`${root}\``);
    await startingFolder(paths[at], terminal);
  }
  return (file) =>
    inside.length === 0 || inside.some((path) => path === '' || file === path || file.startsWith(`${path}/`));
}

/** What a request file says about itself, and whether the catalog knows what it asks for. */
function requestIssues(file: TextFile, governance: Governance | null): readonly Issue[] {
  const parsed = parseRequest(file.path, file.text);
  return parsed.ok && governance !== null
    ? [...parsed.issues, ...catalogIssues(governance, parsed.value)]
    : parsed.issues;
}

/** Whether each provider can take what its catalog entry says. Checked here, since the core knows no provider. */
function providerIssues(governance: Governance): readonly Issue[] {
  return Object.values(governance.resources).flatMap((resource) =>
    Object.values(resource.roles).flatMap((role) =>
      role.grants.flatMap(({ provider, target }) =>
        bindingProblems(provider.type, provider.with, target).map((message) => ({
          code: 'catalog-provider-settings',
          severity: 'error' as const,
          ...resource.place,
          length: 1,
          message: `${role.name} of ${resource.name}: ${message}`,
          found: null,
          expected: `settings as in docs/guides/providers.md`,
          fix: 'correct `with` or `grants` of the resource or its catalog',
        })),
      ),
    ),
  );
}

function summary(checked: number, issues: readonly Issue[], tests: number, failed: number): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const errors = issues.filter((issue) => issue.severity === 'error').length;
  const warnings = issues.length - errors;
  return `${count(checked, 'file')} checked: ${count(errors, 'error')}, ${count(warnings, 'warning')}; ${count(tests, 'policy test')}, ${failed} failed\n`;
}
