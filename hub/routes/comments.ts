/** Comments of pull requests (as issues) and of issues, their reactions, labels, and the timeline. */
import { atLeast, roleOf } from '../access.ts';
import { text, texts } from '../body.ts';
import { seconds } from '../clock.ts';
import { emitComment } from '../events.ts';
import { forbidden, notFound, unprocessable } from '../http-error.ts';
import { accountJson, nodeId } from '../json/account.ts';
import { commentJson, issueEventJson, issueJson } from '../json/pull.ts';
import type { Comment, Json } from '../model.ts';
import type { Call, Route } from '../types.ts';
import { created, issueOf, noContent, ok, page, pullOf } from './answer.ts';

const ISSUES = '/repos/{owner}/{repo}/issues';
const COMMENT = `${ISSUES}/comments/{comment_id}`;
const ISSUE = `${ISSUES}/{issue_number}`;
/** Nearly every issue here is a pull request, so either permission will do; for reactions only that of issues does. */
const READ = ['issues:read', 'pull_requests:read'];
const WRITE = ['issues:write', 'pull_requests:write'];

export const commentRoutes: readonly Route[] = [
  { method: 'GET', path: `${ISSUE}/comments`, needs: READ, handle: list },
  { method: 'POST', path: `${ISSUE}/comments`, needs: WRITE, handle: create },
  { method: 'GET', path: `${ISSUES}/comments`, needs: READ, handle: listAll },
  { method: 'GET', path: COMMENT, needs: READ, handle: (call) => ok(shown(call, commentOf(call))) },
  { method: 'PATCH', path: COMMENT, needs: WRITE, handle: edit },
  { method: 'DELETE', path: COMMENT, needs: WRITE, handle: remove },
  { method: 'GET', path: `${COMMENT}/reactions`, needs: 'issues:read', handle: reactions },
  { method: 'POST', path: `${COMMENT}/reactions`, needs: 'issues:write', handle: react },
  { method: 'POST', path: `${ISSUE}/labels`, needs: WRITE, handle: addLabels },
  { method: 'GET', path: `${ISSUE}/events`, needs: READ, handle: events },
  { method: 'GET', path: `${ISSUE}/timeline`, needs: READ, handle: events },
];

/** GitHub refuses longer comments. */
const BODY_LIMIT = 65_536;

function shown(call: Call, comment: Comment): Json {
  return commentJson(call.hub, call.repository, comment);
}

function commentOf(call: Call): Comment {
  const found = call.repository.comments.find((comment) => comment.id === Number(call.params['comment_id']));
  if (found === undefined) throw notFound();
  return found;
}

function list(call: Call) {
  const { number } = issueOf(call);
  const found = since(call).filter((comment) => comment.issue === number);
  return page(call, found, (comment) => shown(call, comment));
}

function listAll(call: Call) {
  return page(call, since(call), (comment) => shown(call, comment));
}

function since(call: Call) {
  const from = call.query.get('since');
  const { comments } = call.repository;
  return from === null ? comments : comments.filter(({ updatedAt }) => Date.parse(updatedAt) >= Date.parse(from));
}

function bodyOf(call: Call): string {
  const body = text(call.body, 'body');
  if (body === '')
    throw unprocessable('Validation Failed', [{ resource: 'IssueComment', code: 'missing_field', field: 'body' }]);
  if (body.length > BODY_LIMIT) {
    throw unprocessable('Validation Failed', [
      {
        resource: 'IssueComment',
        code: 'custom',
        field: 'body',
        message: `body is too long (maximum is ${BODY_LIMIT} characters)`,
      },
    ]);
  }
  return body;
}

function create(call: Call) {
  const { account, actor, hub, repository } = call;
  const about = issueOf(call);
  const at = hub.clock.now();
  const app = actor.kind === 'installation' ? actor.app : null;
  const comment: Comment = {
    id: hub.nextId(),
    issue: about.number,
    user: account,
    app,
    body: bodyOf(call),
    createdAt: at,
    updatedAt: at,
    reactions: [],
  };
  repository.comments.push(comment);
  emitComment(hub, repository, comment, 'created', account);
  return created(shown(call, comment));
}

/** One's own comments, or anybody's for a maintainer; an App edits only its own. */
function mayChange(call: Call, comment: Comment): boolean {
  if (comment.user.id === call.account.id) return true;
  return call.actor.kind === 'user' && atLeast(roleOf(call.hub, call.repository, call.account), 'write');
}

function edit(call: Call) {
  const { account, hub, repository } = call;
  const comment = commentOf(call);
  if (!mayChange(call, comment)) throw forbidden();
  const from = comment.body;
  const at = hub.clock.now();
  Object.assign(comment, { body: bodyOf(call), updatedAt: at });
  if (from !== comment.body) comment.edited = { at, by: account };
  emitComment(hub, repository, comment, 'edited', account, { changes: { body: { from } } });
  return ok(shown(call, comment));
}

function remove(call: Call) {
  const { account, hub, repository } = call;
  const comment = commentOf(call);
  if (!mayChange(call, comment)) throw forbidden();
  repository.comments.splice(repository.comments.indexOf(comment), 1);
  emitComment(hub, repository, comment, 'deleted', account);
  return noContent();
}

type Reaction = Comment['reactions'][number];
const REACTIONS = new Set(['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes']);

function reactions(call: Call) {
  return page(call, commentOf(call).reactions, (each) => reactionJson(call, each));
}

function react(call: Call) {
  const comment = commentOf(call);
  const content = text(call.body, 'content');
  if (!REACTIONS.has(content))
    throw unprocessable('Validation Failed', [{ resource: 'Reaction', code: 'invalid', field: 'content' }]);
  const old = comment.reactions.find((each) => each.content === content && each.user.id === call.account.id);
  if (old !== undefined) return ok(reactionJson(call, old));
  const reaction = { id: call.hub.nextId(), user: call.account, content, at: call.hub.clock.now() };
  comment.reactions.push(reaction);
  return created(reactionJson(call, reaction));
}

function reactionJson(call: Call, reaction: Reaction): Json {
  const { at, content, id, user } = reaction;
  return { id, node_id: nodeId('Reaction', id), user: accountJson(call.hub, user), content, created_at: seconds(at) };
}

function addLabels(call: Call) {
  const pull = pullOf(call);
  for (const name of texts(call.body, 'labels')) if (!pull.labels.includes(name)) pull.labels.push(name);
  return ok(issueJson(call.hub, call.repository, pull)['labels']);
}

function events(call: Call) {
  return page(call, pullOf(call).events, (event) => issueEventJson(call.hub, call.repository, event));
}
