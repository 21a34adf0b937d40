/** Teams that the policies and CODEOWNERS name, and all that a decision reads. */

import { parseCodeowners } from '../codeowners/parse.ts';
import type { Governance, Principal } from '../document/documents.ts';
import { lookup } from './lookup.ts';
import { organizationOf } from './principals.ts';
import type { Setting } from './setting.ts';

/** Slugs of the repository's organisation, sorted: whoever is in one of them can receive, open or approve something. */
export function governingTeams(setting: Setting): readonly string[] {
  const organization = organizationOf(setting.evidence);
  return [...new Set([...teamsOfOwners(setting, organization), ...teamsOfPolicies(setting.governance)])].sort();
}

/**
 * Every team whose membership or place in the tree of teams a decision under this governance can ask for: what a
 * collector has to read, with their parents and children.
 */
export function teamsToRead(governance: Governance, organization: string): readonly string[] {
  const setting = { governance, codeowners: parseCodeowners(governance.codeowners.text) };
  const targets = Object.values(governance.resources)
    .flatMap((resource) => Object.values(resource.roles))
    .flatMap((role) => role.grants)
    .map((grant) => lookup(grant.target, 'team'))
    .filter((team) => typeof team === 'string')
    .map((team) => team.toLowerCase());
  const owners = teamsOfOwners(setting, organization.toLowerCase());
  return [...new Set([...owners, ...teamsOfPolicies(governance), ...targets])].sort();
}

function teamsOfOwners(setting: Pick<Setting, 'codeowners'>, organization: string): readonly string[] {
  return setting.codeowners.rules
    .flatMap((rule) => rule.owners)
    .map((owner) => owner.toLowerCase().replace(/^@/, '').split('/'))
    .flatMap(([account, team]) => (team !== undefined && account === organization ? [team] : []));
}

function teamsOfPolicies(governance: Governance): readonly string[] {
  const { organization } = governance;
  const approvals = [
    ...governance.ruleSets.flatMap((set) => set.rules.flatMap((rule) => rule.approvals)),
    ...organization.guardrails.flatMap((guardrail) => guardrail.require.approvals),
  ];
  const principals: readonly Principal[] = [
    ...approvals.flatMap((approval) => [...approval.from, ...(approval.widen?.to ?? [])]),
    ...governance.ruleSets.flatMap((set) => set.rules.flatMap((rule) => [...rule.subjects, ...rule.openers])),
    ...organization.guardrails.flatMap((guardrail) => guardrail.subjects),
    ...(organization.breakGlass?.subjects ?? []),
    ...governance.locks.flatMap((lock) => lock.subjects),
    ...Object.values(governance.resources).map((resource) => resource.owner),
    ...Object.values(governance.people.services).flatMap((service) => service.controllers),
  ];
  const seats = governance.delegations.flatMap((delegation) => delegation.seats);
  return [...principals.flatMap((one) => (one.kind === 'team' ? [one.name] : [])), ...seats];
}
