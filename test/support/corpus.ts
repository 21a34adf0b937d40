/**
 * The corpus of broken files: `test/corpus/<case>/` holds files at their paths in a repository. A case that is about
 * governing files is laid over the tree of `valid`; its `case.json` may delete files of that tree or set their modes.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Issue, inProposal } from '../../core/document/issue.ts';
import { parseGovernance } from '../../core/document/parse-governance.ts';
import { parseRequest } from '../../core/document/parse-request.ts';
import { checkCondition } from '../../core/policy/conditions.ts';

export const CORPUS = fileURLToPath(new URL('../corpus/', import.meta.url));

export interface CorpusFile {
  readonly path: string;
  readonly text: string;
  readonly mode: string;
}

export interface CorpusCase {
  readonly name: string;
  /** The files of the case itself. */
  readonly own: readonly CorpusFile[];
  /** The whole repository: the valid tree with the case laid over it. */
  readonly tree: readonly CorpusFile[];
}

/** Every case but `valid`, by name. */
export function corpusCases(): CorpusCase[] {
  const names = readdirSync(CORPUS).filter((name) => name !== 'valid');
  return names.sort().map((name) => {
    const own = filesOf(name);
    const { delete: deleted = [], modes = {} } = metaOf(name);
    const replaced = new Set([...deleted, ...own.map(({ path }) => path)]);
    const base = filesOf('valid').filter(({ path }) => !replaced.has(path));
    const tree = [...base, ...own].map((file) => ({ ...file, mode: modes[file.path] ?? file.mode }));
    return { name, own, tree: tree.sort((a, b) => (a.path < b.path ? -1 : 1)) };
  });
}

export function filesOf(name: string): CorpusFile[] {
  return readdirSync(join(CORPUS, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(CORPUS, name).length + 1))
    .filter((path) => path !== 'case.json' && path !== 'expected.txt')
    .sort()
    .map((path) => ({ path, text: readFileSync(join(CORPUS, name, path), 'utf8'), mode: '100644' }));
}

function metaOf(name: string): { delete?: readonly string[]; modes?: Readonly<Record<string, string>> } {
  const path = join(CORPUS, name, 'case.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

/** What is said about a tree that is proposed: its requests, and its governing files against each other. */
export function issuesOf(files: readonly CorpusFile[]): readonly Issue[] {
  const requests = files.filter(({ path }) => path.startsWith('requests/'));
  return [
    ...requests.flatMap(({ path, text }) => parseRequest(path, text).issues),
    ...inProposal(parseGovernance(files, checkCondition).issues),
  ];
}
