/** One bare repository behind the shape that the rest of the look-alike uses. Results that ids determine are kept. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diffTrees, patchesOf } from './diff.ts';
import { openKeptReader } from './kept-reader.ts';
import { moveLoose } from './loose-ref.ts';
import { formatCommit, formatTree, parseCommit, parseTree, type RawEntry, writeLoose } from './objects.ts';
import { runGit } from './run.ts';
import { type Commit, type GitStore, type TreeEntry, ZERO } from './types.ts';

const CONFIG = `[core]
	repositoryformatversion = 0
	bare = true
	logAllRefUpdates = false
[http]
	receivepack = true
[receive]
	hideRefs = refs/pull
	autogc = false
	unpackLimit = 100000
	denyDeleteCurrent = warn
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[gc]
	auto = 0
`;

/** Makes an empty bare repository. */
export async function createStore(directory: string, defaultBranch: string): Promise<GitStore> {
  await Promise.all(
    ['objects', 'refs/heads', 'refs/tags'].map((each) => mkdir(join(directory, each), { recursive: true })),
  );
  await writeFile(join(directory, 'HEAD'), `ref: refs/heads/${defaultBranch}\n`);
  await writeFile(join(directory, 'config'), CONFIG);
  return openStore(directory);
}

function openStore(directory: string): GitStore {
  const reader = openKeptReader(directory);
  const git: GitStore['git'] = (args, options) => runGit(directory, args, options);
  const keep = remember();
  const lines = async (args: readonly string[]): Promise<string[]> =>
    (await git(args)).stdout.toString('utf8').split('\n').filter(Boolean);

  async function resolve(ref: string): Promise<string | null> {
    if (/[\s\0~^:?*[\\]|\.\.|@\{/.test(ref) || ref === '' || ref.startsWith('-')) return null;
    const names = /^[0-9a-f]{40}$/.test(ref)
      ? [ref]
      : ref.startsWith('refs/')
        ? [ref]
        : [
            `refs/heads/${ref}`,
            `refs/tags/${ref}`,
            ref === 'HEAD' || ref.startsWith('heads/') || ref.startsWith('tags/') || /^[0-9a-f]{7,39}$/.test(ref)
              ? ref
              : null,
          ];
    for (const name of names) {
      const found = name === null ? null : await reader.read(`${name}^{commit}`);
      if (found?.type === 'commit') return found.sha;
    }
    return null;
  }

  async function tree(ref: string, recursive: boolean): Promise<TreeEntry[] | null> {
    const root = await treeOf(ref);
    if (root === null) return null;
    return keep(`tree ${root} ${recursive}`, () => entriesOf(root, recursive));
  }

  /** As `git ls-tree -l -r -t` lists them. */
  async function entriesOf(root: string, recursive: boolean): Promise<TreeEntry[]> {
    const found = await reader.read(root);
    const listed = (found === null ? [] : parseTree(found.data)).map(async ({ mode, name, sha }) => {
      const entry = { mode: mode.padStart(6, '0'), sha, path: name };
      if (mode === '160000') return [{ ...entry, type: 'commit' as const }];
      if (mode !== '40000')
        return [{ ...entry, type: 'blob' as const, size: (await reader.read(sha))?.data.length ?? 0 }];
      const inner = recursive ? await entriesOf(sha, true) : [];
      return [{ ...entry, type: 'tree' as const }, ...inner.map((each) => ({ ...each, path: `${name}/${each.path}` }))];
    });
    return (await Promise.all(listed)).flat();
  }

  async function commit(sha: string): Promise<Commit | null> {
    const found = /^[0-9a-f]{40}$/.test(sha) ? await reader.read(sha) : null;
    return found?.type === 'commit' ? parseCommit(found.sha, found.data) : null;
  }

  async function treeOf(ref: string): Promise<string | null> {
    const commit = await resolve(ref);
    const found = await reader.read(`${commit ?? (/^[0-9a-f]{40}$/.test(ref) ? ref : ZERO)}^{tree}`);
    return found?.type === 'tree' ? found.sha : null;
  }

  async function editTree(base: string | null, entries: readonly Edit[]): Promise<string | null> {
    const object = base === null ? null : await reader.read(base);
    const now = new Map<string, RawEntry>();
    for (const entry of object?.type === 'tree' ? parseTree(object.data) : []) now.set(entry.name, entry);
    const deeper = new Map<string, Edit[]>();
    for (const edit of entries) {
      const [name = '', ...rest] = edit.path;
      if (rest.length > 0) deeper.set(name, [...(deeper.get(name) ?? []), { ...edit, path: rest }]);
      else if (edit.sha === null) now.delete(name);
      else now.set(name, { mode: edit.mode.replace(/^0/, ''), name, sha: edit.sha });
    }
    for (const [name, edits] of deeper) {
      const old = now.get(name);
      const sha = await editTree(old?.mode === '40000' ? old.sha : null, edits);
      if (sha === null) now.delete(name);
      else now.set(name, { mode: '40000', name, sha });
    }
    return now.size === 0 ? null : writeLoose(directory, 'tree', formatTree([...now.values()]));
  }

  return {
    directory,
    git,
    resolve,
    tree,
    async object(sha) {
      return /^[0-9a-f]{40}$/.test(sha) ? reader.read(sha) : null;
    },
    async readFile(ref, path) {
      const commit = await resolve(ref);
      const found = commit === null ? null : await reader.read(`${commit}:${path}`);
      return found?.type === 'blob' ? found.data : null;
    },
    commit,
    async history(to, not, options = {}) {
      const { limit, skip, path, firstParent } = options;
      // One commit on top of what is known, as nearly every push is, takes no process.
      const isWhole = (limit ?? 1) > 0 && skip === undefined && path === undefined;
      if (isWhole && not !== null && (await commit(to))?.parents.join() === not) return [to];
      const args = ['rev-list', '--topo-order', ...(firstParent === true ? ['--first-parent'] : [])];
      if (limit !== undefined) args.push(`--max-count=${limit}`);
      if (skip !== undefined) args.push(`--skip=${skip}`);
      args.push(to, ...(not === null ? [] : [`^${not}`]), '--', ...(path === undefined ? [] : [path]));
      return keep(args.join(' '), () => lines(args));
    },
    async isAncestor(ancestor, descendant) {
      if ((await commit(descendant))?.parents.includes(ancestor) === true) return true;
      const { status } = await git(['merge-base', '--is-ancestor', ancestor, descendant], { allow: [1] });
      return status === 0;
    },
    mergeBase(one, other) {
      return keep(`base ${one} ${other}`, async () => {
        const { stdout } = await git(['merge-base', one, other], { allow: [1] });
        return stdout.toString('latin1').trim() || null;
      });
    },
    diff: (from, to) => keep(`diff ${from} ${to}`, () => diffTrees(git, from, to)),
    patches: (from, to) => keep(`patch ${from} ${to}`, () => patchesOf(git, from, to)),
    mergeTree(ours, theirs) {
      return keep(`merge ${ours} ${theirs}`, async () => {
        const { status, stdout } = await git(['merge-tree', '--write-tree', '--no-messages', ours, theirs], {
          allow: [1],
        });
        return status === 0 ? stdout.toString('latin1').trim() : null;
      });
    },
    async refs(prefix) {
      const listed = await lines(['for-each-ref', '--format=%(objectname) %(refname)', prefix]);
      return listed.map((line) => ({ sha: line.slice(0, 40), ref: line.slice(41) }));
    },
    writeObject: (type, data) => writeLoose(directory, type, Buffer.from(data)),
    async writeTree(base, entries) {
      const edits = entries.map((entry) => ({ ...entry, path: entry.path.split('/') }));
      return (await editTree(base, edits)) ?? writeLoose(directory, 'tree', Buffer.alloc(0));
    },
    writeCommit: (commit) => writeLoose(directory, 'commit', formatCommit(commit)),
    async swapRef(ref, after, before) {
      const isCommit = after !== ZERO && (await commit(after)) !== null;
      if (isCommit && (await moveLoose(directory, ref, after, before))) return true;
      const args = after === ZERO ? ['-d', ref, before] : [ref, after, before];
      // Status 1 with an old value given is a lost race, or a name that stands in the way (`a` and `a/b`).
      const { status } = await git(['update-ref', ...args], { allow: [1, 128] });
      return status === 0;
    },
    close: () => reader.close(),
  };
}

interface Edit {
  readonly path: readonly string[];
  readonly mode: string;
  readonly sha: string | null;
}

/** Keeps the answers of questions whose answer can never change. */
function remember(): <T>(key: string, ask: () => Promise<T>) => Promise<T> {
  const known = new Map<string, Promise<unknown>>();
  return <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const old = known.get(key);
    if (old !== undefined) return old as Promise<T>;
    const answer = ask();
    known.set(key, answer);
    answer.catch(() => known.delete(key));
    if (known.size > 5000) known.delete(known.keys().next().value ?? '');
    return answer;
  };
}
