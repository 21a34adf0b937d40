/** GitHub's REST API of Actions, as rows of the look-alike's route table. */

import { optionalFlag, optionalObject, text } from '../body.ts';
import { HttpError, notFound } from '../http-error.ts';
import { countedPage } from '../routes/answer.ts';
import type { Call, Route } from '../types.ts';
import type { Registered, Run } from './run.ts';
import { jobJson, runJson, runUrls, workflowJson } from './run-json.ts';
import type { Runner } from './runner.ts';

const ACTIONS = '/repos/{owner}/{repo}/actions';

type Actions = Omit<Runner, 'routes'>;

export function actionsRoutes(actions: Actions): readonly Route[] {
  const workflowOf = async (call: Call): Promise<Registered> => {
    const found = await actions.registry.find(call.repository, call.params['workflow_id'] ?? '');
    if (found === null) throw notFound();
    return found;
  };
  const runOf = (call: Call): Run => {
    const found = actions.runRecords(call.repository).find(({ id }) => String(id) === call.params['run_id']);
    if (found === undefined) throw notFound();
    return found;
  };
  const jobOf = (call: Call): { run: Run; job: Run['jobs'][number] } => {
    for (const run of actions.runRecords(call.repository)) {
      const job = run.jobs.find(({ id }) => String(id) === call.params['job_id']);
      if (job !== undefined) return { run, job };
    }
    throw notFound();
  };
  const setState = (state: Registered['state']) => async (call: Call) => {
    const workflow = await workflowOf(call);
    workflow.state = state;
    workflow.updatedAt = call.hub.clock.now();
    return { status: 204 };
  };
  return [
    {
      method: 'GET',
      path: `${ACTIONS}/workflows`,
      needs: 'actions:read',
      async handle(call) {
        const all = await actions.registry.list(call.repository);
        return countedPage(call, 'workflows', all, (workflow) => workflowJson(call.hub, call.repository, workflow));
      },
    },
    {
      method: 'GET',
      path: `${ACTIONS}/workflows/{workflow_id}`,
      needs: 'actions:read',
      handle: async (call) => ({ status: 200, body: workflowJson(call.hub, call.repository, await workflowOf(call)) }),
    },
    {
      method: 'PUT',
      path: `${ACTIONS}/workflows/{workflow_id}/disable`,
      needs: 'actions:write',
      handle: setState('disabled_manually'),
    },
    {
      method: 'PUT',
      path: `${ACTIONS}/workflows/{workflow_id}/enable`,
      needs: 'actions:write',
      handle: setState('active'),
    },
    {
      method: 'POST',
      path: `${ACTIONS}/workflows/{workflow_id}/dispatches`,
      needs: 'actions:write',
      async handle(call) {
        const workflow = await workflowOf(call);
        const ref = text(call.body, 'ref');
        const inputs = optionalObject(call.body, 'inputs') ?? {};
        const wantsDetails = optionalFlag(call.body, 'return_run_details') ?? false;
        const run = await actions.dispatch(call.repository, workflow, ref, inputs, call.account);
        const { api, html } = runUrls(call.hub, run);
        if (!wantsDetails) return { status: 204 };
        return { status: 200, body: { workflow_run_id: run.id, run_url: api, html_url: html } };
      },
    },
    {
      method: 'GET',
      path: `${ACTIONS}/workflows/{workflow_id}/runs`,
      needs: 'actions:read',
      async handle(call) {
        const workflow = await workflowOf(call);
        return runsPage(call, actions, (run) => run.registered === workflow);
      },
    },
    {
      method: 'GET',
      path: `${ACTIONS}/runs`,
      needs: 'actions:read',
      handle: (call) => runsPage(call, actions, () => true),
    },
    {
      method: 'GET',
      path: `${ACTIONS}/runs/{run_id}`,
      needs: 'actions:read',
      handle: (call) => ({ status: 200, body: runJson(call.hub, runOf(call)) }),
    },
    {
      method: 'POST',
      path: `${ACTIONS}/runs/{run_id}/cancel`,
      needs: 'actions:write',
      handle(call) {
        const run = runOf(call);
        if (run.status === 'completed') throw new HttpError(409, 'Cannot cancel a workflow run that is completed.');
        actions.cancel(run);
        return { status: 202, body: {} };
      },
    },
    {
      method: 'GET',
      path: `${ACTIONS}/runs/{run_id}/jobs`,
      needs: 'actions:read',
      handle(call) {
        const run = runOf(call);
        return countedPage(
          call,
          'jobs',
          run.jobs.filter(({ job }) => job !== null),
          (job) => jobJson(call.hub, run, job),
        );
      },
    },
    {
      method: 'GET',
      path: `${ACTIONS}/jobs/{job_id}`,
      needs: 'actions:read',
      handle(call) {
        const { run, job } = jobOf(call);
        return { status: 200, body: jobJson(call.hub, run, job) };
      },
    },
    {
      method: 'POST',
      path: '/repos/{owner}/{repo}/dispatches',
      needs: 'contents:write',
      async handle(call) {
        const sent = optionalObject(call.body, 'client_payload') ?? {};
        await actions.repositoryDispatch(call.repository, text(call.body, 'event_type'), sent, call.account);
        return { status: 204 };
      },
    },
  ];
}

function runsPage(call: Call, actions: Actions, isWanted: (run: Run) => boolean) {
  const { query } = call;
  const fits = (name: string, ...values: readonly (string | null)[]): boolean =>
    query.get(name) === null || values.includes(query.get(name));
  const newestFirst = actions
    .runRecords(call.repository)
    .filter(isWanted)
    .filter((run) => fits('event', run.trigger.event))
    .filter((run) => fits('status', run.status, run.conclusion))
    .filter((run) => fits('actor', run.trigger.actor.login))
    .filter((run) => fits('branch', String(runJson(call.hub, run)['head_branch'])))
    .filter((run) => fits('head_sha', run.trigger.sha))
    .filter((run) => isCreatedWithin(query.get('created'), run.createdAt))
    .reverse();
  return countedPage(call, 'workflow_runs', newestFirst, (run) => runJson(call.hub, run));
}

/** `created` takes GitHub's search syntax for dates; the forms that Gatepass uses: `>=`, `>`, `<=`, `<`, `a..b`. */
function isCreatedWithin(filter: string | null, at: string): boolean {
  if (filter === null) return true;
  const created = Math.floor(Date.parse(at) / 1000);
  const range = /^(.+)\.\.(.+)$/.exec(filter);
  const instant = (written: string): number => {
    const epoch = Date.parse(written) / 1000;
    if (Number.isNaN(epoch)) throw new HttpError(422, `\`created=${filter}\` is not a form the look-alike knows`);
    return epoch;
  };
  if (range !== null) return created >= instant(range[1] ?? '') && created <= instant(range[2] ?? '');
  const bound = /^(>=|<=|>|<)(.+)$/.exec(filter);
  const limit = instant(bound?.[2] ?? filter);
  switch (bound?.[1]) {
    case '>=':
      return created >= limit;
    case '>':
      return created > limit;
    case '<=':
      return created <= limit;
    case '<':
      return created < limit;
    default:
      return created === limit;
  }
}
