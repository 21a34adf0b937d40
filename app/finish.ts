/** A pull request that is closed: its comment becomes the timeline of what the ledger says, or says it was withdrawn. */
import { plainComment } from '../core/explain/sticky-comment.ts';
import { pullRequestsIn, timelineComment } from '../core/explain/timeline-comment.ts';
import type { Entry } from '../core/ledger/entry.ts';
import type { GitHub } from '../github/client.ts';
import { isHousekeeping } from '../github/housekeeping-branch.ts';
import { readTwins } from '../github/merge.ts';
import type { PullRequestFacts } from '../github/pull-request.ts';
import { extendLink } from './extend-link.ts';
import type { Gate } from './gate.ts';
import { readEntries } from './ledger.ts';
import type { Again } from './queue.ts';
import { say } from './say.ts';

/** Whoever shared the head has the commit's check for itself now, so it is evaluated again. */
export async function finish(gate: Gate, github: GitHub, facts: PullRequestFacts): Promise<Again> {
  const { number, author, head, base, state } = facts.pullRequest;
  for (const twin of await readTwins(github, gate.repository, { number, head: head.sha, base: base.ref })) {
    gate.enqueue(twin);
  }
  if (state === 'closed') {
    await tellClosed(gate, github, number, base.ref);
    return null;
  }
  if (author.type === 'Bot' && isHousekeeping(head.ref, author, await gate.login())) {
    const why =
      'The ledger keeps what these requests led to. A file whose grant was not over ends nothing: it is an alarm.';
    await say(gate, github, number, plainComment('⚫', 'Tidied away', why));
    return null;
  }
  const ledger = await readEntries(gate);
  await tell(gate, github, number, ledger.ok ? ledger.entries : [], base.ref);
  return null;
}

/** By whom, and as what, the next sweep finds out and writes down. */
async function tellClosed(gate: Gate, github: GitHub, number: number, branch: string): Promise<void> {
  const ledger = await readEntries(gate);
  const entries = ledger.ok ? ledger.entries : [];
  const isRecorded = entries.some((entry) => entry.type === 'closed' && entry.request.pullRequest === number);
  if (isRecorded) return tell(gate, github, number, entries, branch);
  const why = 'Nothing was granted. A new pull request asks anew.';
  await say(gate, github, number, plainComment('⚫', 'Closed without a merge', why));
}

/** How many of the newest entries are looked at when the app has seen none yet. */
const FIRST_LOOK = 100;

/**
 * After a sweep wrote to the ledger: the comments of every pull request that it wrote about.
 * @param seen the last entry's number that was told already; `null`: none yet
 * @returns the number to give next time
 */
export async function tellNews(gate: Gate, seen: number | null, defaultBranch: string): Promise<number | null> {
  const ledger = await readEntries(gate);
  if (!ledger.ok) {
    gate.log.warn({ why: ledger.why }, 'no timeline');
    return seen;
  }
  const last = ledger.entries.at(-1)?.seq ?? -1;
  const github = await gate.connect(gate.repository);
  for (const number of pullRequestsIn(ledger.entries, seen ?? last - FIRST_LOOK)) {
    await tell(gate, github, number, ledger.entries, defaultBranch);
  }
  return last;
}

function tell(
  gate: Gate,
  github: GitHub,
  pullRequest: number,
  entries: readonly Entry[],
  branch: string,
): Promise<void> {
  const body = timelineComment(pullRequest, entries, (grant, expires) => extendLink(gate, branch, grant, expires));
  return say(gate, github, pullRequest, body);
}
