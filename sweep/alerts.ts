/**
 * What needs a person: each situation is said once while it lasts, and closed when it is over. The plan says its own
 * (drift, stuck removals); these are the sweep's.
 */
import type { Body } from '../core/ledger/entry.ts';
import { endOf, isOver } from '../core/ledger/live.ts';
import type { GrantState, LedgerState } from '../core/ledger/state.ts';
import { HOUR, type Instant, plus } from '../core/time.ts';
import type { Tree } from '../github/tree.ts';
import { standingPrefix } from './standing.ts';
import type { Stop } from './stop.ts';
import { strangerPrefix } from './strangers.ts';
import { warningPrefix } from './target-warnings.ts';

/** Situations of these names are any sweep's to close. The others are the plan's. */
const OURS =
  /^(?:governing-refused|history-rewritten|wrong-repository|clock-behind|clock-skewed|locks-unreadable|locks-doubtful|departures-doubtful|branch-unreadable|witness-unreadable|witness-missing|sweep-failed|revokes-only|setup-drift|setup-unreadable|tightening-undecided)$|^(?:governing-undecided|return-undecided|quarantined|undecided|deleted|unknown-action|review-overdue):/;

/** Of those, what only the default branch tells. */
const OF_BRANCH =
  /^(?:governing-refused|history-rewritten|wrong-repository|locks-unreadable|locks-doubtful|departures-doubtful|tightening-undecided)$|^(?:governing-undecided|return-undecided|quarantined|undecided|deleted|unknown-action|review-overdue):/;

/**
 * What is new, and what is over. While the branch could not be read as a whole nothing that it tells is over: an alert
 * that closes and opens again would start its hour anew.
 */
export function alertBodies(
  state: LedgerState,
  situations: readonly Stop[],
  zone: string,
  isBranchRead: boolean,
): readonly Body[] {
  const current = new Map(situations.map((situation) => [situation.key, situation]));
  const opened = [...current.values()].filter(({ key }) => !state.alerts.has(key));
  const closed = [...state.alerts.keys()].filter(
    (key) => isOurs(key, zone) && !current.has(key) && (isBranchRead || !OF_BRANCH.test(key)),
  );
  return [
    ...opened.map(({ key, severity, message, next }): Body => ({ type: 'alert', key, severity, message, next })),
    ...closed.map((key): Body => ({ type: 'alert-closed', key })),
  ];
}

/** What stays in doubt is doubted for an hour, from the sweep that said so first: no other clock is to be trusted here. */
export function isOverdue(state: LedgerState, key: string, now: Instant): boolean {
  const since = state.alerts.get(key)?.since;
  return since !== undefined && now >= plus(since, HOUR);
}

function isOurs(key: string, zone: string): boolean {
  const prefixes = [strangerPrefix(zone), standingPrefix(zone), warningPrefix(zone)];
  const all = [notBegunKey(zone, ''), orphanKey(zone, ''), ...prefixes];
  return OURS.test(key) || all.some((prefix) => key.startsWith(prefix));
}

/** Of a grant that waits for a target of this zone. */
export function notBegunKey(zone: string, grant: string): string {
  return `not-begun:${zone}:${grant}`;
}

/** Of a slot of this zone that is held by our hand without a grant. */
export function orphanKey(zone: string, slot: string): string {
  return `orphan:${zone}:${slot}`;
}

/** What the tree of the default branch shows: requests that asked for nothing, and files of grants that are missing. */
export function situationsInTree(state: LedgerState, tip: Tree, now: Instant): readonly Stop[] {
  const ofGrants = [...deleted(state, tip, now), ...unknownActions(state, tip)];
  return [...quarantined(state, tip), ...undecided(state, tip), ...ofGrants];
}

function quarantined(state: LedgerState, tip: Tree): readonly Stop[] {
  return [...state.requests.values()].flatMap(({ request, status }) => {
    if (status.is !== 'quarantined' || tip.get(request.path)?.blob !== request.blob) return [];
    return [
      {
        key: `quarantined:${request.path}`,
        severity: 'warning' as const,
        message: `\`${request.path}\` is on the default branch but was not approved: ${status.why}`,
        next: 'nothing was granted; find out who put it there, and remove the file by a pull request',
      },
    ];
  });
}

/** The last word on a request that could not be dealt with: it was tried for an hour, and is tried no more. */
function undecided(state: LedgerState, tip: Tree): readonly Stop[] {
  return [...state.requests.values()].flatMap(({ request, status }) => {
    if (status.is !== 'lapsed' || status.code !== 'fault' || tip.get(request.path)?.blob !== request.blob) return [];
    return [
      {
        key: `undecided:${request.path}`,
        severity: 'warning' as const,
        message: `\`${request.path}\` (#${request.pullRequest}) was approved or refused by nobody: ${status.why}`,
        next: 'nothing was granted and it is not tried again; mend the cause, ask anew, and remove the file',
      },
    ];
  });
}

function deleted(state: LedgerState, tip: Tree, now: Instant): readonly Stop[] {
  return [...state.grants.values()].flatMap((grant) => {
    const { terms, request } = grant;
    if (terms.kind !== 'access' || isOver(grant) || endOf(grant, now) !== null || tip.has(request.path)) return [];
    return [
      {
        key: `deleted:${terms.id}`,
        severity: 'warning' as const,
        message: `the request file of a grant that is not over was removed without a return: \`${request.path}\``,
        next: `the grant runs to its end; to end it now, comment \`/gatepass return\` on #${request.pullRequest}`,
      },
    ];
  });
}

function unknownActions(state: LedgerState, tip: Tree): readonly Stop[] {
  return [...state.grants.values()].flatMap((grant) =>
    grant.action?.state === 'unknown' && tip.has(grant.request.path) ? [unknownAction(grant)] : [],
  );
}

/** Said by the very sweep that finds out, so that nobody waits for the next one to be told. */
export function unknownAlerts(state: LedgerState, outcomes: readonly Body[]): readonly Body[] {
  return outcomes.flatMap((body) => {
    const grant = body.type === 'action-outcome' && body.state === 'unknown' ? state.grants.get(body.grant) : undefined;
    return grant === undefined ? [] : [{ type: 'alert' as const, ...unknownAction(grant) }];
  });
}

function unknownAction({ terms, request }: GrantState): Stop {
  return {
    key: `unknown-action:${terms.id}`,
    severity: 'warning' as const,
    message: `whether ${terms.entitlement} of ${terms.resource} ran (#${request.pullRequest}) could not be told`,
    next: 'look at the workflow runs; it is not started again; ask anew if it has to run, and remove this request',
  };
}
