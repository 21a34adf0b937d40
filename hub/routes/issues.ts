/** Issues: listed with the pull requests, opened, and edited. They send no webhooks, since nobody here listens to any. */
import { atLeast, roleOf } from '../access.ts';
import { optionalText, text, texts } from '../body.ts';
import { emitPull } from '../events.ts';
import { forbidden, HttpError } from '../http-error.ts';
import { issueJson } from '../json/pull.ts';
import type { Issue, PullRequest } from '../model.ts';
import { reopen } from '../pulls/open.ts';
import { closePull } from '../refs.ts';
import type { Call, Route } from '../types.ts';
import { created, issueOf, ok, page } from './answer.ts';

const ISSUES = '/repos/{owner}/{repo}/issues';
const ISSUE = `${ISSUES}/{issue_number}`;

export const issueRoutes: readonly Route[] = [
  { method: 'GET', path: ISSUES, needs: ['issues:read', 'pull_requests:read'], handle: list },
  { method: 'POST', path: ISSUES, needs: 'issues:write', handle: create },
  { method: 'GET', path: ISSUE, needs: ['issues:read', 'pull_requests:read'], handle: show },
  { method: 'PATCH', path: ISSUE, needs: ['issues:write', 'pull_requests:write'], handle: update },
];

function shown(call: Call, issue: PullRequest | Issue) {
  return issueJson(call.hub, call.repository, issue);
}

function show(call: Call) {
  return ok(shown(call, issueOf(call)));
}

/** Newest first, open ones unless told, with all the labels that are named. */
function list(call: Call) {
  const { query, repository } = call;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '');
  const all = [...repository.pulls.values(), ...repository.issues.values()].sort((a, b) => b.number - a.number);
  const found = all.filter(
    (each) => (state === 'all' || each.state === state) && labels.every((name) => each.labels.includes(name)),
  );
  return page(call, found, (each) => shown(call, each));
}

function create(call: Call) {
  const { account, actor, body, hub, repository } = call;
  const number = repository.nextNumber;
  repository.nextNumber += 1;
  const at = hub.clock.now();
  // Who may not push sets no labels: GitHub drops them without a word.
  const mayLabel = actor.kind === 'installation' || atLeast(roleOf(hub, repository, account), 'write');
  const issue: Issue = {
    id: hub.nextId(),
    number,
    user: account,
    app: actor.kind === 'installation' ? actor.app : null,
    createdAt: at,
    title: text(body, 'title'),
    body: optionalText(body, 'body') ?? null,
    state: 'open',
    updatedAt: at,
    closedAt: null,
    labels: mayLabel ? [...texts(body, 'labels')] : [],
  };
  repository.issues.set(number, issue);
  return created(shown(call, issue));
}

async function update(call: Call) {
  const { account, actor, hub, repository } = call;
  const issue = issueOf(call);
  const isOwn = account.id === issue.user.id;
  if (actor.kind === 'user' && !isOwn && !atLeast(roleOf(hub, repository, account), 'triage')) throw forbidden();
  const state = optionalText(call.body, 'state');
  if (state !== undefined && state !== 'open' && state !== 'closed') throw new HttpError(422, 'Validation Failed');
  if ('base' in issue) await updatePull(call, issue, state);
  else updateIssue(call, issue, state);
  return ok(shown(call, issue));
}

function updateIssue({ body, hub }: Call, issue: Issue, state: Issue['state'] | undefined): void {
  const at = hub.clock.now();
  const labels = body['labels'] === undefined ? issue.labels : texts(body, 'labels');
  Object.assign(issue, {
    title: optionalText(body, 'title') ?? issue.title,
    body: optionalText(body, 'body') ?? issue.body,
    labels: [...labels],
    state: state ?? issue.state,
    updatedAt: at,
    closedAt: (state ?? issue.state) === 'open' ? null : (issue.closedAt ?? at),
  });
}

async function updatePull(call: Call, pull: PullRequest, state: PullRequest['state'] | undefined): Promise<void> {
  const { account, body, hub, repository } = call;
  const title = optionalText(body, 'title');
  if (title !== undefined && title !== pull.title) {
    const changes = { title: { from: pull.title } };
    pull.title = title;
    await emitPull(hub, repository, pull, 'edited', account, { changes });
  }
  if (state === 'closed' && pull.state === 'open') await closePull(hub, repository, pull, account);
  if (state === 'open' && pull.state === 'closed') await reopen(hub, repository, pull, account);
}
