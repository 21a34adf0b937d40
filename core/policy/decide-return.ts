/**
 * A pull request that removes merged requests. One that is over may be tidied away by anybody. One that is not is given
 * back: who holds the grant, who it was asked for, or an owner of its path may do so alone; anybody else needs a code
 * owner. Ending something early needs no policy.
 */
import { parseRequest } from '../document/parse-request.ts';
import { isRequestPath } from '../document/paths.ts';
import { countApprovals } from './approvals.ts';
import { demandsFor } from './decide-policy.ts';
import type { Decision, Reason } from './decision.ts';
import type { Change } from './evidence.ts';
import { exclusionsOf } from './exclusions.ts';
import { grantId } from './grant-id.ts';
import { lookup } from './lookup.ts';
import { isOneOf } from './principals.ts';
import { holds, issueAt, refusal, topOf, unknown } from './reason.ts';
import type { Scope, Setting } from './setting.ts';
import { type Common, conclude, refuse } from './verdicts.ts';

export function decideReturn(setting: Setting, common: Common): Decision {
  const { evidence } = setting;
  const paths = evidence.changes.map((change) => change.path).sort();
  const strange = paths.filter((path) => !isRequestPath(path));
  if (strange.length > 0) {
    return refuse(
      common,
      refusal(
        'invalid',
        strange.map((path) => issueAt(topOf(path), 'request-path', 'this is not the path of a request')),
      ),
    );
  }
  const open = evidence.changes.filter(({ ledger }) => ledger !== 'closed');
  const closed = evidence.changes.length - open.length;
  const own = open.map((change) => ownReason(change, setting));
  // Whoever may not tell whether they own it can still have an owner agree: doubt keeps nobody from giving back.
  const others = open.filter((_, index) => own[index]?.holds !== true).map((change) => change.path);
  const demands = demandsFor(setting, others.sort());
  if ('is' in demands) return refuse(common, demands);
  const approvals = countApprovals(demands, setting, exclusionsOf(evidence, null, []), false);
  const doubtful = own.filter((reason) => reason?.holds === null);
  return conclude(
    {
      ...common,
      rule: null,
      requirements: approvals.statuses,
      window: null,
      bindings: [],
      run: null,
      reviewWithin: null,
      returns: open.map(({ path }) => path).sort(),
      reviews: approvals.reviews,
      reasons: [
        ...(closed === 0 ? [] : [holds('return-closed', `${closed} of the removed requests are over already`)]),
        ...own.filter((reason) => reason !== null),
        ...approvals.reasons,
      ],
    },
    doubtful.length > 0 && approvals.is !== 'complete' ? 'unknown' : approvals.is,
    evidence.pullRequest.draft,
  );
}

/** Why the opener may give this back alone; `null`: they may not. */
function ownReason(change: Change, setting: Setting): Reason | null {
  const { id, login } = setting.evidence.pullRequest.author;
  if (isReceiver(change, id, setting)) return holds('return-own', `${login} gives back \`${change.path}\``);
  const scope: Scope = { setting, resource: null, path: change.path, at: setting.evidence.now };
  switch (isOneOf([{ kind: 'codeowners' }], { kind: 'person', id }, scope)) {
    case 'yes':
      return holds('return-by-owner', `${login} owns \`${change.path}\``);
    case 'no':
      return null;
    case 'unknown':
      return unknown('membership-unknown', `whether ${login} owns \`${change.path}\` could not be read`);
  }
}

/**
 * The ledger has it as the opener's grant, or the removed request names the opener as its subject. A text that derives
 * from no approved pull request makes nobody a subject: whoever pushed it wrote that name.
 */
function isReceiver({ path, blob, text, ledger }: Change, opener: number, setting: Setting): boolean {
  const isHeld = setting.evidence.grants.some(
    (grant) =>
      grant.subject === opener && grant.id === grantId({ path, blob, pullRequest: Number.parseInt(grant.id, 10) }),
  );
  if (isHeld) return true;
  if (ledger === 'quarantined') return false;
  const parsed = parseRequest(path, text ?? '');
  const subject = parsed.ok ? parsed.value.subject : null;
  return subject?.kind === 'person' && lookup(setting.governance.people.people, subject.name)?.id === opener;
}
