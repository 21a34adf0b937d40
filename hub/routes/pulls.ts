/** Pull requests: opened, listed, changed, merged; their files and commits. */
import { atLeast, roleOf } from '../access.ts';
import { optionalChoice, optionalFlag, optionalText, text } from '../body.ts';
import { seconds } from '../clock.ts';
import { emitPull } from '../events.ts';
import { forbidden, HttpError, notFound } from '../http-error.ts';
import { commitJson, fileJson, WEB_FLOW } from '../json/commit.ts';
import { comparisonBase, pullJson, pullSimpleJson } from '../json/pull.ts';
import type { PullRequest } from '../model.ts';
import { mergePull } from '../pulls/merge.ts';
import { openPull, reopen, retarget } from '../pulls/open.ts';
import { closePull, moveRef } from '../refs.ts';
import type { Call, Route } from '../types.ts';
import { created, noContent, ok, page, pullOf } from './answer.ts';

const PULLS = '/repos/{owner}/{repo}/pulls';
const PULL = `${PULLS}/{pull_number}`;

export const pullRoutes: readonly Route[] = [
  { method: 'GET', path: PULLS, needs: 'pull_requests:read', handle: list },
  { method: 'POST', path: PULLS, needs: 'pull_requests:write', handle: open },
  {
    method: 'GET',
    path: PULL,
    needs: ['pull_requests:read', 'contents:read'],
    handle: async (call) => ok(await pullJson(call.hub, call.repository, pullOf(call))),
  },
  { method: 'PATCH', path: PULL, needs: 'pull_requests:write', handle: update },
  { method: 'GET', path: `${PULL}/files`, needs: 'pull_requests:read', handle: files },
  { method: 'GET', path: `${PULL}/commits`, needs: 'pull_requests:read', handle: commits },
  {
    method: 'GET',
    path: `${PULL}/merge`,
    needs: 'pull_requests:read',
    handle: (call) => {
      if (pullOf(call).mergedAt === null) throw notFound();
      return noContent();
    },
  },
  { method: 'PUT', path: `${PULL}/merge`, needs: 'contents:write', handle: merge },
  { method: 'PUT', path: `${PULL}/update-branch`, needs: 'pull_requests:write', handle: updateBranch },
];

function list(call: Call) {
  const { hub, query, repository } = call;
  const state = query.get('state') ?? 'open';
  const head = query.get('head');
  const base = query.get('base');
  const found = [...repository.pulls.values()].filter(
    (pull) =>
      (state === 'all' || pull.state === state) &&
      (base === null || pull.base.ref === base) &&
      (head === null || head === `${pull.head.repository?.owner.login}:${pull.head.ref}`),
  );
  const isAscending = query.get('direction') === 'asc';
  const key = (pull: PullRequest): string => (query.get('sort') === 'updated' ? pull.updatedAt : pull.createdAt);
  found.sort((a, b) => key(a).localeCompare(key(b)) || a.number - b.number);
  return page(call, isAscending ? found : found.reverse(), (pull) => pullSimpleJson(hub, repository, pull));
}

async function open(call: Call) {
  const { actor, body, hub, repository } = call;
  const pull = await openPull(hub, repository, actor, {
    title: text(body, 'title'),
    body: optionalText(body, 'body') ?? null,
    head: text(body, 'head'),
    base: text(body, 'base'),
    draft: optionalFlag(body, 'draft') ?? false,
  });
  return created(await pullJson(hub, repository, pull));
}

/** The author, or whoever may write, edits; a base that changes is a retarget. */
async function update(call: Call) {
  const { account, body, hub, repository } = call;
  const pull = pullOf(call);
  if (call.actor.kind === 'user' && account.id !== pull.user.id && !atLeast(roleOf(hub, repository, account), 'triage'))
    throw forbidden();
  await editText(call, pull);
  const base = optionalText(body, 'base');
  if (base !== undefined) await retarget(hub, repository, pull, base, account);
  const state = optionalChoice(body, 'state', ['open', 'closed']);
  if (state === 'closed' && pull.state === 'open') await closePull(hub, repository, pull, account);
  if (state === 'open' && pull.state === 'closed') await reopen(hub, repository, pull, account);
  return ok(await pullJson(hub, repository, pull));
}

async function editText(call: Call, pull: PullRequest): Promise<void> {
  const title = optionalText(call.body, 'title');
  const body = optionalText(call.body, 'body');
  const changes = {
    ...(title === undefined || title === pull.title ? {} : { title: { from: pull.title } }),
    ...(body === undefined || body === pull.body ? {} : { body: { from: pull.body ?? '' } }),
  };
  if (Object.keys(changes).length === 0) return;
  Object.assign(pull, { title: title ?? pull.title, body: body ?? pull.body, updatedAt: call.hub.clock.now() });
  await emitPull(call.hub, call.repository, pull, 'edited', call.account, { changes });
}

/** GitHub lists no more than 3,000 files. */
async function files(call: Call) {
  const { hub, repository } = call;
  const pull = pullOf(call);
  const base = await comparisonBase(repository, pull);
  const changes = (await repository.git.diff(base, pull.head.sha)).slice(0, 3000);
  const patches = await repository.git.patches(base, pull.head.sha);
  return page(call, changes, (change) => fileJson(hub, repository, pull.head.sha, change, patches.get(change.path)));
}

/** And no more than 250 commits, oldest first. */
async function commits(call: Call) {
  const { hub, repository } = call;
  const pull = pullOf(call);
  const shas = await repository.git.history(pull.head.sha, await comparisonBase(repository, pull));
  return page(call, [...shas].reverse().slice(0, 250), async (sha) => {
    const commit = await repository.git.commit(sha);
    if (commit === null) throw notFound();
    return commitJson(hub, repository, commit);
  });
}

async function merge(call: Call) {
  const { actor, body, hub, repository } = call;
  const sha = await mergePull(hub, repository, pullOf(call), actor, {
    method: optionalChoice(body, 'merge_method', ['merge', 'squash', 'rebase']) ?? 'merge',
    sha: optionalText(body, 'sha'),
    title: optionalText(body, 'commit_title'),
    message: optionalText(body, 'commit_message'),
  });
  return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
}

/** Merges the base into the head, as the button does; GitHub commits and signs. */
async function updateBranch(call: Call) {
  const { account, actor, hub, repository } = call;
  const pull = pullOf(call);
  const expected = optionalText(call.body, 'expected_head_sha');
  const from = pull.head.repository;
  const tip = await repository.git.resolve(`refs/heads/${pull.base.ref}`);
  if (expected !== undefined && expected !== pull.head.sha)
    throw new HttpError(422, `expected head sha didn't match current head ref.`);
  if (from !== repository || tip === null || pull.state === 'closed')
    throw new HttpError(422, 'The branch cannot be updated.');
  const tree = await repository.git.mergeTree(pull.head.sha, tip);
  if (tree === null) throw new HttpError(422, 'merge conflict between base and head');
  const date = seconds(hub.clock.now());
  const after = await repository.git.writeCommit({
    tree,
    parents: [pull.head.sha, tip],
    message: `Merge branch '${pull.base.ref}' into ${pull.head.ref}`,
    author: { name: account.login, email: account.email, date },
    committer: { ...WEB_FLOW, date },
  });
  hub.verified.add(after);
  await moveRef(hub, repository, { ref: `refs/heads/${pull.head.ref}`, before: pull.head.sha, after, actor });
  return {
    status: 202,
    body: {
      message: 'Updating pull request branch.',
      url: `${hub.apiUrl}/repos/${repository.fullName}/pulls/${pull.number}`,
    },
  };
}
