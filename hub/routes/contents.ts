/** Files by path, read and written one commit at a time. */
import { optionalObject, optionalText, text } from '../body.ts';
import { seconds } from '../clock.ts';
import { type Signature, type TreeEntry, ZERO } from '../git/types.ts';
import { HttpError, notFound, unprocessable } from '../http-error.ts';
import { gitCommitJson, WEB_FLOW } from '../json/commit.ts';
import { repositoryUrl } from '../json/repository.ts';
import type { Json } from '../model.ts';
import { moveRef } from '../refs.ts';
import { refusalsOfMove } from '../rules/judge.ts';
import type { Answer, Call, Route } from '../types.ts';
import { created, ok } from './answer.ts';

const CONTENTS = '/repos/{owner}/{repo}/contents/{path}';

export const contentsRoutes: readonly Route[] = [
  { method: 'GET', path: '/repos/{owner}/{repo}/contents', needs: 'contents:read', handle: read },
  { method: 'GET', path: CONTENTS, needs: 'contents:read', handle: read },
  { method: 'PUT', path: CONTENTS, needs: 'contents:write', handle: write },
  { method: 'DELETE', path: CONTENTS, needs: 'contents:write', handle: remove },
];

async function read(call: Call): Promise<Answer> {
  const { git, defaultBranch } = call.repository;
  const ref = call.query.get('ref') ?? defaultBranch;
  const commit = await git.resolve(ref);
  const path = (call.params['path'] ?? '').replace(/\/$/, '');
  const all = commit === null ? null : await git.tree(commit, true);
  if (commit === null || all === null) throw new HttpError(404, `No commit found for the ref ${ref}`);
  const entry = all.find((each) => each.path === path);
  if (entry?.type === 'blob') return file(call, entry, ref);
  if (path !== '' && entry?.type !== 'tree') throw notFound();
  const prefix = path === '' ? '' : `${path}/`;
  const children = all.filter((each) => each.path.startsWith(prefix) && !each.path.slice(prefix.length).includes('/'));
  // A folder's listing stops at 1,000 files.
  return ok(children.slice(0, 1000).map((each) => entryJson(call, each, ref)));
}

async function file(call: Call, entry: TreeEntry, ref: string): Promise<Answer> {
  const found = await call.repository.git.object(entry.sha);
  if (found === null) throw notFound();
  const content = `${found.data.toString('base64').replaceAll(/(.{60})/g, '$1\n')}\n`;
  // Above 1 MB the content is left out.
  const isLarge = found.data.length > 1_000_000;
  return ok({ ...entryJson(call, entry, ref), content: isLarge ? '' : content, encoding: isLarge ? 'none' : 'base64' });
}

function entryJson(call: Call, entry: TreeEntry, ref: string): Json {
  const { hub, repository } = call;
  const path = entry.path.split('/').map(encodeURIComponent).join('/');
  const url = `${repositoryUrl(hub, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const isFile = entry.type === 'blob';
  const git_url = `${repositoryUrl(hub, repository)}/git/${entry.type}s/${entry.sha}`;
  const html_url = `${hub.url}/${repository.fullName}/${isFile ? 'blob' : 'tree'}/${ref}/${path}`;
  return {
    type: isFile ? (entry.mode === '120000' ? 'symlink' : 'file') : 'dir',
    size: entry.size ?? 0,
    name: entry.path.split('/').at(-1),
    path: entry.path,
    sha: entry.sha,
    url,
    git_url,
    html_url,
    download_url: isFile ? `${hub.url}/raw/${repository.fullName}/${ref}/${path}` : null,
    _links: { self: url, git: git_url, html: html_url },
  };
}

async function write(call: Call): Promise<Answer> {
  const data = Buffer.from(text(call.body, 'content'), 'base64');
  const blob = await call.repository.git.writeObject('blob', data);
  const { isNew, content, commit } = await change(call, blob);
  return (isNew ? created : ok)({ content, commit });
}

async function remove(call: Call): Promise<Answer> {
  const { commit } = await change(call, null);
  return ok({ content: null, commit });
}

/** One commit on a branch that puts (or takes away, `null`) a file; `sha` must name what is there now. */
async function change(
  call: Call,
  blob: string | null,
): Promise<{ isNew: boolean; content: Json | null; commit: Json }> {
  const { hub, repository, actor } = call;
  const { git } = repository;
  const branch = (optionalText(call.body, 'branch') ?? repository.defaultBranch).replace(/^refs\/heads\//, '');
  const path = call.params['path'] ?? '';
  const ref = `refs/heads/${branch}`;
  const before = await git.resolve(ref);
  if (before === null) throw new HttpError(404, `Branch ${branch} not found`);
  const old = (await git.tree(before, true))?.find((entry) => entry.path === path);
  const known = optionalText(call.body, 'sha');
  if (old === undefined && blob === null) throw notFound();
  if (old !== undefined && known === undefined) throw unprocessable('Invalid request.\n\n"sha" wasn\'t supplied.');
  if (known !== undefined && known !== old?.sha) throw new HttpError(409, `${path} does not match ${known}`);
  const tree = await git.writeTree((await git.commit(before))?.tree ?? null, [
    { path, mode: old?.mode ?? '100644', sha: blob },
  ]);
  const author = signature(call, 'author');
  const committer = { ...WEB_FLOW, date: author.date };
  const after = await git.writeCommit({
    tree,
    parents: [before],
    message: text(call.body, 'message'),
    author,
    committer,
  });
  const refusals = await refusalsOfMove(hub, repository, { ref, before, after }, actor);
  if (refusals.length > 0) throw new HttpError(409, `Repository rule violations found\n\n${refusals.join('\n')}`);
  if (call.body['author'] === undefined) hub.verified.add(after);
  if (!(await moveRef(hub, repository, { ref, before, after, actor }))) throw new HttpError(409, `${branch} moved`);
  const [entry, commit] = [(await git.tree(after, true))?.find((each) => each.path === path), await git.commit(after)];
  const content = entry === undefined ? null : entryJson(call, entry, branch);
  return {
    isNew: old === undefined,
    content,
    commit: commit === null ? { sha: ZERO } : gitCommitJson(hub, repository, commit),
  };
}

function signature(call: Call, field: string): Signature {
  const given = optionalObject(call.body, field);
  const date = seconds(call.hub.clock.now());
  if (given === undefined) return { name: call.account.login, email: call.account.email, date };
  return { name: text(given, 'name'), email: text(given, 'email'), date };
}
