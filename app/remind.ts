/**
 * Reminds whoever's grant ends soon, in a comment on the request's pull request, once: a comment of ours that carries the
 * grant's mark is taken for it, whichever gate wrote it. Ends nothing and starts nothing.
 */
import { reminderComment, reminderMarker } from '../core/explain/reminder.ts';
import { nextReminder, remindersDue } from '../core/ledger/reminders.ts';
import { replay } from '../core/ledger/replay.ts';
import { between, type Instant } from '../core/time.ts';
import { call, GitHubError, serverDate } from '../github/client.ts';
import { commentOnce } from '../github/comments.ts';
import { fields, text } from '../github/read.ts';
import { extendLink } from './extend-link.ts';
import type { Gate } from './gate.ts';
import { readNotifications } from './governance-now.ts';
import { readEntries } from './ledger.ts';
import type { Again } from './queue.ts';

/** A timer is set for no longer; news of the ledger come in between anyway. */
const LONGEST = 3600;

/**
 * Returns the seconds until the next reminder; `null`: none is foreseen. Throws `GitHubError`.
 * @param done ids of grants whose reminder is known to be there; it is added to
 */
export async function remind(gate: Gate, done: Set<string>): Promise<Again> {
  const ledger = await readEntries(gate);
  if (!ledger.ok) return null;
  const state = replay(ledger.entries);
  const { branch, now } = await readClock(gate);
  const due = remindersDue(state, now).filter(({ terms }) => !done.has(terms.id));
  if (due.length > 0) await send(gate, branch, due, done);
  const next = nextReminder(state, now);
  return next === null ? null : Math.min(LONGEST, Math.ceil(between(now, next) / 1000) + 1);
}

async function send(
  gate: Gate,
  branch: string,
  due: ReturnType<typeof remindersDue>,
  done: Set<string>,
): Promise<void> {
  const github = await gate.connect(gate.repository);
  const { expiry } = await readNotifications(gate, github, branch);
  for (const { terms, request, window } of due) {
    const body = reminderComment(terms, window.expires, (...asked) => extendLink(gate, branch, ...asked), expiry);
    const said = { number: request.pullRequest, marker: reminderMarker(terms), body };
    try {
      await commentOnce(github, gate.repository, gate.appId, said);
    } catch (error) {
      // A pull request that nobody may comment on must not keep the others from being reminded.
      if (!(error instanceof GitHubError) || error.isRetryable) throw error;
      gate.log.warn({ pullRequest: said.number, code: error.code }, 'could not remind');
    }
    done.add(terms.id);
  }
}

async function readClock(gate: Gate): Promise<{ readonly branch: string; readonly now: Instant }> {
  const { owner, name } = gate.repository;
  const response = await call(await gate.connect(gate.repository), 'GET /repos/{owner}/{repo}', { owner, repo: name });
  const now = serverDate(response);
  if (now === null) throw new GitHubError('unexpected', 'GitHub sent no `Date` header, so the time is unknown');
  return { branch: text(fields(response.data, 'repository')['default_branch'], 'default branch'), now };
}
