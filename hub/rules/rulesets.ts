/** Rulesets read from GitHub's JSON and shown as it. */
import { isObject, list, objects, optionalChoice, optionalNumber, optionalObject, text, texts } from '../body.ts';
import { seconds } from '../clock.ts';
import { unprocessable } from '../http-error.ts';
import { nodeId } from '../json/account.ts';
import { repositoryUrl } from '../json/repository.ts';
import type { Json, Repository, Rule, Ruleset } from '../model.ts';
import type { HubState } from '../types.ts';

const KNOWN = new Set([
  'creation',
  'update',
  'deletion',
  'required_linear_history',
  'required_signatures',
  'pull_request',
  'required_status_checks',
  'non_fast_forward',
  'file_path_restriction',
  'merge_queue',
]);

/** Adds a ruleset to a repository; 422 for a rule that the look-alike cannot enforce, so that none is silently void. */
export function addRuleset(hub: HubState, repository: Repository, body: Json): Ruleset {
  const at = hub.clock.now();
  const ruleset: Ruleset = { id: hub.nextId(), ...readRuleset(body), createdAt: at, updatedAt: at };
  repository.rulesets.push(ruleset);
  return ruleset;
}

export function readRuleset(body: Json): Omit<Ruleset, 'id' | 'createdAt' | 'updatedAt'> {
  const refName = optionalObject(optionalObject(body, 'conditions') ?? {}, 'ref_name') ?? {};
  const rules = objects(body, 'rules').map((rule): Rule => {
    const type = text(rule, 'type');
    if (!KNOWN.has(type)) throw unprocessable(`Invalid rule '${type}': the look-alike does not enforce it`);
    const parameters = optionalObject(rule, 'parameters');
    return parameters === undefined ? { type } : { type, parameters };
  });
  return {
    name: text(body, 'name'),
    enforcement: optionalChoice(body, 'enforcement', ['active', 'disabled', 'evaluate']) ?? 'active',
    include: [...texts(refName, 'include')],
    exclude: [...texts(refName, 'exclude')],
    bypass: objects(body, 'bypass_actors').map((actor) => ({
      actorId: optionalNumber(actor, 'actor_id') ?? null,
      actorType: text(actor, 'actor_type'),
      mode: optionalChoice(actor, 'bypass_mode', ['always', 'pull_request', 'exempt']) ?? 'always',
    })),
    rules,
  };
}

/** The list shows no rules; `isFull` does. */
export function rulesetJson(hub: HubState, repository: Repository, ruleset: Ruleset, isFull: boolean): Json {
  const { id } = ruleset;
  const simple = {
    id,
    name: ruleset.name,
    target: 'branch',
    source_type: 'Repository',
    source: repository.fullName,
    enforcement: ruleset.enforcement,
    node_id: nodeId('RepositoryRuleset', id),
    created_at: seconds(ruleset.createdAt),
    updated_at: seconds(ruleset.updatedAt),
    _links: {
      self: { href: `${repositoryUrl(hub, repository)}/rulesets/${id}` },
      html: { href: `${hub.url}/${repository.fullName}/rules/${id}` },
    },
  };
  if (!isFull) return simple;
  return {
    ...simple,
    conditions: { ref_name: { include: ruleset.include, exclude: ruleset.exclude } },
    bypass_actors: ruleset.bypass.map((each) => ({
      actor_id: each.actorId,
      actor_type: each.actorType,
      bypass_mode: each.mode,
    })),
    rules: ruleset.rules.map(ruleJson),
  };
}

/** A rule with the parameters that GitHub fills in. */
export function ruleJson(rule: Rule): Json {
  const given = rule.parameters ?? {};
  if (rule.type === 'pull_request') {
    const methods = list(given, 'allowed_merge_methods');
    return {
      type: rule.type,
      parameters: {
        dismiss_stale_reviews_on_push: false,
        require_code_owner_review: false,
        require_last_push_approval: false,
        required_approving_review_count: 0,
        required_review_thread_resolution: false,
        required_reviewers: [],
        ...given,
        allowed_merge_methods: methods.length === 0 ? ['merge', 'squash', 'rebase'] : methods,
      },
    };
  }
  if (rule.type === 'required_status_checks') {
    return {
      type: rule.type,
      parameters: { strict_required_status_checks_policy: false, do_not_enforce_on_create: false, ...given },
    };
  }
  if (rule.type === 'update')
    return { type: rule.type, parameters: { update_allows_fetch_and_merge: false, ...given } };
  return { type: rule.type, ...(isObject(rule.parameters) ? { parameters: rule.parameters } : {}) };
}
