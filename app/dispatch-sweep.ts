/**
 * Asks GitHub to run the sweep, and what became of a run. A hint only: what a run says of itself proves nothing, the
 * ledger does. Without the permission, or when it fails, the schedule comes anyway.
 */
import type { Instant } from '../core/time.ts';
import { readBranchTip } from '../github/branch-store.ts';
import { call, type GitHub, GitHubError, serverDate } from '../github/client.ts';
import { LEDGER_BRANCH } from '../github/ledger-store.ts';
import { fields, integer, list, text, textOrEmpty } from '../github/read.ts';
import { fullName, type Gate } from './gate.ts';

/** The workflow file that `gatepass init` writes, in the repository that holds the ledger. One, whatever its zones. */
export const WORKFLOW = 'gatepass.yml';

export type Dispatched =
  /** `run`: `null` where GitHub does not say which, as older GitHub Enterprise Servers. */
  { readonly is: 'sent'; readonly run: number | null } | { readonly is: 'refused'; readonly why: string };

/**
 * Throws the `GitHubError`s that pass by themselves; what a person has to mend is said.
 * @param known the default branch of the sweep's repository, where a call to ask for it is one too many
 */
export async function startSweep(gate: Gate, known: string | null = null): Promise<Dispatched> {
  try {
    const github = await gate.connect(gate.ledger);
    const branch = known ?? (await readBranch(gate, github));
    return { is: 'sent', run: await send(gate, github, branch) };
  } catch (error) {
    if (!(error instanceof GitHubError) || error.isRetryable) throw error;
    const facts = { repository: fullName(gate.ledger), code: error.code };
    gate.log.warn(facts, 'could not start a sweep; its schedule will');
    return { is: 'refused', why: error.message };
  }
}

async function readBranch(gate: Gate, github: GitHub): Promise<string> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}', nameOf(gate));
  gate.clock.branch = text(fields(data, 'repository')['default_branch'], 'default branch');
  return gate.clock.branch;
}

/** GitHub's clock, from an answer that little can spoil; `null`: it gives none. Throws `GitHubError`. */
export async function readClock(gate: Gate): Promise<Instant | null> {
  const github = await gate.connect(gate.ledger);
  return serverDate(await call(github, 'GET /repos/{owner}/{repo}', nameOf(gate)));
}

/** Whether somebody has begun a ledger. Throws `GitHubError`. */
export async function hasLedger(gate: Gate): Promise<boolean> {
  return (await readBranchTip(await gate.connect(gate.ledger), gate.ledger, LEDGER_BRANCH)) !== null;
}

/** For whom a hint is enough: what is owed, the clock finds out. */
export async function dispatchSweep(gate: Gate): Promise<void> {
  try {
    await startSweep(gate);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    gate.log.warn(
      { repository: fullName(gate.ledger), code: error.code },
      'could not start a sweep; its schedule will',
    );
  }
}

/** `return_run_details` since 2026-02-19 (github.blog, "Workflow dispatch API now returns run IDs"). */
async function send(gate: Gate, github: GitHub, ref: string): Promise<number | null> {
  const route = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';
  const asked = { ...nameOf(gate), workflow_id: WORKFLOW, ref };
  try {
    const { status, data } = await call(github, route, { ...asked, return_run_details: true });
    return status === 204 ? null : integer(fields(data, 'dispatched run')['workflow_run_id'], 'workflow_run_id');
  } catch (error) {
    const isUnknownThere = error instanceof GitHubError && /return_run_details/.test(error.message);
    if (!isUnknownThere) throw error;
    await call(github, route, asked);
    return null;
  }
}

export interface RunState {
  readonly isOver: boolean;
  /** GitHub's word: `queued`, `in_progress`, `success`, `cancelled` … */
  readonly is: string;
  /** GitHub's clock when it said so. */
  readonly at: Instant;
}

/** `null`: GitHub has no such run any more, or does not show it. Throws the `GitHubError`s that pass by themselves. */
export async function readRun(gate: Gate, run: number): Promise<RunState | null> {
  const github = await gate.connect(gate.ledger);
  const parameters = { ...nameOf(gate), run_id: run };
  const response = await unlessRefused(call(github, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}', parameters));
  if (response === null) return null;
  const found = fields(response.data, 'run');
  const isOver = found['status'] === 'completed';
  const at = serverDate(response);
  if (at === null) throw new GitHubError('unexpected', 'GitHub sent no `Date` header, so the time is unknown');
  return { isOver, is: textOrEmpty(isOver ? found['conclusion'] : found['status']), at };
}

/** Not `waiting`: that one waits for a person who lets it into its environment, and a merge does not. */
const ON_ITS_WAY: ReadonlySet<unknown> = new Set(['queued', 'requested', 'pending', 'in_progress']);

/** A run for this commit that is still on its way; `null`: none is seen. Throws the `GitHubError`s that pass by themselves. */
export async function findRunOf(gate: Gate, commit: string): Promise<number | null> {
  const github = await gate.connect(gate.ledger);
  const route = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
  const parameters = { ...nameOf(gate), workflow_id: WORKFLOW, head_sha: commit, per_page: 10 };
  const response = await unlessRefused(call(github, route, parameters));
  if (response === null) return null;
  const runs = list(fields(response.data, 'runs')['workflow_runs'], 'workflow_runs').map((run) => fields(run, 'run'));
  const open = runs.find((run) => ON_ITS_WAY.has(run['status']));
  return open === undefined ? null : integer(open['id'], 'run id');
}

async function unlessRefused<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof GitHubError && !error.isRetryable) return null;
    throw error;
  }
}

function nameOf(gate: Gate): { readonly owner: string; readonly repo: string } {
  return { owner: gate.ledger.owner, repo: gate.ledger.name };
}
