/**
 * What a channel has to be told: what opened, got worse or closed since it was told last, and once a day what is still
 * critical. Level-triggered: it compares two states, so a channel that was down for a week is told of today, not of the week.
 */
import type { OpenAlert } from '../ledger/state.ts';
import { DAY, type Instant, plus } from '../time.ts';

/** What a channel knows. */
export interface Told {
  /** By the alert's key. */
  readonly alerts: ReadonlyMap<string, Pick<OpenAlert, 'since' | 'severity'>>;
  /** When it was told of something critical last; `null`: nothing critical is open. */
  readonly at: Instant | null;
}

export const TOLD_NOTHING: Told = { alerts: new Map(), at: null };

export interface News {
  readonly opened: readonly OpenAlert[];
  readonly escalated: readonly OpenAlert[];
  /** Keys. */
  readonly closed: readonly string[];
  /** All that is critical, when it was so for a day without another word. */
  readonly still: readonly OpenAlert[];
}

/** @param open in any order; the parts of the answer are in the order of `inOrder` */
export function newsFor(told: Told, open: readonly OpenAlert[], now: Instant): News {
  const sorted = inOrder(open);
  const opened = sorted.filter(({ key, since }) => told.alerts.get(key)?.since !== since);
  const escalated = sorted.filter(
    (alert) => !opened.includes(alert) && isCritical(alert) && told.alerts.get(alert.key)?.severity === 'warning',
  );
  const keys = new Set(open.map(({ key }) => key));
  const closed = [...told.alerts.keys()].filter((key) => !keys.has(key)).sort();
  const isQuiet = ![...opened, ...escalated].some(isCritical);
  const isDaily = isQuiet && told.at !== null && plus(told.at, DAY) <= now;
  return { opened, escalated, closed, still: isDaily ? sorted.filter(isCritical) : [] };
}

export function isEmpty({ opened, escalated, closed, still }: News): boolean {
  return opened.length + escalated.length + closed.length + still.length === 0;
}

/** Whether it is worth interrupting a person: an edit of a list calls nobody. */
export function isUrgent({ opened, escalated, still }: News): boolean {
  return [...opened, ...escalated, ...still].some(isCritical);
}

/** What the channel knows once it took the news. */
export function afterTelling(told: Told, open: readonly OpenAlert[], news: News, now: Instant): Told {
  const alerts = new Map(inOrder(open).map(({ key, since, severity }) => [key, { since, severity }]));
  if (!open.some(isCritical)) return { alerts, at: null };
  return { alerts, at: isUrgent(news) ? now : told.at };
}

/** Critical first, then the oldest, then by key. */
export function inOrder(open: readonly OpenAlert[]): readonly OpenAlert[] {
  const place = ({ severity, since, key }: OpenAlert) => `${severity === 'critical' ? 0 : 1} ${since} ${key}`;
  return [...open].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function isCritical({ severity }: Pick<OpenAlert, 'severity'>): boolean {
  return severity === 'critical';
}
