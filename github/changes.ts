/**
 * Which files differ, as `Change`s with their bytes. Two ways: between two trees (gate 2: a merge against its first
 * parent), and for an open pull request (gate 1), where GitHub's own file list must agree with the trees. Judges no file.
 */
import type { Change, ChangeStatus } from '../core/policy/evidence.ts';
import { call, callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { inBatches } from './in-batches.ts';
import { fields, text } from './read.ts';
import { type GitCache, readText, readTree, type Tree, type TreeEntry } from './tree.ts';

/** GitHub lists at most 3,000 files of a pull request; we stop far earlier and say so. */
const MOST_FILES = 300;

/** A change without its bytes. */
type Difference = Omit<Change, 'text'>;

/** What `to` has that `from` has not, by path. A removal and an addition of the same blob and mode are a rename. */
export function diffTrees(from: Tree, to: Tree): readonly Difference[] {
  const differences = compareTrees(from, to);
  const removed = differences.filter(({ status }) => status === 'removed');
  const paired = differences.map((change) => {
    const at = change.status === 'added' ? removed.findIndex((former) => isSame(former, change)) : -1;
    const [former] = at < 0 ? [] : removed.splice(at, 1);
    return former === undefined ? change : { ...change, status: 'renamed' as const, previousPath: former.path };
  });
  const left = new Set(removed.map(({ path }) => path));
  return paired.filter(({ status, path }) => status !== 'removed' || left.has(path));
}

/** Path by path: added, removed, modified, or changed in kind. Sorted by path. */
function compareTrees(from: Tree, to: Tree): readonly Difference[] {
  const differences: Difference[] = [];
  for (const entry of from.values()) if (!to.has(entry.path)) differences.push(difference('removed', entry, null));
  for (const entry of to.values()) {
    const before = from.get(entry.path);
    if (before === undefined) differences.push(difference('added', entry, null));
    else if (!isSame(before, entry)) {
      differences.push(difference(isSameKind(before.mode, entry.mode) ? 'modified' : 'changed', entry, null));
    }
  }
  return differences.sort(byPath);
}

/**
 * What a merge added to its first parent, with the texts of what is there now. The trees alone say what changed; which
 * removal and addition are one rename is told as GitHub tells it for the pull request, so that the counts agree.
 */
export async function readMergedChanges(
  github: GitHub,
  repository: RepositoryName,
  merge: { readonly number: number; readonly parent: string; readonly commit: string },
  cache: GitCache,
): Promise<readonly Change[]> {
  const [listed, before, after] = await Promise.all([
    listFiles(github, repository, merge.number),
    readTree(github, repository, merge.parent, cache),
    readTree(github, repository, merge.commit, cache),
  ]);
  const formers = new Map(listed.map((file) => [file.path, file.status === 'renamed' ? file.previousPath : null]));
  const differences = compareTrees(before, after);
  const removed = new Set(differences.filter(({ status }) => status === 'removed').map(({ path }) => path));
  const paired = differences.map((change) => {
    const former = change.status === 'added' ? (formers.get(change.path) ?? null) : null;
    if (former === null || !removed.delete(former)) return change;
    return { ...change, status: 'renamed' as const, previousPath: former };
  });
  const whole = paired.filter(({ status, path }) => status !== 'removed' || removed.has(path));
  return withTexts(github, repository, whole, cache);
}

/**
 * What merging the pull request would add to the tip of its base. GitHub's list says which files are the pull
 * request's; the trees say what they hold. Each must confirm the other, or the answer is `inconsistent`.
 */
export async function readPullChanges(
  github: GitHub,
  repository: RepositoryName,
  pull: { readonly number: number; readonly head: string; readonly tip: string },
  cache: GitCache,
): Promise<readonly Change[]> {
  const [listed, tip, head] = await Promise.all([
    listFiles(github, repository, pull.number),
    readTree(github, repository, pull.tip, cache),
    readTree(github, repository, pull.head, cache),
  ]);
  const differences = listed.map((file) => confirm(file, tip, head));
  const named = new Set(
    listed.flatMap((file) => [file.path, ...(file.previousPath === null ? [] : [file.previousPath])]),
  );
  const unexplained = diffTrees(tip, head)
    .flatMap((change) => [change.path, ...(change.previousPath === null ? [] : [change.previousPath])])
    .filter((path) => !named.has(path));
  const hasFormer = differences.some(({ status }) => REPLACES.has(status));
  if (unexplained.length === 0 && !hasFormer) return withTexts(github, repository, differences.sort(byPath), cache);
  const forked = await readMergeBase(github, repository, pull, cache);
  requireExplained(unexplained, forked, head);
  const marked = differences.map(
    (change): Difference => (isBehind(change, forked, tip) ? { ...change, behind: true } : change),
  );
  return withTexts(github, repository, marked.sort(byPath), cache);
}

/** What says something about bytes that were there before. */
const REPLACES: ReadonlySet<ChangeStatus> = new Set(['modified', 'changed', 'renamed', 'removed']);

/**
 * The base has changed the same file since the branch forked. Git may still merge the two, into bytes that nobody has
 * seen and that the second gate would refuse.
 */
function isBehind({ status, path, previousPath }: Difference, forked: Tree, tip: Tree): boolean {
  if (!REPLACES.has(status)) return false;
  return [path, ...(previousPath === null ? [] : [previousPath])].some((one) => !isSameAt(one, forked, tip));
}

/** The tree where the branch forked. */
async function readMergeBase(
  github: GitHub,
  repository: RepositoryName,
  pull: { readonly head: string; readonly tip: string },
  cache: GitCache,
): Promise<Tree> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/compare/{basehead}', {
    owner: repository.owner,
    repo: repository.name,
    basehead: `${pull.tip}...${pull.head}`,
    per_page: 1,
  });
  const mergeBase = text(fields(fields(data, 'comparison')['merge_base_commit'], 'merge base')['sha'], 'merge base');
  return readTree(github, repository, mergeBase, cache);
}

/**
 * The branch differs from the tip in files that GitHub does not list: right only if the base moved on and the branch
 * still has them as they were where it forked.
 */
function requireExplained(paths: readonly string[], forked: Tree, head: Tree): void {
  const unlisted = paths.find((path) => !isSameAt(path, forked, head));
  if (unlisted === undefined) return;
  throw new GitHubError('inconsistent', `\`${unlisted}\` differs in the branch but GitHub does not list it as changed`);
}

function isSameAt(path: string, a: Tree, b: Tree): boolean {
  const [one, other] = [a.get(path), b.get(path)];
  return one === undefined || other === undefined ? one === other : isSame(one, other);
}

interface ListedFile {
  readonly status: ChangeStatus;
  readonly path: string;
  readonly previousPath: string | null;
  readonly blob: string;
}

const STATUSES: readonly ChangeStatus[] = ['added', 'removed', 'modified', 'renamed', 'copied', 'changed', 'unchanged'];

async function listFiles(github: GitHub, repository: RepositoryName, number: number): Promise<readonly ListedFile[]> {
  const files = await callAll(
    github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    { owner: repository.owner, repo: repository.name, pull_number: number },
    { most: MOST_FILES },
  );
  return files.map((value) => {
    const file = fields(value, 'file');
    const status = STATUSES.find((known) => known === file['status']);
    if (status === undefined) throw new GitHubError('unexpected', `unknown file status \`${String(file['status'])}\``);
    const isMoved = status === 'renamed' || status === 'copied';
    return {
      status,
      path: text(file['filename'], 'file.filename'),
      previousPath: isMoved ? text(file['previous_filename'], 'file.previous_filename') : null,
      blob: typeof file['sha'] === 'string' ? file['sha'] : '',
    };
  });
}

/**
 * One listed file against both trees, as seen from the tip:
 *
 * | GitHub lists | the tip has the path | so it is |
 * |---|---|---|
 * | added | no | added |
 * | added | the same bytes | unchanged: a merge adds nothing |
 * | added | other bytes | modified |
 * | removed | no | unchanged |
 * | anything else | | as listed |
 */
function confirm(file: ListedFile, tip: Tree, head: Tree): Difference {
  const now = head.get(file.path);
  const then = tip.get(file.path);
  if (file.status === 'removed') {
    if (now !== undefined) throw disagreement(file.path);
    return then === undefined ? unchanged(file) : difference('removed', then, null);
  }
  if (now === undefined || now.blob !== file.blob) throw disagreement(file.path);
  if (file.status === 'renamed' && file.previousPath !== null && head.has(file.previousPath)) {
    throw disagreement(file.previousPath);
  }
  if (file.status === 'added' && then !== undefined) {
    return difference(isSame(then, now) ? 'unchanged' : 'modified', now, null);
  }
  return difference(file.status, now, file.previousPath);
}

function disagreement(path: string): GitHubError {
  return new GitHubError('inconsistent', `GitHub's list of changed files and the tree disagree about \`${path}\``);
}

/** Already gone at the tip: git writes an absent file as mode 000000. */
function unchanged(file: ListedFile): Difference {
  return { status: 'unchanged', path: file.path, previousPath: null, mode: '000000', size: 0, blob: file.blob };
}

function difference(status: ChangeStatus, entry: TreeEntry, previousPath: string | null): Difference {
  return { status, path: entry.path, previousPath, mode: entry.mode, size: entry.size, blob: entry.blob };
}

/** Texts of what stays in the tree; a removed file is told by its path and blob alone. */
function withTexts(
  github: GitHub,
  repository: RepositoryName,
  differences: readonly Difference[],
  cache: GitCache,
): Promise<readonly Change[]> {
  return inBatches(differences, async (change) => {
    const isGone = change.status === 'removed' || change.mode === '000000';
    return { ...change, text: isGone ? null : await readText(github, repository, change, cache) };
  });
}

function isSame(a: TreeEntry, b: TreeEntry): boolean {
  return a.blob === b.blob && a.mode === b.mode;
}

/** GitHub calls a change of type (file to link, to submodule) `changed`; executable bits are `modified`. */
function isSameKind(a: string, b: string): boolean {
  return a.slice(0, 3) === b.slice(0, 3);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
