/** Every decision on a request, whether it was merged or closed, in the order in which it was written. */
import type { Entry } from '../ledger/entry.ts';
import type { Instant } from '../time.ts';

export interface DecisionRow {
  readonly at: Instant;
  readonly pullRequest: number;
  readonly path: string;
  readonly is: 'approved' | 'refused' | 'quarantined' | 'lapsed' | 'withdrawn' | 'denied';
  /** Logins: who approved it, or who closed it. Empty: a rule, the sweep, or nobody knows. */
  readonly by: readonly string[];
  /** The rule that granted it, or why not. */
  readonly why: string;
  /** `null`: none came of it. */
  readonly grant: string | null;
}

export function decisionsIn(entries: readonly Entry[]): readonly DecisionRow[] {
  return entries.flatMap((entry): readonly DecisionRow[] => {
    switch (entry.type) {
      case 'authorised': {
        const { approvals, rule } = entry.authority;
        const by = approvals.map(({ user }) => user.login);
        return [{ ...placeOf(entry), is: 'approved', by, why: rule, grant: entry.grant.id }];
      }
      case 'refused':
      case 'quarantined':
      case 'lapsed':
        return [{ ...placeOf(entry), is: entry.type, by: [], why: entry.why, grant: null }];
      case 'closed': {
        const by = entry.by === null ? [] : [entry.by.login];
        return [{ ...placeOf(entry), is: entry.is, by, why: entry.why, grant: null }];
      }
      default:
        return [];
    }
  });
}

function placeOf({
  at,
  request,
}: Extract<Entry, { readonly request: unknown }>): Pick<DecisionRow, 'at' | 'pullRequest' | 'path'> {
  return { at, pullRequest: request.pullRequest, path: request.path };
}
