/** `gatepass request`: writes a valid request file, by flags or by questions, and can open the pull request. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Governance } from '../../core/document/documents.ts';
import type { Issue } from '../../core/document/issue.ts';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import { parseRequest } from '../../core/document/parse-request.ts';
import { renderIssue } from '../../core/document/render-issue.ts';
import { slugOf, writeRequest } from '../../core/document/write-request.ts';
import { checkCondition } from '../../core/policy/conditions.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { openPullRequest } from '../open-pull-request.ts';
import { readGoverningFiles, repositoryRoot } from '../repository.ts';

export const command: Command = {
  name: 'request',
  summary: 'write a request file, then open the pull request',
  usage: `gatepass request [RESOURCE/ROLE] [options]

  RESOURCE/ROLE   what to ask for, such as orders-db/read-only; an action is RESOURCE/ACTION
  --for 2h        how long (an action: within which time it may still be started)
  --reason TEXT   why, for the approver and the auditor
  --ticket ID     --starts INSTANT  --subject person:NAME  --break-glass
  --input K=V     an action's input; may be repeated
  --slug NAME     the file's name; default: the day and the first words of the reason
  --open          commit it on a branch, push, and open the pull request (GITHUB_TOKEN)
  --json          {path, text, pullRequest}

What is missing is asked for on a terminal.`,
  run: request,
};

const OPTIONS = {
  for: { type: 'string' },
  reason: { type: 'string' },
  ticket: { type: 'string' },
  starts: { type: 'string' },
  subject: { type: 'string' },
  'break-glass': { type: 'boolean' },
  input: { type: 'string', multiple: true },
  slug: { type: 'string' },
  open: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

async function request(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  const root = await repositoryRoot(terminal.cwd);
  const governance = await readGovernance(root);
  const answers = await askForMissing(
    { entitlement: positionals[0], for: values.for, reason: values.reason },
    governance,
    terminal,
  );
  const { resource, entitlement, isAction } = find(answers.entitlement, governance);
  const day = terminal.now().toISOString().slice(0, 10);
  const path = unusedPath(
    root,
    `requests/${resource}/${entitlement}`,
    values.slug ?? slugOf(day, answers.reason),
    values.slug,
  );
  const text = writeRequest({
    kind: isAction ? 'ActionRequest' : 'AccessRequest',
    length: answers.for,
    reason: answers.reason,
    ticket: values.ticket ?? null,
    subject: values.subject ?? null,
    starts: values.starts ?? null,
    breakGlass: values['break-glass'] ?? false,
    inputs: readInputs(values.input ?? []),
  });
  const parsed = parseRequest(path, text);
  if (!parsed.ok) return refuse(parsed.issues, text, terminal);

  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text, { flag: 'wx' });
  const opened = values.open === true ? await openPullRequest(root, path, answers.reason, terminal) : null;
  if (values.json === true) printJson(terminal, { path, text, pullRequest: opened });
  else terminal.out(`${path}\n\n${indent(text)}\n${opened === null ? nextSteps(path) : `opened ${opened.url}\n`}`);
  return FINE;
}

async function readGovernance(root: string): Promise<Governance> {
  const parsed = parseGovernance(await readGoverningFiles(root), checkCondition);
  if (parsed.ok) return parsed.value;
  throw new UsageError('the policies of this repository have errors', 'gatepass check says which');
}

interface Answers {
  readonly entitlement: string;
  readonly for: string;
  readonly reason: string;
}

/** Asks for what no flag gave. Without a person to ask, names everything that is missing at once. */
async function askForMissing(
  given: { readonly [K in keyof Answers]: string | undefined },
  governance: Governance,
  terminal: Terminal,
): Promise<Answers> {
  const missing = [
    given.entitlement === undefined ? 'RESOURCE/ROLE' : null,
    given.for === undefined ? '--for' : null,
    given.reason === undefined ? '--reason' : null,
  ].filter((each) => each !== null);
  if (missing.length > 0 && !terminal.interactive) {
    throw new UsageError(
      `missing ${missing.join(', ')}`,
      'gatepass request orders-db/read-only --for 2h --reason "why"',
    );
  }
  const ask = async (answer: string | undefined, question: string) => answer ?? (await terminal.ask(question));
  if (given.entitlement === undefined) terminal.out(`you can ask for:\n${catalogue(governance)}\n`);
  return {
    entitlement: await ask(given.entitlement, 'what? '),
    for: await ask(given.for, 'for how long? (30m, 2h, 1d) '),
    reason: await ask(given.reason, 'why? '),
  };
}

function find(text: string, governance: Governance) {
  const [resource = '', entitlement = '', ...rest] = text.split('/');
  const known = Object.hasOwn(governance.resources, resource) ? governance.resources[resource] : undefined;
  const isAction = known !== undefined && Object.hasOwn(known.actions, entitlement);
  if (known === undefined || rest.length > 0 || !(isAction || Object.hasOwn(known.roles, entitlement))) {
    throw new UsageError(`the catalog has no \`${text}\``, `you can ask for:\n${catalogue(governance)}`);
  }
  return { resource, entitlement, isAction };
}

function catalogue(governance: Governance): string {
  const names = Object.values(governance.resources).flatMap((resource) =>
    [...Object.keys(resource.roles), ...Object.keys(resource.actions)].map((name) => `  ${resource.name}/${name}`),
  );
  return names.sort().join('\n');
}

function readInputs(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((each) => {
      const at = each.indexOf('=');
      if (at < 1) throw new UsageError(`\`--input ${each}\` is not NAME=VALUE`);
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}

/** Request files are single-use: a name that is taken gets a number, unless the name was asked for. */
function unusedPath(root: string, folder: string, slug: string, asked: string | undefined): string {
  const pathOf = (name: string) => `${folder}/${name}.yaml`;
  if (!existsSync(join(root, pathOf(slug)))) return pathOf(slug);
  if (asked !== undefined)
    throw new UsageError(`\`${pathOf(slug)}\` is taken`, 'request files are never reused; choose another --slug');
  for (let number = 2; ; number += 1) {
    if (!existsSync(join(root, pathOf(`${slug}-${number}`)))) return pathOf(`${slug}-${number}`);
  }
}

function refuse(issues: readonly Issue[], text: string, terminal: Terminal): number {
  for (const issue of issues) terminal.err(`${renderIssue(issue, text)}\n\n`);
  terminal.err('nothing was written\n');
  return FINDING;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function nextSteps(path: string): string {
  return `next: git switch -c request && git add ${path} && git commit -m "request" && git push -u origin request, then open the pull request\n`;
}
