/** Whom to ask for the approvals that are missing. Teams where a rule names teams; else a few people who may. */
import type { Pending, RequirementStatus } from '../policy/decision.ts';
import { unfilled } from './verdict.ts';

export interface Reviewers {
  /** Slugs in the organisation of the repository. */
  readonly teams: readonly string[];
  /** Logins. */
  readonly users: readonly string[];
}

/** More than this many people asked at once is nobody asked. */
const MOST_USERS = 3;

/** @param owners the owners that CODEOWNERS gives the request's path, as written: `@acme/orders`, `@bob` */
export function reviewersToAsk(decision: Pending, organization: string, owners: readonly string[]): Reviewers {
  const teams = new Set<string>();
  const users = new Set<string>();
  for (const requirement of unfilled(decision.requirements)) {
    const named = teamsOf(requirement, organization, owners);
    for (const team of named) teams.add(team);
    if (named.length > 0) continue;
    const awakeFirst = requirement.candidates.toSorted((a, b) => Number(b.awake === true) - Number(a.awake === true));
    for (const { login } of awakeFirst.slice(0, MOST_USERS)) users.add(login);
  }
  return { teams: [...teams].sort(), users: [...users].sort() };
}

function teamsOf(requirement: RequirementStatus, organization: string, owners: readonly string[]): readonly string[] {
  const prefix = `@${organization.toLowerCase()}/`;
  return requirement.from.flatMap((principal) => {
    if (principal.kind === 'team') return [principal.name];
    if (principal.kind !== 'codeowners') return [];
    return owners.filter((owner) => owner.toLowerCase().startsWith(prefix)).map((owner) => owner.slice(prefix.length));
  });
}
