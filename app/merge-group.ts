/**
 * The merge queue is refused: it merges a combination that nobody decided, under commits that no review names. The group's
 * check fails with the setting to change; it never passes, whatever the pull requests in it say.
 */
import { refusedRun } from '../core/explain/check-run.ts';
import { publishCheck, readCheck } from '../github/check-runs.ts';
import { type Gate, pageOf } from './gate.ts';

/** `head`: the group's own commit. Throws `GitHubError`; without a check the group does not pass either. */
export async function refuseMergeGroup(gate: Gate, head: string): Promise<void> {
  const github = await gate.connect(gate.repository);
  const target = { repository: gate.repository, head, binding: 'merge-queue' };
  const existing = await readCheck(github, target, gate.appId);
  const why =
    'A merge queue merges requests together, as commits that nobody decided and no review names, so nothing of it could ' +
    `be proved later. An administrator clears "Require merge queue" in the branch rules: ${pageOf(gate)}/settings/rules. ` +
    'Then the pull request merges by itself, or by its merge button.';
  await publishCheck(github, target, existing, refusedRun('The merge queue is not supported', why));
}
