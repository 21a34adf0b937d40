/** The story of one grant, in the order in which it was written. */
import type { Entry } from '../ledger/entry.ts';
import { requestKey } from '../ledger/state.ts';
import { endingOf, tailText } from '../policy/ending.ts';
import { formatDuration, type Instant } from '../time.ts';

export interface Step {
  readonly seq: number;
  readonly at: Instant;
  readonly type: Entry['type'];
  /** For people: lower case, no full stop. Texts of people are in it as they were written; escape them where that matters. */
  readonly text: string;
}

/** What the story is about, as far as it was told. */
interface About {
  readonly grant: string;
  readonly request: string;
  /** Intents of its own, and those of others that end it too, with what is to be said of sessions when they are done. */
  readonly intents: Map<string, string>;
  /** Slots that it came to, until another episode begins there. */
  readonly slots: Set<string>;
}

/** Empty for an id that the ledger does not know. */
export function trailOf(entries: readonly Entry[], grant: string): readonly Step[] {
  const first = entries.find((entry) => entry.type === 'authorised' && entry.grant.id === grant);
  if (first?.type !== 'authorised') return [];
  const about: About = { grant, request: requestKey(first.request), intents: new Map(), slots: new Set() };
  return entries.flatMap((entry) => {
    const text = tell(entry, about);
    return text === null ? [] : [{ seq: entry.seq, at: entry.at, type: entry.type, text }];
  });
}

function tell(entry: Entry, about: About): string | null {
  switch (entry.type) {
    case 'genesis':
    case 'key':
    case 'read':
    case 'governing-accepted':
    case 'governing-refused':
    case 'governing-restored':
      return null;
    case 'refused':
    case 'quarantined':
    case 'lapsed':
    case 'deferred':
    case 'closed':
      return requestKey(entry.request) === about.request
        ? `${entry.type === 'closed' ? entry.is : entry.type}: ${entry.why}`
        : null;
    case 'authorised':
      return entry.grant.id === about.grant ? tellAuthorised(entry) : null;
    case 'standing':
      about.slots.delete(entry.slot.key);
      return null;
    case 'intent':
      return tellIntent(entry, about);
    case 'outcome':
      return tellOutcome(entry, about);
    case 'alert':
      return isAbout(entry.key, about) ? `${entry.severity}: ${entry.message}` : null;
    case 'alert-closed':
      return isAbout(entry.key, about) ? `no more: ${entry.key}` : null;
    default:
      return entry.grant === about.grant ? tellOwn(entry) : null;
  }
}

function tellAuthorised(entry: Extract<Entry, { type: 'authorised' }>): string {
  const { grant, authority, request } = entry;
  const by = authority.approvals.map(({ user }) => user.login).join(', ');
  const approved = by === '' ? 'without a person, as the rule says' : `by ${by}`;
  const asked = `${grant.entitlement} of ${grant.resource} for ${grant.subject.name}`;
  return `${asked} approved ${approved} (rule \`${authority.rule}\`, pull request ${request.pullRequest})`;
}

function tellIntent(entry: Extract<Entry, { type: 'intent' }>, about: About): string | null {
  if (!entry.because.grants.includes(about.grant)) return null;
  about.intents.set(entry.id, entry.effect === 'ensure' ? '' : sessionsOf(entry));
  about.slots.add(entry.slot.key);
  const { effect, slot, before, after, because } = entry;
  return `to ${effect} ${slot.label}: ${before ?? 'nothing'} → ${after ?? 'nothing'} (${because.why})`;
}

/** Whoever is locked, or has gone, is sent away with the sessions that were open. */
function sessionsOf({ slot, because }: Extract<Entry, { type: 'intent' }>): string {
  if (because.why === 'locked' || because.why === 'left') return '';
  const tail = endingOf(slot.provider, slot.config)?.tail ?? null;
  return tail === 0 ? '' : ` (${tailText(tail)})`;
}

function tellOutcome(entry: Extract<Entry, { type: 'outcome' }>, about: About): string | null {
  const sessions = about.intents.get(entry.intent);
  if (sessions === undefined) return null;
  const { effect, result, observed, confirmed, detail } = entry;
  const seen = confirmed === null ? '' : `, seen to hold ${observed ?? 'nothing'} at ${confirmed}`;
  return `${effect} ${result}${seen}${detail === null ? '' : `: ${detail}`}${result === 'done' ? sessions : ''}`;
}

type Own = Extract<
  Entry,
  { type: 'action-intent' | 'action-outcome' | 'returned' | 'reviewed' | 'locked' | 'left' | 'tightened' }
>;

function tellOwn(entry: Own): string {
  switch (entry.type) {
    case 'action-intent':
      return `to start ${entry.run.workflow} of ${entry.run.repository}, once`;
    case 'action-outcome':
      return `run ${entry.runId ?? 'not found'} is ${entry.state}${entry.detail === null ? '' : `: ${entry.detail}`}`;
    case 'returned':
      return `returned by ${entry.by.login}`;
    case 'reviewed':
      return `reviewed by ${entry.review.user.login}`;
    case 'locked':
      return `locked by \`${entry.lock}\``;
    case 'left':
      return `its subject has gone (${entry.why})`;
    case 'tightened':
      return `policies allow ${formatDuration(entry.most)} by ${entry.by}: ${entry.is}, until ${entry.expires}`;
  }
}

/** Keys of alerts end with what they are about. */
function isAbout(key: string, about: About): boolean {
  return key.endsWith(`:${about.grant}`) || [...about.slots].some((slot) => key.endsWith(`:${slot}`));
}
