/** A link that opens GitHub's editor with a request already written: it joins on to a grant's end. */
import { slugOf, writeRequest } from '../core/document/write-request.ts';
import type { GrantTerms } from '../core/ledger/entry.ts';
import { formatDuration, type Instant } from '../core/time.ts';
import { type Gate, pageOf } from './gate.ts';

/** The new request is the person's own: an app that opened it would be the requester. */
export function extendLink(gate: Gate, branch: string, grant: GrantTerms, expires: Instant): string {
  const slug = slugOf(`${expires.slice(0, 10)}-${expires.slice(11, 13)}${expires.slice(14, 16)}`, grant.reason);
  const value = writeRequest({
    kind: 'AccessRequest',
    length: formatDuration(grant.length),
    reason: grant.reason,
    ticket: grant.ticket,
    subject: null,
    starts: expires,
    breakGlass: false,
    inputs: {},
  });
  const query = new URLSearchParams({
    filename: `requests/${grant.resource}/${grant.entitlement}/${slug}.yaml`,
    value,
  });
  return `${pageOf(gate)}/new/${encodeURIComponent(branch)}?${query}`;
}
