/**
 * GitHub switches scheduled workflows off: after 60 days without activity in a public repository, or when somebody does
 * it by hand. A workflow that is off takes no dispatch either, so the gate switches it on again, or says who must.
 */
import { call, GitHubError } from '../github/client.ts';
import { fields, text } from '../github/read.ts';
import { alarm, calm } from './alarm.ts';
import { WORKFLOW } from './dispatch-sweep.ts';
import { fullName, type Gate } from './gate.ts';

/** Whether it was on, is on again, or stays off. Throws the `GitHubError`s that pass by themselves. */
export async function mendWorkflow(gate: Gate): Promise<'on' | 'mended' | 'off'> {
  const name = { owner: gate.ledger.owner, repo: gate.ledger.name, workflow_id: WORKFLOW };
  const where = `.github/workflows/${WORKFLOW} in ${fullName(gate.ledger)}`;
  let state = 'missing';
  try {
    const github = await gate.connect(gate.ledger);
    const { data } = await call(github, 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}', name);
    state = text(fields(data, 'workflow')['state'], 'workflow state');
    if (state !== 'active') {
      await call(github, 'PUT /repos/{owner}/{repo}/actions/workflows/{workflow_id}/enable', name);
      gate.log.warn({ was: state }, `${where} was switched off; it is switched on again`);
    }
    calm(gate, 'sweep-off');
    return state === 'active' ? 'on' : 'mended';
  } catch (error) {
    if (!(error instanceof GitHubError) || error.isRetryable) throw error;
    alarm(gate, {
      key: 'sweep-off',
      severity: 'critical',
      message: `the workflow of the sweep is ${state.replaceAll('_', ' ')}, and the app cannot change that: ${error.message}`,
      next: `see that ${where} is there, and switch it on: gh workflow enable ${WORKFLOW} --repo ${fullName(gate.ledger)}`,
    });
    return 'off';
  }
}
