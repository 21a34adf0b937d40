/** The comment before a grant ends: when, how to give it back now, and how to ask for the time after. */
import type { GrantTerms } from '../ledger/entry.ts';
import { formatDuration, type Instant } from '../time.ts';
import { code, person, prose } from './escape.ts';
import type { Extend } from './timeline-comment.ts';
import { clock } from './verdict.ts';

/** How the app finds it again; it also asks that the comment is its own. */
export function reminderMarker(grant: GrantTerms): string {
  return `<!-- gatepass:reminder ${grant.id} -->`;
}

/** As GitHub makes logins; whatever else a ledger holds calls nobody. */
const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$/;

/** @param isCalling whether the subject is mentioned: this once, and nobody else ever */
export function reminderComment(grant: GrantTerms, expires: Instant, extend: Extend, isCalling: boolean): string {
  const what = `${prose(grant.entitlement)} of ${prose(grant.resource)}`;
  const ends = `⏳ ${whose(grant, isCalling)}: ${what} ends at **${clock(expires)}**.`;
  const link = `[Ask for ${formatDuration(grant.length)} more](${extend(grant, expires)})`;
  return `${ends}\n\nDone already? Comment \`/gatepass return\`. Need longer? ${link}: a new request, approved anew, that begins when this one ends.`;
}

function whose({ subject }: GrantTerms, isCalling: boolean): string {
  const { kind, login, name } = subject;
  if (kind !== 'person' || login === null) return code(name);
  return isCalling && LOGIN.test(login) ? `@${login}` : person(login);
}
