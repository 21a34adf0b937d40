/**
 * What needs a person, in words: the one issue that lists it all, the comment there that calls somebody, and the message
 * of a webhook. Messages hold what others wrote, such as a path: nothing of it mentions, links or formats.
 */
import type { OpenAlert } from '../ledger/state.ts';
import type { Instant } from '../time.ts';
import { inOrder, type News } from './alerts-news.ts';
import { code, fitBytes, plain, prose, shorten } from './escape.ts';
import { clock, counted } from './verdict.ts';

/** The title of the issue, and the label by which it is found. */
export const ALERTS_TITLE = 'Gatepass needs a person';
export const ALERTS_LABEL = 'gatepass-alerts';

/** Below GitHub's 65,536 characters for an issue, with room for what is remembered in it. */
const LIST_BYTES = 30_000;
/** Slack cuts a text at 40,000 characters (docs.slack.dev, "chat.postMessage"); nobody reads as much. */
const TEXT_BYTES = 8_000;
/** Of one message: paths and what a target said can be long. */
const MOST = 600;
/** More in a row than anybody reads. */
const MOST_LISTED = 100;

/** @param mentions names with `@`, our own words: who is called; empty: nobody */
export function alertsBody(open: readonly OpenAlert[], mentions: readonly string[]): string {
  const intro =
    open.length === 0
      ? 'Nothing is open. Gatepass opens this issue again when something needs a person.'
      : `${counted(open.length, 'alert')} open, the most urgent first. Gatepass keeps this list, and closes the issue when nothing is open. Removals go on meanwhile; each alert's meaning is in the operator's guide.`;
  const list = lines(inOrder(open), listed);
  return [intro, called(mentions), fitBytes(list, LIST_BYTES)].filter((part) => part !== '').join('\n\n');
}

function listed({ key, severity, message, next, since }: OpenAlert): string {
  const sign = severity === 'critical' ? '🔴' : '🟡';
  return `- ${sign} ${short(message, prose)} (since ${clock(since)}, ${short(key, code)})\n  - Next: ${short(next, prose)}`;
}

/** The comment under the issue: an edit of the list calls nobody, a comment does. */
export function newsComment(news: News, mentions: readonly string[]): string {
  const parts = partsOf(news).map(({ title, alerts }) => `**${title}**\n\n${lines(alerts, listed)}`);
  return fitBytes([called(mentions), ...parts].filter((part) => part !== '').join('\n\n'), LIST_BYTES);
}

/** Where the reader can look. */
export interface Sender {
  /** `acme/access`. */
  readonly repository: string;
  /** The address of the issue; `null`: there is none. */
  readonly issue: string | null;
}

/**
 * Text for Slack and whoever takes its format: `&`, `<` and `>` are escaped as its guide says ("Formatting text for app
 * surfaces"), so that nothing is a mention or a link; `mrkdwn: false` beside it leaves stars and backticks alone.
 */
export function newsText(news: News, { repository, issue }: Sender): string {
  const parts = partsOf(news).map(({ title, alerts }) => `${title}:\n${lines(alerts, said)}`);
  const closed = news.closed.length === 0 ? [] : [`Over: ${names(news.closed)}`];
  const link = issue === null ? [] : [issue];
  return fitBytes([`${ALERTS_TITLE} (${inert(repository)})`, ...parts, ...closed, ...link].join('\n'), TEXT_BYTES);
}

function said({ severity, message, next, since }: OpenAlert): string {
  return `• ${severity}: ${short(message, inert)} (since ${clock(since)}). Next: ${short(next, inert)}`;
}

interface Part {
  readonly title: string;
  readonly alerts: readonly OpenAlert[];
}

function partsOf({ opened, escalated, still }: News): readonly Part[] {
  const parts = [
    { title: 'New', alerts: opened },
    { title: 'More urgent now', alerts: escalated },
    { title: 'Still critical', alerts: still },
  ];
  return parts.filter(({ alerts }) => alerts.length > 0);
}

/** The same for programs. */
export function newsData(news: News, open: readonly OpenAlert[], { repository, issue }: Sender, at: Instant) {
  return {
    v: 1,
    repository,
    issue,
    at,
    opened: news.opened,
    escalated: news.escalated,
    closed: news.closed,
    still: news.still,
    open: {
      critical: open.filter(({ severity }) => severity === 'critical').length,
      warning: open.filter(({ severity }) => severity === 'warning').length,
    },
  } as const;
}

function lines(alerts: readonly OpenAlert[], line: (alert: OpenAlert) => string): string {
  const rest = alerts.length - MOST_LISTED;
  return [...alerts.slice(0, MOST_LISTED).map(line), ...(rest > 0 ? [`… and ${rest} more`] : [])].join('\n');
}

function names(keys: readonly string[]): string {
  const rest = keys.length - MOST_LISTED;
  const shown = keys.slice(0, MOST_LISTED).map((key) => short(key, inert));
  return [...shown, ...(rest > 0 ? [`… and ${rest} more`] : [])].join(', ');
}

function called(mentions: readonly string[]): string {
  return mentions.join(' ');
}

function short(text: string, show: (text: string) => string): string {
  return show(shorten(text, MOST));
}

const ZERO_WIDTH = '\u200b';

function inert(text: string): string {
  return plain(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', `@${ZERO_WIDTH}`)
    .replaceAll('://', `:${ZERO_WIDTH}//`)
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}${ZERO_WIDTH}.`);
}
