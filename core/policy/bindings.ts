/**
 * What applying would fill, or run; that the provider knows the receiver; and that no grant reaches what governs Gatepass:
 * its own approvers, or the repository in which access is decided.
 */
import type { Grants } from '../document/documents.ts';
import type { JsonValue } from '../json.ts';
import { inputTexts } from './action-inputs.ts';
import type { Binding, Run } from './decision.ts';
import { type Findings, NOTHING, together } from './findings.ts';
import { governingTeams } from './governing-teams.ts';
import { lookup } from './lookup.ts';
import { ancestorsOf, organizationOf } from './principals.ts';
import { fails, issueAt, topOf, unknown } from './reason.ts';
import type { Ask } from './setting.ts';

export interface Effect extends Findings {
  readonly bindings: readonly Binding[];
  readonly run: Run | null;
}

export function effectOf(ask: Ask): Effect {
  const grants = lookup(ask.resource.roles, ask.asked.entitlement)?.grants ?? [];
  const run = runOf(ask);
  const checked = together([
    ...grants.map((grant) => identityFindings(grant, ask)),
    ...grants.map((grant) => governingFindings(grant, ask)),
    run === null ? NOTHING : repositoryFindings(run.repository, ask),
  ]);
  return { ...checked, bindings: grants.map(bindingOf), run };
}

function bindingOf({ provider, target }: Grants): Binding {
  return { provider: provider.type, zone: provider.zone, with: provider.with, target };
}

/** `length` of an action is how long it may still be started; the caller narrows it. */
function runOf(ask: Ask): Run | null {
  const action = lookup(ask.resource.actions, ask.asked.entitlement);
  if (action === undefined || ask.request.kind !== 'ActionRequest') return null;
  return { ...action.runs, inputs: inputTexts(ask.request), within: ask.length };
}

/** GitHub knows people by their numeric id; every other provider by what `people.yaml` says. */
function identityFindings({ provider }: Grants, ask: Ask): Findings {
  const { subject } = ask.asked;
  const isGithub = provider.type.startsWith('github');
  const isKnown = isGithub ? subject.id !== null : lookup(subject.identities, provider.type) !== undefined;
  if (isKnown) return NOTHING;
  const why = `${subject.name} has no identity for the provider ${provider.type}`;
  const fix = isGithub
    ? 'ask for a person: a service is no GitHub account'
    : `add \`identities.${provider.type}\` of ${subject.name} to \`policies/people.yaml\``;
  return {
    reasons: [fails('identity-missing', why)],
    issues: [issueAt(topOf(ask.path), 'identity-missing', why, { fix })],
  };
}

function governingFindings({ provider, target }: Grants, ask: Ask): Findings {
  const texts = [...textsOf(target, 'repository'), ...textsOf(provider.with, 'repository')];
  return together([
    ...texts.map((repository) => repositoryFindings(repository, ask)),
    ...textsOf(target, 'team').map((team) =>
      teamFindings(team.toLowerCase(), textsOf(provider.with, 'organization'), ask),
    ),
  ]);
}

function repositoryFindings(repository: string, ask: Ask): Findings {
  if (repository.toLowerCase() !== ask.setting.evidence.repository.name.toLowerCase()) return NOTHING;
  return governs(ask, `it would reach ${repository}, where access is decided`);
}

/** Members of a team are members of its parents too, so one governing ancestor is enough. */
function teamFindings(team: string, organizations: readonly string[], ask: Ask): Findings {
  const { evidence } = ask.setting;
  const own = organizationOf(evidence);
  if (organizations.some((organization) => organization.toLowerCase() !== own)) return NOTHING;
  const governing = governingTeams(ask.setting);
  if (governing.includes(team)) return governs(ask, `the team ${team} is named in the policies or in CODEOWNERS`);
  const known = lookup(evidence.teams, team);
  const above = known === undefined ? [] : ancestorsOf(evidence, known);
  const ancestor = above.find((parent) => governing.includes(parent));
  if (ancestor !== undefined) return governs(ask, `the team ${team} lies below ${ancestor}, which governs`);
  if (known !== undefined && above.every((parent) => lookup(evidence.teams, parent) !== undefined)) return NOTHING;
  const why = `the team ${team} and its parents could not be read`;
  return { reasons: [unknown('membership-unknown', why)], issues: [] };
}

function governs(ask: Ask, why: string): Findings {
  const fix = 'ask the owners of the catalog to bind the role to something that governs nothing';
  return {
    reasons: [fails('binding-governs', why, { place: ask.resource.place })],
    issues: [issueAt(topOf(ask.path), 'binding-governs', why, { fix })],
  };
}

function textsOf(value: Readonly<Record<string, JsonValue>>, key: string): readonly string[] {
  const found = lookup(value, key);
  return typeof found === 'string' ? [found] : [];
}
