/** `gatepass owners`: who owns a path, and by which line of CODEOWNERS. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Ownership, ownersOf } from '../../core/codeowners/owners.ts';
import { parseCodeowners } from '../../core/codeowners/parse.ts';
import { type Command, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { readCodeownersOf, repositoryRoot, type TextFile } from '../repository.ts';

export const command: Command = {
  name: 'owners',
  summary: 'who owns a path, and by which line',
  usage: `gatepass owners [--codeowners FILE] [--json] PATH…

  PATH               relative to the root of the repository, as in CODEOWNERS
  --codeowners FILE  default: .github/CODEOWNERS, CODEOWNERS or docs/CODEOWNERS, the first found
  --json             an array of {path, owners, line, pattern}`,
  run: owners,
};

async function owners(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { codeowners: { type: 'string' }, json: { type: 'boolean' } });
  if (positionals.length === 0) throw new UsageError('no path given', 'gatepass owners PATH…');
  const file = await readOwnersFile(values.codeowners, terminal);
  const parsed = parseCodeowners(file.text);
  for (const issue of parsed.issues) {
    const skipped = issue.severity === 'error' ? '; GitHub skips this line' : '';
    terminal.err(`${file.path}:${issue.line}:${issue.column}: ${issue.message}${skipped}\n`);
  }
  const rows = positionals.map((path) => ownersOf(parsed, inRepository(path)));
  if (values.json === true) printJson(terminal, rows);
  else for (const row of rows) terminal.out(`${describe(row, file.path)}\n`);
  return FINE;
}

async function readOwnersFile(given: string | undefined, terminal: Terminal): Promise<Pick<TextFile, 'path' | 'text'>> {
  if (given === undefined) return readCodeownersOf(await repositoryRoot(terminal.cwd));
  try {
    return { path: given, text: await readFile(resolve(terminal.cwd, given), 'utf8') };
  } catch (cause) {
    throw new UsageError(`can't read \`${given}\``, 'give the path of a CODEOWNERS file', { cause });
  }
}

/** Git's spelling of a path: relative to the root, forward slashes, no `.` or `..`. */
function inRepository(path: string): string {
  const plain = path.replace(/^(\.\/)+/, '');
  if (plain === '' || plain.startsWith('/') || plain.split('/').some((part) => part === '..' || part === '.')) {
    throw new UsageError(
      `\`${path}\` is no path in a repository`,
      'give it relative to the root, such as requests/a.yaml',
    );
  }
  return plain;
}

function describe(row: Ownership, file: string): string {
  if (row.line === null) return `${row.path}: nobody (no line of ${file} matches)`;
  const who = row.owners.length === 0 ? 'nobody (the line clears ownership)' : row.owners.join(' or ');
  return `${row.path}: ${who} (${file}:${row.line} \`${row.pattern}\`)`;
}
