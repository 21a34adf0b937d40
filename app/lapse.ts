/**
 * Closes a request that nobody decided in time, as the organisation's settings say, and tells whoever opened it, where it
 * may. What it closed is recorded by the next sweep. It closes requests only, and never one that is allowed or cannot be
 * told.
 */
import { parseGovernance } from '../core/document/parse-governance.ts';
import { clock } from '../core/explain/verdict.ts';
import type { Decision } from '../core/policy/decision.ts';
import type { Evidence } from '../core/policy/evidence.ts';
import { lapsesAt } from '../core/policy/lapse.ts';
import { formatDuration, type Instant, type Milliseconds, plus } from '../core/time.ts';
import { call, callAll, type GitHub } from '../github/client.ts';
import { commentOnce, refusalOf } from '../github/comments.ts';
import { fields, instant } from '../github/read.ts';
import type { Gate } from './gate.ts';

/** `true`: it is closed now. Throws `GitHubError`. */
export async function lapseIfDue(
  gate: Gate,
  github: GitHub,
  { evidence, decision }: { readonly evidence: Evidence; readonly decision: Decision },
): Promise<boolean> {
  const governance = parseGovernance(evidence.governing.files);
  if (!governance.ok) return false;
  const { lapse } = governance.value.settings;
  const at = lapsesAt(evidence, decision, lapse);
  if (at === null || evidence.now < at) return false;
  const { number } = evidence.pullRequest;
  const reopened = await reopenedAt(gate, github, number);
  // Whoever opens it again asks for as much time again.
  if (reopened !== null && evidence.now < plus(reopened, lapse)) return false;
  // The words first, once each time that it lapses: a request that is closed is not looked at again.
  const marker = `<!-- gatepass:lapsed ${reopened ?? at} -->`;
  const said = { number, marker, body: lapsedComment(evidence, at, lapse) };
  const why = await refusalOf(commentOnce(github, gate.repository, gate.appId, said));
  if (why !== null) gate.log.warn({ pullRequest: number, why }, 'it lapses, and the comment could not be written');
  await call(github, 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
    owner: gate.repository.owner,
    repo: gate.repository.name,
    pull_number: number,
    state: 'closed',
  });
  gate.log.info({ pullRequest: number }, 'nobody decided it in time: it lapsed');
  return true;
}

function lapsedComment({ pullRequest: { openedAt } }: Evidence, at: Instant, lapse: Milliseconds): string {
  const why =
    at < plus(openedAt, lapse)
      ? `It could not begin by ${clock(at)} any more`
      : `Nobody decided it within ${formatDuration(lapse)}`;
  return `${why}, so it lapsed, and nothing was granted. Still needed? Reopen it, or open a new pull request.`;
}

async function reopenedAt(gate: Gate, github: GitHub, number: number): Promise<Instant | null> {
  const events = await callAll(github, 'GET /repos/{owner}/{repo}/issues/{issue_number}/events', {
    owner: gate.repository.owner,
    repo: gate.repository.name,
    issue_number: number,
  });
  const again = events.map((event) => fields(event, 'issue event')).filter((event) => event['event'] === 'reopened');
  return (
    again
      .map((event) => instant(event['created_at'], 'issue event created_at'))
      .sort()
      .at(-1) ?? null
  );
}
