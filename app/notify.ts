/**
 * Tells people what needs them: everything that is open in the ledger, and the gate's own alarms, in one issue and to one
 * webhook. Level-triggered: it compares what is open with what each channel knows, so nothing is queued, an unchanged state
 * is never said again, and a channel that is down changes nothing for the other, for grants or for removals.
 */
import { createHmac } from 'node:crypto';
import { canonicalJson, sha256Hex } from '../core/canonical.ts';
import { alertsBody, newsComment, newsData, newsText, type Sender } from '../core/explain/alerts.ts';
import { type AlertMemory, NO_MEMORY, readMemory, type Seal, writeMemory } from '../core/explain/alerts-memory.ts';
import { afterTelling, isEmpty, isUrgent, type News, newsFor, type Told } from '../core/explain/alerts-news.ts';
import { replay } from '../core/ledger/replay.ts';
import type { OpenAlert } from '../core/ledger/state.ts';
import { HOUR, type Instant, parseInstant, plus } from '../core/time.ts';
import { type AlertsIssue, keepAlertsIssue, openAlertsIssue, readAlertsIssue } from '../github/alerts-issue.ts';
import { type GitHub, GitHubError } from '../github/client.ts';
import { commentOnce } from '../github/comments.ts';
import type { LedgerRead } from '../github/proven-entries.ts';
import { alarm, calm } from './alarm.ts';
import { fullName, type Gate } from './gate.ts';
import { readEntries } from './ledger.ts';
import { type AlertWebhook, type Failed, postMessage } from './notify-webhook.ts';
import { type Again, backoff } from './queue.ts';

export interface Notifier {
  /** Returns when to try again, where a channel did not take it. Throws `GitHubError` while nothing can be known. */
  tell(attempt: number): Promise<Again>;
}

export interface NotifierOptions {
  /** `null`: none was given. */
  readonly webhook: AlertWebhook | null;
  readonly seal: Seal;
  /** Who is called in the issue: names with `@`. Throws `GitHubError`. */
  mentions(github: GitHub): Promise<readonly string[]>;
}

/** What is known of one look at GitHub. */
interface Look {
  readonly github: GitHub;
  readonly now: Instant;
  /** `unreadable`: no issue can be had, so that it cannot be told or remembered there. */
  readonly issue: AlertsIssue | null | 'unreadable';
}

/** After a start while the issue cannot be read: so many looks until the webhook is told without it, half a minute or so. */
const BLIND_LOOKS = 3;

/** After a restart, how long an alarm from before is waited for that nobody has looked at since. */
const CARRIED: number = HOUR;

export function createNotifier(gate: Gate, { webhook, seal, mentions }: NotifierOptions): Notifier {
  let memory: AlertMemory | null = null;
  /** Whether the memory holds what the issue said at the start. */
  let isRemembered = false;
  /** Who was called last, should it not be readable now. */
  let callees: readonly string[] = [];
  /** The ledger's alerts as they were last read; `null`: not yet. */
  let known: readonly OpenAlert[] | null = null;
  let startedAt: Instant | null = null;

  const look = async (attempt: number): Promise<Look> => {
    const github = await gate.connect(gate.repository);
    try {
      const { issue, now } = await readAlertsIssue(github, gate.repository, gate.appId);
      return { github, issue, now: now ?? localNow() };
    } catch (error) {
      // Issues are switched off, the permission is missing, or it lasts: the webhook is told all the same.
      const isLasting = error instanceof GitHubError && !error.isRetryable;
      if (memory === null && !isLasting && attempt < BLIND_LOOKS) throw error;
      gate.log.error({ err: error }, 'the issue about alerts cannot be read');
      return { github, issue: 'unreadable', now: localNow() };
    }
  };

  return {
    async tell(attempt) {
      const ledger = await readLedgerAlerts(gate);
      known = ledger ?? known;
      const at = await look(attempt);
      const { issue, now } = at;
      startedAt ??= now;
      const before = isRemembered && memory !== null ? memory : joined(memory, memoryIn(issue, seal));
      isRemembered ||= issue !== 'unreadable';
      const alarms = alarmsOf(gate, before.alarms, now, plus(startedAt, CARRIED) > now);
      const open = [...alarms, ...(known ?? guessed(before))];
      memory = { ...before, alarms };

      const sender = {
        repository: fullName(gate.repository),
        issue: issue === 'unreadable' ? null : (issue?.url ?? null),
      };
      const told =
        webhook === null ? before.told.webhook : await tellWebhook(webhook, before.told.webhook, open, sender, now);
      if ('why' in told) gate.log.error({ why: told.why }, 'the webhook for alerts did not take it; it is tried again');
      else memory = { ...memory, told: { ...memory.told, webhook: told } };

      if (issue !== 'unreadable') {
        if (open.length > 0) callees = await namesOr(callees, gate, () => mentions(at.github));
        const names = open.length === 0 ? [] : callees;
        memory = await tellIssue(gate, at.github, issue, { memory, open, now, names, seal });
      }
      // Unread is tried again by itself, as after a throw.
      const seconds = issue === 'unreadable' && !isRemembered ? backoff(attempt, null) : null;
      return 'why' in told ? backoff(attempt, told.afterSeconds) : seconds;
    },
  };
}

/** `null`: unknown. A ledger that a person must mend is an alarm of its own. */
async function readLedgerAlerts(gate: Gate): Promise<readonly OpenAlert[] | null> {
  let ledger: LedgerRead;
  try {
    ledger = await readEntries(gate);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return null;
  }
  if (ledger.ok) {
    calm(gate, 'ledger-unreadable');
    return [...replay(ledger.entries).alerts.values()];
  }
  alarm(gate, {
    key: 'ledger-unreadable',
    severity: 'critical',
    message: `${ledger.why}; no request is allowed`,
    next: 'see "when the ledger is broken" in the guide for operators; without a ledger yet, start one',
  });
  return null;
}

function memoryIn(issue: Look['issue'], seal: Seal): AlertMemory {
  if (issue === null || issue === 'unreadable') return NO_MEMORY;
  return readMemory(issue.body, seal) ?? NO_MEMORY;
}

/** What was told without the issue, and what the issue says: of each channel the one who knows. */
function joined(blind: AlertMemory | null, read: AlertMemory): AlertMemory {
  if (blind === null) return read;
  const isKnown = (key: string) => blind.alarms.some((each) => each.key === key);
  return {
    alarms: [...blind.alarms, ...read.alarms.filter(({ key }) => !isKnown(key))],
    told: { issue: read.told.issue, webhook: blind.told.webhook },
  };
}

/** A list that calls the wrong people is better than none. */
async function namesOr(
  before: readonly string[],
  gate: Gate,
  read: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  try {
    return await read();
  } catch (error) {
    gate.log.warn({ err: error }, 'who is called cannot be read');
    return before;
  }
}

/** With since when; those from before a restart stay until somebody has looked, for a while. */
function alarmsOf(gate: Gate, before: readonly OpenAlert[], now: Instant, isCarrying: boolean): readonly OpenAlert[] {
  const { open, calm: calmed } = gate.alarms;
  const sinceOf = (key: string) => before.find((each) => each.key === key)?.since ?? now;
  const current = [...open.values()].map((each) => ({ ...each, since: sinceOf(each.key) }));
  const carried = isCarrying ? before.filter(({ key }) => !open.has(key) && !calmed.has(key)) : [];
  return [...current, ...carried];
}

/** After a restart before a broken ledger: what was open is not forgotten, though nobody can say it in words. */
function guessed({ told, alarms }: AlertMemory): readonly OpenAlert[] {
  return [...told.issue.alerts]
    .filter(([key]) => !alarms.some((each) => each.key === key))
    .map(([key, { since, severity }]) => ({
      key,
      since,
      severity,
      message: 'this was open when the ledger could be read last',
      next: 'mend the ledger first',
    }));
}

async function tellWebhook(
  webhook: AlertWebhook,
  told: Told,
  open: readonly OpenAlert[],
  sender: Sender,
  now: Instant,
): Promise<Told | Failed> {
  const news = newsFor(told, open, now);
  if (isEmpty(news)) return afterTelling(told, open, news, now);
  const data = newsData(news, open, sender, now);
  const failed = await postMessage(webhook, {
    id: `msg_${idOf(news, told)}`,
    at: now,
    text: newsText(news, sender),
    data,
  });
  return failed ?? afterTelling(told, open, news, now);
}

interface Telling {
  readonly memory: AlertMemory;
  readonly open: readonly OpenAlert[];
  readonly now: Instant;
  readonly names: readonly string[];
  readonly seal: Seal;
}

/** The list is always right; a comment calls people when something critical is new, worse or a day old. */
async function tellIssue(
  gate: Gate,
  github: GitHub,
  issue: AlertsIssue | null,
  { memory, open, now, names, seal }: Telling,
): Promise<AlertMemory> {
  const told = memory.told.issue;
  const news = newsFor(told, open, now);
  const after = { ...memory, told: { ...memory.told, issue: afterTelling(told, open, news, now) } };
  const bodyOf = (known: AlertMemory) => `${alertsBody(open, names)}\n\n${writeMemory(known, seal)}`;
  const isOpen = open.length > 0;
  if (issue === null) {
    if (isOpen) await openAlertsIssue(github, gate.repository, bodyOf(after));
    return after;
  }
  if (!isUrgent(news)) {
    await keepAlertsIssue(github, gate.repository, issue, { body: bodyOf(after), isOpen });
    return after;
  }
  // The list before the comment, which may be refused, and only then that people were called.
  const listed = { body: bodyOf(memory), isOpen };
  await keepAlertsIssue(github, gate.repository, issue, listed);
  await commentOnce(github, gate.repository, gate.appId, {
    number: issue.number,
    marker: `<!-- gatepass:news ${idOf(news, told)} -->`,
    body: newsComment(news, names),
    since: told.at,
  });
  await keepAlertsIssue(github, gate.repository, { ...issue, ...listed }, { body: bodyOf(after), isOpen });
  return after;
}

/** The same news after the same words before have the same id, also after a restart. */
function idOf(news: News, { at }: Told): string {
  const brief = (alerts: readonly OpenAlert[]) => alerts.map(({ key, since, severity }) => [key, since, severity]);
  const { opened, escalated, closed, still } = news;
  return sha256Hex(canonicalJson([at, brief(opened), brief(escalated), closed, brief(still)])).slice(0, 32);
}

/** Only where GitHub does not answer: it times a daily reminder, nothing else. */
function localNow(): Instant {
  return parseInstant(new Date().toISOString()) as Instant;
}

/** The gate alone has its private key. */
export function sealWith(privateKey: string): Seal {
  return (text) => createHmac('sha256', `gatepass alerts\n${privateKey}`).update(text).digest('hex');
}
