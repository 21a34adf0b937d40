/** Asks GitHub to run the sweep now. A hint: without the permission, or when it fails, the schedule comes anyway. */
import { call, GitHubError } from '../github/client.ts';
import { fields, text } from '../github/read.ts';
import { fullName, type Gate } from './gate.ts';

/** The workflow file that `gatepass init` writes, in the repository that holds the ledger. */
const WORKFLOW = 'gatepass.yml';

export async function dispatchSweep(gate: Gate): Promise<void> {
  const name = { owner: gate.ledger.owner, repo: gate.ledger.name };
  try {
    const github = await gate.connect(gate.ledger);
    const { data } = await call(github, 'GET /repos/{owner}/{repo}', name);
    const branch = text(fields(data, 'repository')['default_branch'], 'default branch');
    await call(github, 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', {
      ...name,
      workflow_id: WORKFLOW,
      ref: branch,
    });
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    gate.log.warn(
      { repository: fullName(gate.ledger), code: error.code },
      'could not start a sweep; its schedule will',
    );
  }
}
