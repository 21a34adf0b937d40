/** One entry of the ledger in a line of Markdown, for the timeline under a pull request. What needs no line is `null`. */
import type { Body } from '../ledger/entry.ts';
import { formatDuration } from '../time.ts';
import { code, person, prose } from './escape.ts';
import { clock } from './verdict.ts';

export function entryText(entry: Body): string | null {
  switch (entry.type) {
    case 'authorised': {
      const { approvals, rule } = entry.authority;
      const by = approvals.map(({ user }) => person(user.login)).join(' and ');
      return approvals.length === 0 ? `approved by rule: ${prose(rule)}` : `approved by ${by}: ${prose(rule)}`;
    }
    case 'refused':
    case 'quarantined':
    case 'lapsed':
      return `${entry.type}: ${prose(entry.why)}`;
    case 'deferred':
      return `not decided yet: ${prose(entry.why)}`;
    case 'outcome':
      return outcomeText(entry);
    case 'action-intent':
      return 'being started';
    case 'action-outcome':
      return `${entry.state}${runLink(entry)}${entry.detail === null ? '' : `: ${prose(entry.detail)}`}`;
    case 'governing-accepted':
      return 'accepted: it governs from here on';
    case 'governing-refused':
      return `not accepted: ${prose(entry.why)}`;
    case 'returned':
      return `given back by ${person(entry.by.login)}`;
    case 'locked':
      return `locked by ${code(entry.lock)}`;
    case 'left':
      return GONE[entry.why];
    case 'tightened':
      return tightenedText(entry);
    case 'closed':
      return `${entry.is}${entry.by === null ? '' : `, closed by ${person(entry.by.login)}`}: ${prose(entry.why)}`;
    default:
      return null;
  }
}

const GONE = {
  organization: 'its subject left the organisation',
  account: 'the account of its subject was deleted',
  service: 'its service is no longer in the policies',
} as const;

function tightenedText({ is, most, by, expires }: Extract<Body, { type: 'tightened' }>): string {
  const allows = `the policies now allow ${most === 0 ? 'none of it' : `${formatDuration(most)} at most`} (${prose(by)})`;
  return is === 'kept' ? `${allows}: kept until its end` : `${allows}: shortened to ${clock(expires)}`;
}

const ADDRESS = /^https:\/\/[A-Za-z0-9.:/_-]+$/;

/** The run's page; nothing where the target named no address, or one that is none. */
function runLink({ runId, url }: Extract<Body, { type: 'action-outcome' }>): string {
  return url === null || !ADDRESS.test(url) ? '' : ` ([run ${runId ?? 'on GitHub'}](${url}))`;
}

const RESULTS = {
  done: { ensure: 'granted', end: 'revoked' },
  pending: { ensure: 'granting is under way', end: 'revoking is under way' },
  failed: { ensure: 'granting failed', end: 'revoking failed' },
  refused: { ensure: 'granting was refused by the target', end: 'revoking was refused by the target' },
} as const;

function outcomeText(entry: Extract<Body, { type: 'outcome' }>): string {
  const what = RESULTS[entry.result][entry.effect === 'ensure' ? 'ensure' : 'end'];
  return `${what}${entry.detail === null ? '' : `: ${prose(entry.detail)}`}`;
}
