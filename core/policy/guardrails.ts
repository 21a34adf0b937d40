/**
 * Guardrails only tighten. Every one that fits applies, and one whose fit cannot be told applies too: a guardrail must not
 * be switched off by a condition that fails or a team that cannot be read.
 */
import { canonicalJson } from '../canonical.ts';
import type { Guardrail } from '../document/documents.ts';
import { slotOf } from '../document/governance/bindings.ts';
import { formatDuration, MINUTE, plus } from '../time.ts';
import { placeOf } from './asked.ts';
import type { Bound } from './bounds.ts';
import { calendarReason } from './calendar-reason.ts';
import type { Reason } from './decision.ts';
import type { HeldGrant } from './evidence.ts';
import { grantsDuring, heldGrants } from './facts.ts';
import { type Findings, NOTHING, together } from './findings.ts';
import { conditionReason } from './fit.ts';
import { lookup } from './lookup.ts';
import { isOneOf } from './principals.ts';
import { fails, holds, issueAt, topOf } from './reason.ts';
import type { Requirement } from './requirements.ts';
import { isFor, matches } from './selector.ts';
import type { Ask } from './setting.ts';

export interface Guarded extends Findings {
  readonly bounds: readonly Bound[];
  readonly requirements: readonly Requirement[];
  /** Every approval names the digest of the request, those of the rule too. */
  readonly namesDigest: boolean;
}

export function guard(ask: Ask): Guarded {
  const applying = ask.setting.governance.organization.guardrails.filter((guardrail) => applies(guardrail, ask));
  const checked = applying.map((guardrail) => demands(guardrail, ask));
  return {
    ...together(checked),
    bounds: applying.flatMap(({ name, require, place }) =>
      [require.max, require.maxContinuous].flatMap((max) =>
        max === null ? [] : [{ source: sourceOf(name), max, place }],
      ),
    ),
    requirements: applying.flatMap(({ name, require, place }) =>
      require.approvals.map((approval) => ({ ...approval, source: sourceOf(name), place })),
    ),
    namesDigest: applying.some(({ require }) => require.digest),
  };
}

export function sourceOf(guardrail: string): string {
  return `the guardrail “${guardrail}”`;
}

export function applies(guardrail: Guardrail, ask: Ask): boolean {
  return (
    matches(guardrail.on, ask.resource) &&
    isFor(guardrail.for, ask.asked.entitlement) &&
    (guardrail.subjects.length === 0 || isOneOf(guardrail.subjects, ask.who, ask) !== 'no') &&
    (guardrail.when === null || conditionReason(guardrail.when, ask).holds !== false)
  );
}

function demands(guardrail: Guardrail, ask: Ask): Findings {
  const found = together([
    ...guardrail.require.fields.map((field) => fieldFindings(field, guardrail, ask)),
    duringFindings(guardrail, ask),
    continuousFindings(guardrail, ask),
  ]);
  const reason = { place: guardrail.place, because: found.reasons };
  const hold = found.reasons.every((one) => one.holds === true);
  const make = hold ? holds : fails;
  return { reasons: [make('guardrail-applies', guardrail.name, reason)], issues: found.issues };
}

function fieldFindings(field: string, guardrail: Guardrail, ask: Ask): Findings {
  // Only what the author wrote has a place, except a ticket, whose absence the parsed request shows as well.
  if (Object.hasOwn(ask.request.places, field)) return NOTHING;
  const why = `\`${field}\` is missing`;
  return {
    reasons: [fails('field-required', `${why}, which ${sourceOf(guardrail.name)} asks for`)],
    issues: [
      issueAt(topOf(ask.path), 'field-required', why, {
        expected: `\`${field}\`, by ${sourceOf(guardrail.name)}`,
        fix: `add \`${field}:\` to the request`,
      }),
    ],
  };
}

function duringFindings(guardrail: Guardrail, ask: Ask): Findings {
  if (guardrail.require.during === null) return NOTHING;
  const reason = calendarReason(guardrail.require.during, ask);
  if (reason.holds === true) return { reasons: [reason], issues: [] };
  const issue = issueAt(
    placeOf(ask.request, 'starts'),
    'outside-calendar',
    `the window leaves ${guardrail.require.during}`,
    {
      found: `${ask.at} to ${ask.end}`,
      expected: `within ${guardrail.require.during}, by ${sourceOf(guardrail.name)}`,
      fix: 'ask for a shorter time, or set `starts`',
    },
  );
  return { reasons: [reason], issues: [issue] };
}

/** What lies closer together than this is one stretch: a second between two grants is no break. */
const SHORTEST_BREAK = 15 * MINUTE;

/** The window together with the grants of the same place that it overlaps or all but joins, directly or by a chain. */
function continuousFindings(guardrail: Guardrail, ask: Ask): Findings {
  const max = guardrail.require.maxContinuous;
  // By itself it is a bound like any other.
  if (max === null || ask.length > max) return NOTHING;
  const { from, until } = joined(ask);
  const length = Date.parse(until) - Date.parse(from);
  if (length <= max) return NOTHING;
  const most = formatDuration(max);
  const reason: Reason = fails(
    'continuous-over-max',
    `with the grants it joins it would last ${formatDuration(length)}, from ${from} to ${until}, more than ${most}`,
  );
  const issue = issueAt(placeOf(ask.request, 'duration'), 'continuous-over-max', 'too long without a break', {
    found: `${formatDuration(length)} with the grants it joins`,
    expected: `at most ${most}, by ${sourceOf(guardrail.name)}`,
    fix: 'ask for a shorter time, or after a break of 15 minutes',
  });
  return { reasons: [reason], issues: [issue] };
}

function joined(ask: Ask): { readonly from: string; readonly until: string } {
  const same = heldGrants(ask).filter((grant) => isOfSamePlace(grant, ask));
  let from = ask.starts;
  let until = ask.end;
  // Each pass joins at least one more grant, or ends.
  for (let rest = same; ; ) {
    const touching = rest.filter(
      ({ starts, expires }) => starts < plus(until, SHORTEST_BREAK) && plus(expires, SHORTEST_BREAK) > from,
    );
    if (touching.length === 0) return { from, until };
    for (const grant of touching) {
      if (grant.starts < from) from = grant.starts;
      if (grant.expires > until) until = grant.expires;
    }
    rest = rest.filter((grant) => !touching.includes(grant));
  }
}

/** Whoever takes turns with two roles that fill one place would never leave it (threat 91). */
function isOfSamePlace({ resource, role }: HeldGrant, ask: Ask): boolean {
  if (resource !== ask.resource.name) return false;
  const places = (name: string) =>
    (lookup(ask.resource.roles, name)?.grants ?? []).map((grants) => canonicalJson(slotOf(grants)));
  const asked = places(ask.asked.entitlement);
  return places(role).some((place) => asked.includes(place));
}

/** At most so many grants at once for one subject. */
export function checkLiveGrants(ask: Ask): Findings {
  const limit = ask.setting.governance.organization.liveGrants;
  const live = grantsDuring(ask).length;
  if (limit === null || live < limit) return NOTHING;
  const why = `${ask.asked.subject.name} already holds ${live} grants, the most is ${limit}`;
  const issue = issueAt(topOf(ask.path), 'too-many-grants', why, { fix: 'give one back first' });
  return { reasons: [fails('too-many-grants', why)], issues: [issue] };
}
