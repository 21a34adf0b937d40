/**
 * Reads how GitHub is set up: the rules in force, who may pass over them, the tree, the environment. An App needs
 * `metadata: read` for rules, `contents: read` for the tree, `actions: read` for the environment (docs.github.com,
 * "Permissions required for GitHub Apps"). What cannot be read becomes an unknown with its reason. Judges nothing.
 */

import { ENVIRONMENT } from '../core/attest/judge-around.ts';
import {
  type BranchSetup,
  type BypassActor,
  type EnvironmentSetup,
  type Fact,
  known,
  type Rule,
  type Setup,
  type TreeSetup,
  unknown,
} from '../core/attest/snapshot.ts';
import { CODEOWNERS_LOCATIONS } from '../core/codeowners/locate.ts';
import { call, callAll, type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { inBatches } from './in-batches.ts';
import { LEDGER_BRANCH } from './ledger-store.ts';
import { type Fields, fields, integer, list, text } from './read.ts';
import { type GitCache, gitCache, readText, readTree } from './tree.ts';

export interface SetupAsked {
  readonly access: RepositoryName;
  readonly ledger: { readonly github: GitHub; readonly repository: RepositoryName };
  readonly gateApp: number | null;
  readonly applierApp: number | null;
  readonly cache?: GitCache;
}

/** Throws `GitHubError` when the repositories themselves cannot be read. */
export async function readSetup(github: GitHub, asked: SetupAsked): Promise<Setup> {
  const { access, ledger } = asked;
  const [home, sweepHome] = await Promise.all([
    call(github, 'GET /repos/{owner}/{repo}', nameOf(access)),
    call(ledger.github, 'GET /repos/{owner}/{repo}', nameOf(ledger.repository)),
  ]);
  const repository = fields(home.data, 'repository');
  const branch = text(repository['default_branch'], 'default branch');
  const [main, ledgerBranch, tree, environment] = await Promise.all([
    attempt(() => readBranchSetup(github, access, branch)),
    attempt(() => readBranchSetup(ledger.github, ledger.repository, LEDGER_BRANCH)),
    attempt(() => readTreeSetup(github, access, branch, asked.cache ?? gitCache())),
    attempt(() => readEnvironment(ledger.github, ledger.repository)),
  ]);
  const rebase = repository['allow_rebase_merge'];
  return {
    access: fullName(access),
    defaultBranch: branch,
    ledger: fullName(ledger.repository),
    sweepBranch: text(fields(sweepHome.data, 'repository')['default_branch'], 'default branch'),
    gateApp: asked.gateApp,
    applierApp: asked.applierApp,
    main,
    ledgerBranch,
    tree,
    // Shown only to who may write contents.
    allowsRebase:
      typeof rebase === 'boolean' ? known(rebase) : unknown('the merge settings are not shown to this token'),
    environment,
    more: null,
  };
}

/** What GitHub refuses, or does not answer, is unknown. */
export async function attempt<T>(read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return known(await read());
  } catch (error) {
    if (error instanceof GitHubError) return unknown(error.message);
    throw error;
  }
}

export async function readBranchSetup(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
): Promise<BranchSetup> {
  const name = nameOf(repository);
  const found = await callAll(github, 'GET /repos/{owner}/{repo}/rules/branches/{branch}', { ...name, branch });
  const rules = found.flatMap((item) => {
    const rule = readRule(fields(item, 'rule'));
    return rule === null ? [] : [rule];
  });
  const ids = [...new Set(rules.map(({ ruleset }) => ruleset))].sort((a, b) => a - b);
  const rulesets = await inBatches(ids, (id) => readRuleset(github, repository, id));
  return {
    branch,
    rules,
    bypass: new Map(rulesets.map(({ id, bypass }) => [id, bypass])),
    names: new Map(rulesets.map(({ id, called }) => [id, called])),
  };
}

/** `null`: a rule that says nothing about what is judged. */
function readRule(rule: Fields): Rule | null {
  const ruleset = integer(rule['ruleset_id'], 'ruleset_id');
  const type = text(rule['type'], 'rule type');
  switch (type) {
    case 'deletion':
    case 'non_fast_forward':
    case 'update':
    case 'merge_queue':
      return { ruleset, type };
    case 'pull_request': {
      const parameters = fields(rule['parameters'], 'rule parameters');
      return {
        ruleset,
        type,
        approvals: integer(parameters['required_approving_review_count'], 'required_approving_review_count'),
        codeOwners: parameters['require_code_owner_review'] === true,
        mergeMethods: texts(parameters['allowed_merge_methods'] ?? [], 'allowed_merge_methods'),
        reviewers: list(parameters['required_reviewers'] ?? [], 'required_reviewers').map((item) => {
          const reviewer = fields(item, 'required reviewer');
          return {
            patterns: texts(reviewer['file_patterns'], 'file_patterns'),
            approvals: integer(reviewer['minimum_approvals'], 'minimum_approvals'),
          };
        }),
      };
    }
    case 'required_status_checks': {
      const parameters = fields(rule['parameters'], 'rule parameters');
      return {
        ruleset,
        type,
        strict: parameters['strict_required_status_checks_policy'] === true,
        checks: list(parameters['required_status_checks'], 'required_status_checks').map((item) => {
          const check = fields(item, 'required check');
          const app = check['integration_id'];
          return { name: text(check['context'], 'context'), app: typeof app === 'number' ? app : null };
        }),
      };
    }
    default:
      return null;
  }
}

interface Ruleset {
  readonly id: number;
  readonly called: string;
  readonly bypass: Fact<readonly BypassActor[]>;
}

/** GitHub leaves `bypass_actors` out for whoever may not write the ruleset. */
async function readRuleset(github: GitHub, repository: RepositoryName, id: number): Promise<Ruleset> {
  const read = await attempt(async () => {
    const parameters = { ...nameOf(repository), ruleset_id: id };
    return fields((await call(github, 'GET /repos/{owner}/{repo}/rulesets/{ruleset_id}', parameters)).data, 'ruleset');
  });
  if (!read.isRead) return { id, called: String(id), bypass: read };
  const called = text(read.value['name'], 'ruleset name');
  const actors = read.value['bypass_actors'];
  if (actors === undefined) {
    return { id, called, bypass: unknown('GitHub shows bypass lists to administrators only') };
  }
  const bypass = list(actors, 'bypass_actors').map((item) => {
    const actor = fields(item, 'bypass actor');
    const actorId = actor['actor_id'];
    return { type: text(actor['actor_type'], 'actor_type'), id: typeof actorId === 'number' ? actorId : null };
  });
  return { id, called, bypass: known(bypass) };
}

const WORKFLOWS = /^\.github\/workflows\/[^/]+\.ya?ml$/;

async function readTreeSetup(
  github: GitHub,
  repository: RepositoryName,
  branch: string,
  cache: GitCache,
): Promise<TreeSetup> {
  const parameters = { ...nameOf(repository), ref: `heads/${branch}` };
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', parameters);
  const tip = text(fields(fields(data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha');
  const tree = await readTree(github, repository, tip, cache);
  const location = CODEOWNERS_LOCATIONS.find((path) => tree.has(path));
  const owners = location === undefined ? undefined : tree.get(location);
  const workflows = [...tree.values()].filter(({ path }) => WORKFLOWS.test(path));
  const texts = await inBatches(workflows, (entry) => readText(github, repository, entry, cache));
  return {
    paths: [...tree.keys()].sort(),
    codeowners: owners === undefined ? null : await readText(github, repository, owners, cache),
    workflows: new Map(workflows.map(({ path }, at) => [path, texts[at] ?? null])),
  };
}

async function readEnvironment(github: GitHub, repository: RepositoryName): Promise<EnvironmentSetup | null> {
  const parameters = { ...nameOf(repository), environment_name: ENVIRONMENT };
  const found = await orNull(call(github, 'GET /repos/{owner}/{repo}/environments/{environment_name}', parameters));
  if (found === null) return null;
  const policy = fields(found.data, 'environment')['deployment_branch_policy'];
  if (policy === null || policy === undefined) return { branches: 'all' };
  if (fields(policy, 'deployment_branch_policy')['custom_branch_policies'] !== true) return { branches: 'protected' };
  const route = 'GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies';
  const policies = await callAll(github, route, parameters, { under: 'branch_policies' });
  const names = policies.map((item) => {
    const branch = fields(item, 'branch policy');
    const name = text(branch['name'], 'branch policy name');
    return branch['type'] === 'tag' ? `tag ${name}` : name;
  });
  return { branches: names.sort() };
}

/** GitHub hides what a token may not see behind the same 404: who may see the repository may see its environments. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof GitHubError && error.code === 'not-found') return null;
    throw error;
  }
}

function texts(value: unknown, what: string): readonly string[] {
  return list(value, what).map((item) => text(item, what));
}

function nameOf({ owner, name }: RepositoryName): { readonly owner: string; readonly repo: string } {
  return { owner, repo: name };
}

function fullName({ owner, name }: RepositoryName): string {
  return `${owner}/${name}`;
}
