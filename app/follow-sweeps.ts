/**
 * Whether a sweep is owed: something merged that none has read, or something due that none has done. Runs are cancelled,
 * dropped and disabled without a word (threats 61, 78), so what counts is only what the ledger says was done.
 */
import { nextDue } from '../core/ledger/live.ts';
import { replay } from '../core/ledger/replay.ts';
import { call, serverDate } from '../github/client.ts';
import { fields, text } from '../github/read.ts';
import { dispatchSweep } from './dispatch-sweep.ts';
import type { Gate } from './gate.ts';
import { readEntries } from './ledger.ts';

/** Starts a sweep where one is owed, and says why; `null`: none is. Throws `GitHubError`. */
export async function followSweeps(gate: Gate, defaultBranch: string): Promise<string | null> {
  const ledger = await readEntries(gate);
  if (!ledger.ok) return null;
  const state = replay(ledger.entries);
  const github = await gate.connect(gate.repository);
  const response = await call(github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', {
    owner: gate.repository.owner,
    repo: gate.repository.name,
    ref: `heads/${defaultBranch}`,
  });
  const tip = text(fields(fields(response.data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha');
  const now = serverDate(response);
  const due = now === null ? null : nextDue(state, now);
  const isUnread = tip !== (state.read ?? state.genesis?.root.commit);
  const isDue = due !== null && now !== null && due <= now;
  if (!isUnread && !isDue) return null;
  const why = isUnread ? `no sweep has read ${tip}` : `what was due at ${due} is not done`;
  gate.log.warn({ why }, 'a sweep is owed; it is started');
  await dispatchSweep(gate);
  return why;
}
