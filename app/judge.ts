/** The judgement of one open pull request, with the ledger as this gate relies on it. Throws `GitHubError`. */
import type { GitHub } from '../github/client.ts';
import { type Judgement, judgeOpen } from '../github/judge-open.ts';
import type { Gate } from './gate.ts';
import { readEntries } from './ledger.ts';

export function judge(
  gate: Gate,
  github: GitHub,
  pull: { readonly number: number; readonly head: string; readonly base: string },
): Promise<Judgement> {
  const { repository, git: cache } = gate;
  return judgeOpen(github, { repository, pull, ledger: () => readEntries(gate), cache });
}
