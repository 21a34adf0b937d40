/** Required status checks: whether each is there, from the app it is pinned to, and green. */
import { objects, optionalNumber, optionalText } from '../body.ts';
import type { Repository, Rule } from '../model.ts';

const GREEN = new Set(['success', 'neutral', 'skipped']);

/** A sentence for each required check that is not green at a commit. */
export function missingChecks(repository: Repository, rule: Rule, sha: string): string[] {
  return objects(rule.parameters ?? {}, 'required_status_checks').flatMap((wanted) => {
    const context = optionalText(wanted, 'context') ?? '';
    const state = checkState(repository, context, optionalNumber(wanted, 'integration_id') ?? null, sha);
    return state === 'green' ? [] : [`Required status check "${context}" is ${state}.`];
  });
}

/** A pinned check counts only from its app; unpinned, a check run and a status of that name must both be green. */
function checkState(repository: Repository, context: string, app: number | null, sha: string): string {
  const runs = repository.checkRuns.filter(
    (run) => run.headSha === sha && run.name === context && (app === null || run.app.id === app),
  );
  const latest = new Map(runs.map((run) => [run.app.id, run]));
  const statuses = repository.statuses.filter((status) => status.sha === sha && status.context === context);
  const status = app === null ? statuses.at(-1) : undefined;
  if (latest.size === 0 && status === undefined) return 'expected';
  if ([...latest.values()].some((run) => run.status !== 'completed')) return 'in progress';
  const isGreen = [...latest.values()].every((run) => GREEN.has(run.conclusion ?? ''));
  return isGreen && (status === undefined || status.state === 'success') ? 'green' : 'failing';
}

/** Whether anything at a commit is red or running: `unstable` when nothing requires it. */
export function isUnstable(repository: Repository, sha: string): boolean {
  const latest = new Map(
    repository.checkRuns.filter((run) => run.headSha === sha).map((run) => [`${run.app.id} ${run.name}`, run]),
  );
  return [...latest.values()].some((run) => !GREEN.has(run.conclusion ?? ''));
}
