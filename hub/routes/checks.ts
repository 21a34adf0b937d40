/** Check runs, which only their own App may write. */
import { objects, optionalChoice, optionalNumber, optionalObject, optionalText, text } from '../body.ts';
import { emitCheckRun } from '../events.ts';
import { forbidden, notFound, unprocessable } from '../http-error.ts';
import { checkRunJson, checkSuiteJson } from '../json/check.ts';
import { minimalRepositoryJson, repositoryUrl } from '../json/repository.ts';
import type { App, CheckRun, Json } from '../model.ts';
import type { Call, Route } from '../types.ts';
import { countedPage, created, ok, page } from './answer.ts';

const REPOSITORY = '/repos/{owner}/{repo}';
const RUN = `${REPOSITORY}/check-runs/{check_run_id}`;
const STATUSES = ['queued', 'in_progress', 'completed'] as const;
const CONCLUSIONS = ['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required'] as const;
const LEVELS = ['notice', 'warning', 'failure'] as const;
/** GitHub's limits: annotations in one request, characters of summary and text, buttons. */
const ANNOTATIONS = 50;
const CHARACTERS = 65_535;
const ACTIONS = 3;

export const checkRoutes: readonly Route[] = [
  { method: 'POST', path: `${REPOSITORY}/check-runs`, needs: 'checks:write', handle: create },
  { method: 'GET', path: RUN, needs: 'checks:read', handle: (call) => ok(shown(call, runOf(call))) },
  { method: 'PATCH', path: RUN, needs: 'checks:write', handle: update },
  {
    method: 'GET',
    path: `${RUN}/annotations`,
    needs: 'checks:read',
    handle: (call) => page(call, runOf(call).annotations, (annotation) => annotation),
  },
  { method: 'POST', path: `${RUN}/rerequest`, needs: 'checks:write', handle: rerequest },
  { method: 'GET', path: `${REPOSITORY}/check-suites/{check_suite_id}`, needs: 'checks:read', handle: suite },
  { method: 'GET', path: `${REPOSITORY}/commits/{ref}/check-runs`, needs: 'checks:read', handle: list },
];

function shown(call: Call, run: CheckRun): Json {
  return checkRunJson(call.hub, call.repository, run);
}

function runOf(call: Call): CheckRun {
  const found = call.repository.checkRuns.find((run) => run.id === Number(call.params['check_run_id']));
  if (found === undefined) throw notFound();
  return found;
}

function appOf(call: Call): App {
  if (call.actor.kind !== 'installation') throw forbidden('You must authenticate via a GitHub App.');
  return call.actor.app;
}

async function create(call: Call) {
  const { body, hub, repository } = call;
  const app = appOf(call);
  const headSha = text(body, 'head_sha');
  if ((await repository.git.commit(headSha)) === null) throw unprocessable(`No commit found for SHA: ${headSha}`);
  const mate = repository.checkRuns.find((run) => run.headSha === headSha && run.app === app);
  const run: CheckRun = {
    id: hub.nextId(),
    app,
    headSha,
    suiteId: mate?.suiteId ?? hub.nextId(),
    name: text(body, 'name'),
    externalId: '',
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: hub.clock.now(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  };
  fill(call, run);
  repository.checkRuns.push(run);
  emitCheckRun(hub, repository, run, 'created', call.account);
  if (run.status === 'completed') emitCheckRun(hub, repository, run, 'completed', call.account);
  return created(shown(call, run));
}

function update(call: Call) {
  const run = runOf(call);
  if (run.app !== appOf(call))
    throw forbidden(
      'Invalid app_id `' +
        `${appOf(call).id}` +
        '` - check run can only be modified by the GitHub App that created it.',
    );
  const wasDone = run.status === 'completed';
  fill(call, run);
  if (!wasDone && run.status === 'completed') emitCheckRun(call.hub, call.repository, run, 'completed', call.account);
  return ok(shown(call, run));
}

/** Takes the fields that were sent; annotations add up over requests. All is checked before anything is taken. */
function fill(call: Call, run: CheckRun): void {
  const { body, hub } = call;
  const conclusion = optionalChoice(body, 'conclusion', CONCLUSIONS);
  const status = conclusion === undefined ? optionalChoice(body, 'status', STATUSES) : 'completed';
  if (status === 'completed' && conclusion === undefined && run.conclusion === null) {
    throw unprocessable('Invalid request.\n\n"conclusion" wasn\'t supplied.');
  }
  const output = optionalObject(body, 'output');
  const annotations = output === undefined ? [] : readAnnotations(output);
  const told = output === undefined ? run.output : readOutput(output);
  const actions = objects(body, 'actions');
  if (actions.length > ACTIONS)
    throw unprocessable(
      `Invalid request.\n\nNo more than ${ACTIONS} items are allowed; ${actions.length} were supplied.`,
    );
  for (const action of actions) checkAction(action);
  run.name = optionalText(body, 'name') ?? run.name;
  run.externalId = optionalText(body, 'external_id') ?? run.externalId;
  run.detailsUrl = optionalText(body, 'details_url') ?? run.detailsUrl;
  run.startedAt = optionalText(body, 'started_at') ?? run.startedAt;
  run.output = told;
  run.annotations.push(...annotations);
  if (body['actions'] !== undefined) run.actions = [...actions];
  if (status !== undefined) run.status = status;
  // A run that is taken up again has no conclusion.
  run.conclusion = run.status === 'completed' ? (conclusion ?? run.conclusion) : null;
  run.completedAt =
    run.status === 'completed' ? (optionalText(body, 'completed_at') ?? run.completedAt ?? hub.clock.now()) : null;
}

function readOutput(output: Json): CheckRun['output'] {
  const told = {
    title: text(output, 'title'),
    summary: text(output, 'summary'),
    text: optionalText(output, 'text') ?? null,
  };
  for (const field of ['summary', 'text'] as const) {
    if ((told[field]?.length ?? 0) > CHARACTERS) {
      throw unprocessable(
        `Invalid request.\n\nOnly ${CHARACTERS} characters are allowed for output.${field}; ${told[field]?.length} were supplied.`,
      );
    }
  }
  return told;
}

function readAnnotations(output: Json): Json[] {
  const given = objects(output, 'annotations');
  if (given.length > ANNOTATIONS) {
    throw unprocessable(
      `Invalid request.\n\nNo more than ${ANNOTATIONS} items are allowed for output.annotations; ${given.length} were supplied.`,
    );
  }
  return given.map((each) => {
    const annotation_level = optionalChoice(each, 'annotation_level', LEVELS);
    const [start_line, end_line] = [optionalNumber(each, 'start_line'), optionalNumber(each, 'end_line')];
    if (annotation_level === undefined || start_line === undefined || end_line === undefined) {
      throw unprocessable('Invalid request.\n\n"annotation_level", "start_line" and "end_line" are required.');
    }
    return {
      path: text(each, 'path'),
      blob_href: '',
      start_line,
      end_line,
      start_column: optionalNumber(each, 'start_column') ?? null,
      end_column: optionalNumber(each, 'end_column') ?? null,
      annotation_level,
      title: optionalText(each, 'title') ?? null,
      message: text(each, 'message'),
      raw_details: optionalText(each, 'raw_details') ?? null,
    };
  });
}

function checkAction(action: Json): void {
  const limits = { label: 20, identifier: 20, description: 40 };
  for (const [field, limit] of Object.entries(limits)) {
    if (text(action, field).length > limit)
      throw unprocessable(`Invalid request.\n\nOnly ${limit} characters are allowed for actions.${field}.`);
  }
}

function rerequest(call: Call) {
  const run = runOf(call);
  emitCheckRun(call.hub, call.repository, run, 'rerequested', call.account);
  return created({});
}

/** The latest of each name and App unless `filter=all`, newest first. */
async function list(call: Call) {
  const { query, repository } = call;
  const sha = await repository.git.resolve(call.params['ref'] ?? '');
  if (sha === null) throw unprocessable(`No commit found for SHA: ${call.params['ref']}`);
  const all = repository.checkRuns.filter(
    (run) =>
      run.headSha === sha &&
      (query.get('check_name') === null || run.name === query.get('check_name')) &&
      (query.get('app_id') === null || String(run.app.id) === query.get('app_id')) &&
      (query.get('status') === null || run.status === query.get('status')),
  );
  const latest = [...new Map(all.map((run) => [`${run.app.id} ${run.name}`, run])).values()];
  const found = query.get('filter') === 'all' ? all : latest;
  return countedPage(call, 'check_runs', found.reverse(), (run) => shown(call, run));
}

async function suite(call: Call) {
  const run = call.repository.checkRuns.find((each) => each.suiteId === Number(call.params['check_suite_id']));
  const commit = run === undefined ? null : await call.repository.git.commit(run.headSha);
  if (run === undefined || commit === null) throw notFound();
  const { sha, tree, message, author, committer } = commit;
  const person = ({ name, email }: { name: string; email: string }) => ({ name, email });
  return ok({
    ...checkSuiteJson(call.hub, call.repository, run),
    repository: minimalRepositoryJson(call.hub, call.repository),
    head_commit: {
      id: sha,
      tree_id: tree,
      message,
      timestamp: author.date,
      author: person(author),
      committer: person(committer),
    },
    latest_check_runs_count: call.repository.checkRuns.filter((each) => each.suiteId === run.suiteId).length,
    check_runs_url: `${repositoryUrl(call.hub, call.repository)}/check-suites/${run.suiteId}/check-runs`,
  });
}
