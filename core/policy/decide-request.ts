/** A pull request that asks: understand it, find its terms, count its approvals. */
import { type Milliseconds, plus } from '../time.ts';
import { countApprovals } from './approvals.ts';
import { understand } from './asked.ts';
import type { Decision, Reason, Window } from './decision.ts';
import { type Exclusions, exclusionsOf } from './exclusions.ts';
import { hintFor } from './hint.ts';
import { lookup } from './lookup.ts';
import { fails, holds } from './reason.ts';
import { requestDigest } from './request-digest.ts';
import { requestOf } from './request-file.ts';
import type { Ask, Setting } from './setting.ts';
import { type Terms, termsFor } from './terms.ts';
import { type Common, conclude, refuse } from './verdicts.ts';

export function decideRequest(setting: Setting, common: Common): Decision {
  const file = requestOf(setting.evidence);
  if ('is' in file) return refuse(common, file);
  const ask = understand(setting, file.request);
  if ('is' in ask) return refuse(common, ask);
  const known: Common = { ...common, asked: ask.asked, warnings: [...common.warnings, ...file.warnings] };
  const terms = termsFor(ask);
  if (terms.is !== 'terms') return refuse(known, terms, terms.is === 'deny' ? hintFor(ask) : null);
  return judge(ask, terms, known);
}

function judge(ask: Ask, terms: Terms, common: Common): Decision {
  const { evidence } = ask.setting;
  const exclusions = exclusionsFor(ask);
  const digest = digestFor(ask);
  const demands = terms.requirements.map((requirement) => ({
    ...requirement,
    scope: { ...ask, at: evidence.now },
    digest: requirement.namesDigest ? digest : null,
  }));
  const approvals = countApprovals(demands, ask.setting, exclusions, true);
  const length = Math.min(ask.length, approvals.limit);
  const { run } = terms.effect;
  return conclude(
    {
      ...common,
      rule: terms.rule,
      requirements: approvals.statuses,
      window: windowOf(ask, length),
      bindings: terms.effect.bindings,
      run: run === null ? null : { ...run, within: length },
      reviewWithin: terms.reviewWithin,
      returns: [],
      reviews: approvals.reviews,
      reasons: [
        ...terms.reasons,
        ...(demands.length === 0 ? [holds('automatic', `${terms.rule}: no approval is needed`)] : approvals.reasons),
        ...(length < ask.length ? [limited(length, ask.length)] : []),
        ...pusherReasons(exclusions, demands.length),
      ],
    },
    approvals.is,
    evidence.pullRequest.draft,
  );
}

function digestFor({ path, setting }: Ask): string {
  const [change] = setting.evidence.changes;
  // `requestOf` has refused a request without text.
  return requestDigest(path, change?.text as string);
}

function exclusionsFor(ask: Ask): Exclusions {
  const { subject } = ask.asked;
  const service = subject.kind === 'service' ? lookup(ask.setting.governance.people.services, subject.name) : undefined;
  return exclusionsOf(ask.setting.evidence, subject.id, service?.controllers ?? []);
}

/** Without `starts` it begins with the merge, so until then nothing is fixed but its length. */
function windowOf(ask: Ask, length: Milliseconds): Window {
  const starts = ask.request.starts ?? ask.setting.evidence.pullRequest.mergedAt;
  return { starts, startsBy: ask.request.startsBy, expires: starts === null ? null : plus(starts, length), length };
}

function limited(length: Milliseconds, asked: Milliseconds): Reason {
  return holds('duration-limited', `an approver shortened it from ${asked / 60_000} to ${length / 60_000} minutes`);
}

function pusherReasons(exclusions: Exclusions, demands: number): readonly Reason[] {
  if (exclusions.pushersKnown || demands === 0) return [];
  return [
    fails(
      'pushers-unknown',
      'who stands behind the pushes to the branch is not known, and not every commit is signed by the requester',
    ),
  ];
}
