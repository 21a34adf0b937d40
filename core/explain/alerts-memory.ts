/**
 * What the gate has to remember of whom it told, so that a restart repeats nothing: one hidden line in the issue that
 * lists the alerts. Whoever may edit the issue may edit the line: it is sealed, and a broken seal is no memory at all.
 */
import type { OpenAlert } from '../ledger/state.ts';
import { type Instant, parseInstant } from '../time.ts';
import { TOLD_NOTHING, type Told } from './alerts-news.ts';

/** Those that are told of alerts. */
export const CHANNELS = ['issue', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface AlertMemory {
  /** The gate's own alarms, whole, since no ledger has them. */
  readonly alarms: readonly OpenAlert[];
  readonly told: Readonly<Record<Channel, Told>>;
}

export const NO_MEMORY: AlertMemory = { alarms: [], told: { issue: TOLD_NOTHING, webhook: TOLD_NOTHING } };

/** A keyed hash that only the gate can make. */
export type Seal = (text: string) => string;

const BEGINS = '<!-- gatepass:alerts ';

/** How many UTF-16 units the line takes at most; an issue takes 65,536 (docs.github.com). */
const ROOM = 30_000;
/** No more rows than could ever fit. */
const MOST_ROWS = 500;

/** One line of Markdown that shows nothing. What does not fit is forgotten, newest last: it would be told once more. */
export function writeMemory(memory: AlertMemory, seal: Seal): string {
  const whole = { v: 1, alarms: memory.alarms, ...rowsOf(memory) };
  let { issue, webhook } = whole;
  let text = harmless(whole);
  while (text.length > ROOM && issue.rows.length + webhook.rows.length > 0) {
    issue = { ...issue, rows: issue.rows.slice(0, -1) };
    webhook = { ...webhook, rows: webhook.rows.slice(0, -1) };
    text = harmless({ ...whole, issue, webhook });
  }
  return `${BEGINS}${seal(text)} ${text} -->`;
}

function rowsOf({ told }: AlertMemory) {
  const of = (channel: Channel) => ({
    at: told[channel].at,
    rows: [...told[channel].alerts]
      .slice(0, MOST_ROWS)
      .map(([key, { since, severity }]) => [key, since, severity] as const),
  });
  return { issue: of('issue'), webhook: of('webhook') };
}

/** JSON in which nothing ends the comment, mentions anybody or names an issue. */
function harmless(value: unknown): string {
  return JSON.stringify(value).replace(/[<>@#]/g, (point) => `\\u00${(point.codePointAt(0) as number).toString(16)}`);
}

/** `null`: there is none, or it is not ours. */
export function readMemory(body: string, seal: Seal): AlertMemory | null {
  const line = body.split('\n').find((each) => each.startsWith(BEGINS) && each.trimEnd().endsWith(' -->'));
  const [, found, text] = /^(\S+) (.*) -->\s*$/.exec(line?.slice(BEGINS.length) ?? '') ?? [];
  if (text === undefined || found !== seal(text)) return null;
  const value = JSON.parse(text) as Written;
  return { alarms: value.alarms, told: { issue: toldIn(value.issue), webhook: toldIn(value.webhook) } };
}

/** The seal says that we wrote it, so it is not looked through again. */
interface Written {
  readonly alarms: readonly OpenAlert[];
  readonly issue: WrittenTold;
  readonly webhook: WrittenTold;
}

interface WrittenTold {
  readonly at: string | null;
  readonly rows: readonly (readonly [key: string, since: Instant, severity: OpenAlert['severity']])[];
}

function toldIn({ at, rows }: WrittenTold): Told {
  return {
    at: at === null ? null : parseInstant(at),
    alerts: new Map(rows.map(([key, since, severity]) => [key, { since, severity }])),
  };
}
