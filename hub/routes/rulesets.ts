/** Rulesets of a repository, and the rules that apply to a branch. Bypass actors are shown to administrators only. */
import { atLeast, grants, roleOf } from '../access.ts';
import { notFound } from '../http-error.ts';
import type { Json, Ruleset } from '../model.ts';
import { rulesFor } from '../rules/patterns.ts';
import { addRuleset, readRuleset, ruleJson, rulesetJson } from '../rules/rulesets.ts';
import type { Call, Route } from '../types.ts';
import { created, noContent, ok, page } from './answer.ts';

const RULESETS = '/repos/{owner}/{repo}/rulesets';

export const rulesetRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: RULESETS,
    needs: 'metadata:read',
    handle: (call) =>
      page(call, call.repository.rulesets, (each) => rulesetJson(call.hub, call.repository, each, false)),
  },
  {
    method: 'POST',
    path: RULESETS,
    needs: 'administration:write',
    handle: (call) => created(shown(call, addRuleset(call.hub, call.repository, call.body))),
  },
  {
    method: 'GET',
    path: `${RULESETS}/{ruleset_id}`,
    needs: 'metadata:read',
    handle: (call) => ok(shown(call, rulesetOf(call))),
  },
  { method: 'PUT', path: `${RULESETS}/{ruleset_id}`, needs: 'administration:write', handle: update },
  { method: 'DELETE', path: `${RULESETS}/{ruleset_id}`, needs: 'administration:write', handle: remove },
  { method: 'GET', path: '/repos/{owner}/{repo}/rules/branches/{branch}', needs: 'metadata:read', handle: branchRules },
  { method: 'GET', path: '/orgs/{org}/rulesets', needs: 'organization_administration:read', handle: () => ok([]) },
];

function rulesetOf(call: Call): Ruleset {
  const found = call.repository.rulesets.find((each) => each.id === Number(call.params['ruleset_id']));
  if (found === undefined) throw notFound();
  return found;
}

function shown(call: Call, ruleset: Ruleset): Json {
  const { bypass_actors, ...rest } = rulesetJson(call.hub, call.repository, ruleset, true);
  return isAdministrator(call) ? { ...rest, bypass_actors } : rest;
}

function isAdministrator({ actor, hub, repository }: Call): boolean {
  if (actor.kind === 'installation') return grants(actor.permissions, 'administration', 'write');
  return actor.kind === 'user' && atLeast(roleOf(hub, repository, actor.account), 'admin');
}

function update(call: Call) {
  const ruleset = rulesetOf(call);
  const now = rulesetJson(call.hub, call.repository, ruleset, true);
  Object.assign(ruleset, readRuleset({ ...now, ...call.body }), { updatedAt: call.hub.clock.now() });
  return ok(shown(call, ruleset));
}

function remove(call: Call) {
  const { rulesets } = call.repository;
  rulesets.splice(rulesets.indexOf(rulesetOf(call)), 1);
  return noContent();
}

function branchRules(call: Call) {
  const rules = rulesFor(call.repository, `refs/heads/${call.params['branch']}`);
  return page(call, rules, ({ rule, ruleset }) => ({
    ...ruleJson(rule),
    ruleset_source_type: 'Repository',
    ruleset_source: call.repository.fullName,
    ruleset_id: ruleset.id,
  }));
}
