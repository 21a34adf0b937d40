/**
 * Runs a GitHub workflow once. A start cannot be repeated safely, so it is never tried twice here: when the answer is
 * lost, the effect is unknown, and `find` tells later whether a run was created. A run counts only if it is ours: of the
 * workflow, by hand of our App, at the ref, with the correlation in its name. Others can dispatch workflows too.
 *
 * The workflow has to take the input `gatepass` and show it: `run-name: restart (${{ inputs.gatepass }})`.
 */
import { githubApi, numberIn, textIn } from '../github-api.ts';
import { type ActionRunner, type Io, ProviderError, type RunState } from '../provider.ts';

/** Name of the workflow input that carries the correlation. */
export const CORRELATION_INPUT = 'gatepass';

/** A workflow that shows such an input in its name would pass for the run of another grant. */
const LIKE_CORRELATION = /gatepass-\d+-/i;

/** GitHub's limit. */
const MOST_INPUTS = 25;

export function openWorkflows(io: Io): ActionRunner {
  const api = githubApi(io);
  return {
    start: async (run, correlation) => {
      const inputs = { ...run.inputs, [CORRELATION_INPUT]: correlation };
      if (Object.keys(inputs).length > MOST_INPUTS) {
        throw new ProviderError('configuration', `a workflow takes at most ${MOST_INPUTS} inputs, one of them ours`);
      }
      if (Object.values(run.inputs).some((value) => LIKE_CORRELATION.test(String(value)))) {
        const message = 'an input looks like the mark of a run, `gatepass-<n>-…`; write it otherwise';
        throw new ProviderError('configuration', message);
      }
      const body = { ref: run.ref, inputs, return_run_details: true };
      const answer = await api.call('POST', `${workflowPath(run)}/dispatches`, { body, expected: [404, 422] });
      if (answer.status === 404 || answer.status === 422) throw notStarted(run, answer.status, answer.message);
      const id = (answer.data as { workflow_run_id?: unknown } | null)?.workflow_run_id;
      // An older server takes the order and does not say which run it became.
      if (typeof id !== 'number') {
        throw new ProviderError('run-unknown', 'GitHub started a run without naming it', { effect: 'unknown' });
      }
      return { runId: id, url: textIn(answer.data, 'html_url'), state: 'running', detail: null };
    },
    find: async (run, correlation) => {
      const created = run.after === undefined ? '' : `&created=${encodeURIComponent(`>=${secondsOf(run.after)}`)}`;
      const path = `${workflowPath(run)}/runs?event=workflow_dispatch${created}`;
      const runs = await api.list(path, { under: 'workflow_runs' });
      const ours = runs.filter((each) => problemOf(each, { ...run, correlation }, io) === null);
      ours.sort((a, b) => numberIn(a, 'id') - numberIn(b, 'id'));
      return ours[0] === undefined ? null : stateOf(ours[0]);
    },
    follow: async (run, runId) => {
      const { data } = await api.call('GET', `${repositoryPath(run.repository)}/actions/runs/${runId}`);
      const problem = problemOf(data as Record<string, unknown>, run, io);
      if (problem !== null) throw new ProviderError('not-our-run', `the run ${runId} is not ours: ${problem}`);
      return stateOf(data);
    },
  };
}

function notStarted(run: { repository: string; workflow: string }, status: number, message: string): ProviderError {
  const hint = /unexpected inputs/i.test(message)
    ? `; the workflow has to take the input \`${CORRELATION_INPUT}\``
    : '; the applier app needs the permission Actions: read and write there';
  const said = message === '' ? `GitHub answered ${status}` : message;
  return new ProviderError(
    'not-started',
    `\`${run.workflow}\` in \`${run.repository}\` was not started: ${said}${hint}`,
  );
}

function workflowPath(run: { repository: string; workflow: string }): string {
  return `${repositoryPath(run.repository)}/actions/workflows/${encodeURIComponent(run.workflow)}`;
}

function repositoryPath(repository: string): string {
  const [owner, name, ...rest] = repository.split('/');
  if (owner === undefined || name === undefined || name === '' || rest.length > 0) {
    throw new ProviderError('configuration', `\`${repository}\` is not a repository; expected owner/name`);
  }
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}

/** GitHub compares in whole seconds. */
function secondsOf(at: string): string {
  return `${at.slice(0, 19)}Z`;
}

interface Expected {
  readonly workflow?: string;
  readonly ref?: string;
  readonly correlation?: string;
}

/** Why a run is not the one that was started; `null`: it is. */
function problemOf(run: Record<string, unknown>, expected: Expected, io: Io): string | null {
  const actor = run['actor'] as { login?: unknown; type?: unknown } | null;
  if (run['event'] !== 'workflow_dispatch') return `it was started by \`${String(run['event'])}\``;
  const isOurs = io.githubActor === undefined ? actor?.type === 'Bot' : actor?.login === io.githubActor;
  if (!isOurs) return `it was started by \`${String(actor?.login)}\``;
  if (expected.ref !== undefined && run['head_branch'] !== branchOf(expected.ref)) {
    return `it runs at \`${String(run['head_branch'])}\``;
  }
  if (
    expected.workflow !== undefined &&
    !isWorkflow(String(run['path']), expected.workflow, numberIn(run, 'workflow_id'))
  ) {
    return `it runs \`${String(run['path'])}\``;
  }
  const words = String(run['display_title']).split(/[\s()[\]{},;]+/);
  if (expected.correlation !== undefined && !words.includes(expected.correlation)) {
    return `its name does not hold \`${expected.correlation}\``;
  }
  return null;
}

function branchOf(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

/** A workflow is named by its file or its id. GitHub may put `@ref` behind the path. */
function isWorkflow(path: string, workflow: string, id: number): boolean {
  return path.split('@')[0] === `.github/workflows/${workflow}` || String(id) === workflow;
}

function stateOf(run: unknown): RunState {
  const common = { runId: numberIn(run, 'id'), url: textIn(run, 'html_url') };
  if (textIn(run, 'status') !== 'completed') return { ...common, state: 'running', detail: null };
  const conclusion = textIn(run, 'conclusion');
  return conclusion === 'success'
    ? { ...common, state: 'done', detail: null }
    : { ...common, state: 'failed', detail: `the run ended as \`${conclusion}\`` };
}
