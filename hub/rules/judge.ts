/** What the rules of a branch say to a push, a ref set through the API, or a merge: the sentences of every refusal. */
import { texts } from '../body.ts';
import { type FileChange, ZERO } from '../git/types.ts';
import type { Actor, PullRequest, Repository, Rule } from '../model.ts';
import type { HubState } from '../types.ts';
import { bypasses } from './bypass.ts';
import { missingChecks } from './checks.ts';
import { matchesAny, rulesFor } from './patterns.ts';
import { missingReviews } from './reviews.ts';
import { needsWorkflows, workflowRefusal, workflowsOf } from './workflows.ts';

export interface Proposal {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** Refusals of a direct move. The new objects must be in the repository already. */
export async function refusalsOfMove(
  hub: HubState,
  repository: Repository,
  move: Proposal,
  actor: Actor,
): Promise<string[]> {
  const refusals: string[] = [];
  for (const { rule, ruleset } of rulesFor(repository, move.ref)) {
    if (bypasses(hub, repository, ruleset, actor, 'push')) continue;
    refusals.push(...(await refusalsByRule(hub, repository, rule, move)));
  }
  const workflow = needsWorkflows(actor) ? workflowRefusal(actor, await changesOf(repository, move)) : null;
  return [...new Set(workflow === null ? refusals : [...refusals, workflow])];
}

/** What a move brings, if it touches workflows at all; for a new branch, since it left the default branch. */
async function changesOf(repository: Repository, move: Proposal): Promise<FileChange[]> {
  const { git } = repository;
  if (move.after === ZERO) return [];
  const from = move.before === ZERO ? await forkOf(repository, move.after) : move.before;
  const [before, after] = await Promise.all([from, move.after].map((each) => workflowsOf(git, each)));
  return before === after ? [] : git.diff(from, move.after);
}

async function forkOf({ git, defaultBranch }: Repository, head: string): Promise<string> {
  const main = await git.resolve(`refs/heads/${defaultBranch}`);
  const fork = main === null ? null : await git.mergeBase(main, head);
  return fork ?? git.writeObject('tree', '');
}

async function refusalsByRule(hub: HubState, repository: Repository, rule: Rule, move: Proposal): Promise<string[]> {
  const { before, after } = move;
  const isCreated = before === ZERO;
  if (after === ZERO) return rule.type === 'deletion' ? ['Cannot delete this branch'] : [];
  const { git } = repository;
  switch (rule.type) {
    case 'creation':
      return isCreated ? ['Cannot create ref due to creations being restricted.'] : [];
    case 'update':
      return isCreated ? [] : ['Cannot update this protected ref.'];
    case 'pull_request':
      return isCreated ? [] : ['Changes must be made through a pull request.'];
    case 'merge_queue':
      return isCreated ? [] : ['Changes must be made through the merge queue'];
    case 'required_status_checks':
      return isCreated ? [] : missingChecks(repository, rule, after);
    case 'non_fast_forward':
      return isCreated || (await git.isAncestor(before, after)) ? [] : ['Cannot force-push to this branch'];
    case 'required_linear_history': {
      const commits = await newCommits(repository, move);
      return commits.some((commit) => commit.parents.length > 1) ? ['This branch must not contain merge commits.'] : [];
    }
    case 'required_signatures': {
      const commits = await newCommits(repository, move);
      return commits.every((commit) => hub.verified.has(commit.sha)) ? [] : ['Commits must have verified signatures.'];
    }
    case 'file_path_restriction': {
      const changes = isCreated ? [] : await git.diff(before, after);
      return restrictedPaths(rule, changes);
    }
    default:
      return [];
  }
}

function restrictedPaths(rule: Rule, changes: readonly FileChange[]): string[] {
  const patterns = texts(rule.parameters ?? {}, 'restricted_file_paths');
  const hit = changes.find((change) => matchesAny(patterns, change.path));
  return hit === undefined ? [] : [`File path ${hit.path} is restricted.`];
}

async function newCommits(repository: Repository, move: Proposal) {
  const shas = await repository.git.history(move.after, move.before === ZERO ? null : move.before);
  const commits = await Promise.all(shas.map((sha) => repository.git.commit(sha)));
  return commits.filter((commit) => commit !== null);
}

/** Refusals of a merge by somebody; `null` for nobody in particular, which bypasses nothing. */
export async function refusalsOfMerge(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  changes: readonly FileChange[],
  actor: Actor | null,
  method: string | null,
): Promise<string[]> {
  const refusals: string[] = [];
  for (const { rule, ruleset } of rulesFor(repository, `refs/heads/${pull.base.ref}`)) {
    if (actor !== null && bypasses(hub, repository, ruleset, actor, 'merge')) continue;
    refusals.push(...(await refusalsOfMergeByRule(hub, repository, pull, changes, rule, method)));
  }
  return [...new Set(refusals)];
}

async function refusalsOfMergeByRule(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  changes: readonly FileChange[],
  rule: Rule,
  method: string | null,
): Promise<string[]> {
  switch (rule.type) {
    case 'update':
      return ['Cannot update this protected ref.'];
    case 'required_status_checks': {
      const missing = missingChecks(repository, rule, pull.head.sha);
      const isStrict = rule.parameters?.['strict_required_status_checks_policy'] === true;
      return isStrict && (await isBehind(repository, pull))
        ? [...missing, 'The head branch is not up to date with the base branch.']
        : missing;
    }
    case 'pull_request': {
      const missing = await missingReviews(hub, repository, pull, rule, changes);
      const allowed = texts(rule.parameters ?? {}, 'allowed_merge_methods');
      const isAllowed = method === null || allowed.length === 0 || allowed.includes(method);
      return isAllowed ? missing : [...missing, `Merge method ${method} is not allowed.`];
    }
    case 'merge_queue':
      return method === null ? [] : ['Changes must be made through the merge queue'];
    case 'required_linear_history':
      return method === 'merge' ? ['This branch must not contain merge commits.'] : [];
    case 'file_path_restriction':
      return restrictedPaths(rule, changes);
    default:
      return [];
  }
}

async function isBehind(repository: Repository, pull: PullRequest): Promise<boolean> {
  const tip = await repository.git.resolve(`refs/heads/${pull.base.ref}`);
  return tip !== null && !(await repository.git.isAncestor(tip, pull.head.sha));
}
