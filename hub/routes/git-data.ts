/** The git database: blobs, trees, commits and refs, where `force: false` makes a ref a compare-and-swap. */
import { objects, optionalChoice, optionalFlag, optionalObject, optionalText, text, texts } from '../body.ts';
import { seconds } from '../clock.ts';
import { type Signature, type TreeEntry, ZERO } from '../git/types.ts';
import { HttpError, notFound, unprocessable } from '../http-error.ts';
import { nodeId } from '../json/account.ts';
import { gitCommitJson, WEB_FLOW } from '../json/commit.ts';
import { repositoryUrl } from '../json/repository.ts';
import type { Json, Repository } from '../model.ts';
import { moveRef } from '../refs.ts';
import { refusalsOfMove } from '../rules/judge.ts';
import type { Call, Route } from '../types.ts';
import { created, noContent, ok, page } from './answer.ts';

const GIT = '/repos/{owner}/{repo}/git';
const SHA = /^[0-9a-f]{40}$/;

export const gitDataRoutes: readonly Route[] = [
  { method: 'POST', path: `${GIT}/blobs`, needs: 'contents:write', handle: createBlob },
  { method: 'GET', path: `${GIT}/blobs/{file_sha}`, needs: 'contents:read', handle: readBlob },
  { method: 'POST', path: `${GIT}/trees`, needs: 'contents:write', handle: createTree },
  { method: 'GET', path: `${GIT}/trees/{tree_sha}`, needs: 'contents:read', handle: readTree },
  { method: 'POST', path: `${GIT}/commits`, needs: 'contents:write', handle: createCommit },
  { method: 'GET', path: `${GIT}/commits/{commit_sha}`, needs: 'contents:read', handle: readCommit },
  { method: 'GET', path: `${GIT}/ref/{ref}`, needs: 'contents:read', handle: readRef },
  { method: 'GET', path: `${GIT}/matching-refs/{ref}`, needs: 'contents:read', handle: matchingRefs },
  { method: 'POST', path: `${GIT}/refs`, needs: 'contents:write', handle: createRef },
  { method: 'PATCH', path: `${GIT}/refs/{ref}`, needs: 'contents:write', handle: updateRef },
  { method: 'DELETE', path: `${GIT}/refs/{ref}`, needs: 'contents:write', handle: deleteRef },
];

async function createBlob(call: Call) {
  const encoding = optionalChoice(call.body, 'encoding', ['utf-8', 'base64']) ?? 'utf-8';
  const data = Buffer.from(text(call.body, 'content'), encoding === 'base64' ? 'base64' : 'utf8');
  const sha = await call.repository.git.writeObject('blob', data);
  return created({ sha, url: `${repositoryUrl(call.hub, call.repository)}/git/blobs/${sha}` });
}

async function readBlob(call: Call) {
  const sha = call.params['file_sha'] ?? '';
  const found = await call.repository.git.object(sha);
  if (found?.type !== 'blob') throw notFound();
  return ok({
    sha,
    node_id: nodeId('Blob', sha),
    size: found.data.length,
    url: `${repositoryUrl(call.hub, call.repository)}/git/blobs/${sha}`,
    content: `${found.data.toString('base64').replaceAll(/(.{60})/g, '$1\n')}\n`,
    encoding: 'base64',
  });
}

async function createTree(call: Call) {
  const { git } = call.repository;
  const base = optionalText(call.body, 'base_tree');
  const root = base === undefined ? null : await treeSha(call.repository, base);
  if (base !== undefined && root === null) throw notFound();
  const entries = await Promise.all(objects(call.body, 'tree').map((entry) => treeEntry(call.repository, entry)));
  if (entries.length === 0) throw unprocessable('Invalid tree info');
  const sha = await git.writeTree(root, entries);
  return created(treeJson(call, sha, (await git.tree(sha, false)) ?? []));
}

async function treeSha(repository: Repository, ref: string): Promise<string | null> {
  const commit = await repository.git.resolve(ref);
  if (commit !== null) return (await repository.git.commit(commit))?.tree ?? null;
  return (await repository.git.object(ref))?.type === 'tree' ? ref : null;
}

async function treeEntry(
  repository: Repository,
  entry: Json,
): Promise<{ path: string; mode: string; sha: string | null }> {
  const path = text(entry, 'path');
  const mode = optionalChoice(entry, 'mode', ['100644', '100755', '040000', '160000', '120000']) ?? '100644';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')) {
    throw unprocessable('tree.path contains a malformed path component');
  }
  const content = optionalText(entry, 'content');
  if (content !== undefined) return { path, mode, sha: await repository.git.writeObject('blob', content) };
  const sha = entry['sha'] === null ? null : text(entry, 'sha');
  if (sha !== null && mode !== '160000' && (await repository.git.object(sha)) === null) {
    throw unprocessable(`tree.sha ${sha} is not a valid ${mode === '040000' ? 'tree' : 'blob'}`);
  }
  return { path, mode, sha };
}

async function readTree(call: Call) {
  const root = await treeSha(call.repository, call.params['tree_sha'] ?? '');
  const entries = root === null ? null : await call.repository.git.tree(root, call.query.has('recursive'));
  if (root === null || entries === null) throw notFound();
  return ok(treeJson(call, root, entries));
}

/** GitHub cuts a recursive tree at this many entries. */
const TREE_LIMIT = 100_000;

function treeJson(call: Call, sha: string, entries: readonly TreeEntry[]) {
  const url = `${repositoryUrl(call.hub, call.repository)}/git`;
  const tree = entries.slice(0, TREE_LIMIT).map((entry) => ({
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size === undefined ? {} : { size: entry.size }),
    ...(entry.type === 'commit' ? {} : { url: `${url}/${entry.type}s/${entry.sha}` }),
  }));
  return { sha, url: `${url}/trees/${sha}`, tree, truncated: entries.length > TREE_LIMIT };
}

/** Without an author, an App's commit is GitHub's to sign; with one, nobody vouches for it. */
async function createCommit(call: Call) {
  const { hub, repository } = call;
  const { git } = repository;
  const tree = text(call.body, 'tree');
  const parents = texts(call.body, 'parents');
  if ((await git.object(tree))?.type !== 'tree') throw unprocessable('Tree SHA does not exist');
  for (const parent of parents)
    if ((await git.commit(parent)) === null) throw unprocessable('Parent SHA does not exist or is not a commit object');
  const own: Signature = { name: call.account.login, email: call.account.email, date: seconds(hub.clock.now()) };
  const author = signature(call, 'author', own);
  const isBots =
    call.account.type === 'Bot' && call.body['author'] === undefined && call.body['committer'] === undefined;
  const committer = isBots ? { ...WEB_FLOW, date: own.date } : signature(call, 'committer', author);
  const sha = await git.writeCommit({ tree, parents, message: text(call.body, 'message'), author, committer });
  if (isBots) hub.verified.add(sha);
  const commit = await git.commit(sha);
  if (commit === null) throw new HttpError(500, 'commit not found');
  return created(gitCommitJson(hub, repository, commit));
}

function signature(call: Call, field: string, otherwise: Signature): Signature {
  const given = optionalObject(call.body, field);
  if (given === undefined) return otherwise;
  const date = optionalText(given, 'date') ?? otherwise.date;
  if (Number.isNaN(Date.parse(date))) throw unprocessable(`Invalid date: ${date}`);
  return { name: text(given, 'name'), email: text(given, 'email'), date };
}

async function readCommit(call: Call) {
  const commit = await call.repository.git.commit(call.params['commit_sha'] ?? '');
  if (commit === null) throw notFound();
  return ok(gitCommitJson(call.hub, call.repository, commit));
}

async function readRef(call: Call) {
  const ref = `refs/${call.params['ref']}`;
  const sha = await call.repository.git.resolve(ref);
  if (sha === null) throw notFound();
  return ok(refJson(call, ref, sha));
}

async function matchingRefs(call: Call) {
  const all = await call.repository.git.refs('refs/');
  const found = all.filter(({ ref }) => ref.startsWith(`refs/${call.params['ref']}`));
  return page(call, found, ({ ref, sha }) => refJson(call, ref, sha));
}

function refJson(call: Call, ref: string, sha: string) {
  const url = `${repositoryUrl(call.hub, call.repository)}/git`;
  return {
    ref,
    node_id: nodeId('Ref', ref),
    url: `${url}/${ref}`,
    object: { sha, type: 'commit', url: `${url}/commits/${sha}` },
  };
}

async function createRef(call: Call) {
  const ref = text(call.body, 'ref');
  if (!/^refs\/(heads|tags|gatepass)\/[^\s~^:?*[\\]+$/.test(ref) || ref.includes('..'))
    throw unprocessable('Reference name must be valid');
  const sha = text(call.body, 'sha');
  if (!(await move(call, ref, ZERO, sha))) throw unprocessable('Reference already exists');
  return created(refJson(call, ref, sha));
}

async function updateRef(call: Call) {
  const ref = `refs/${call.params['ref']}`;
  const { git } = call.repository;
  const sha = text(call.body, 'sha');
  const before = await git.resolve(ref);
  if (before === null) throw unprocessable('Reference does not exist');
  if ((await git.commit(sha)) === null) throw unprocessable('Object does not exist');
  const isForward = await git.isAncestor(before, sha);
  if (!isForward && optionalFlag(call.body, 'force') !== true) throw unprocessable('Update is not a fast forward');
  if (!(await move(call, ref, before, sha))) throw unprocessable('Update is not a fast forward');
  return ok(refJson(call, ref, sha));
}

async function deleteRef(call: Call) {
  const ref = `refs/${call.params['ref']}`;
  const before = await call.repository.git.resolve(ref);
  if (before === null) throw unprocessable('Reference does not exist');
  await move(call, ref, before, ZERO);
  return noContent();
}

/** Moves a ref if the rules let it; `false`: somebody was faster. */
async function move(call: Call, ref: string, before: string, after: string): Promise<boolean> {
  const { hub, repository, actor } = call;
  const isCommit = SHA.test(after) && (after === ZERO || (await repository.git.commit(after)) !== null);
  if (!isCommit) throw unprocessable('Object does not exist');
  const refusals = await refusalsOfMove(hub, repository, { ref, before, after }, actor);
  if (refusals.length > 0) throw unprocessable(`Repository rule violations found\n\n${refusals.join('\n')}`);
  return moveRef(hub, repository, { ref, before, after, actor });
}
