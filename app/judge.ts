/**
 * The judgement of one open pull request, with the ledger as this gate relies on it. What is allowed is held while sweeps
 * are silent: nobody would grant it, or take it back. Break-glass never waits for that.
 */
import { silenceIn } from '../core/ledger/owed.ts';
import type { GitHub } from '../github/client.ts';
import { type Judgement, judgeOpen } from '../github/judge-open.ts';
import type { Gate } from './gate.ts';
import { readEntries } from './ledger.ts';
import { readPulse } from './pulse.ts';

/** Throws `GitHubError`. */
export async function judge(
  gate: Gate,
  github: GitHub,
  pull: { readonly number: number; readonly head: string; readonly base: string },
): Promise<Judgement> {
  const { repository, git: cache } = gate;
  const judgement = await judgeOpen(github, { repository, pull, ledger: () => readEntries(gate), cache });
  return judgement.is === 'decided' ? heldOr(gate, judgement) : judgement;
}

/** What is remembered of the sweeps may be old: before anybody is held, it is read again. */
async function heldOr(gate: Gate, decided: Extract<Judgement, { is: 'decided' }>): Promise<Judgement> {
  const { evidence, decision } = decided;
  if (decision.pullKind !== 'request' || decision.verdict !== 'allow') return decided;
  const asked = decision.asked?.request;
  if (asked?.kind === 'AccessRequest' && asked.breakGlass) return decided;
  const zones = decision.bindings.map(({ zone }) => zone);
  const known = gate.clock.pulse;
  if (known !== null && silenceIn(known, zones, evidence.now) === null) return decided;
  const read = await readPulse(gate);
  const silence = read === null ? null : silenceIn(read.pulse, zones, read.now);
  if (read !== null && silence !== null) gate.clock.held.set(silence.zone, read.now);
  return silence === null ? decided : { ...decided, is: 'held', since: silence.since, why: silence.why };
}
