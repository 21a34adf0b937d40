/**
 * Collects every fact a decision rests on, for both gates, in as few calls as are independent of each other. It believes
 * no webhook, no check and no clock of its own: time is the `Date` of GitHub's answers. It judges nothing.
 */
import type { JsonValue } from '../core/json.ts';
import type { Evidence, HeldGrant } from '../core/policy/evidence.ts';
import type { Instant } from '../core/time.ts';
import { readMergedChanges, readPullChanges } from './changes.ts';
import { call, type GitHub, GitHubError, type GitHubResponse, type RepositoryName, serverDate } from './client.ts';
import { readCommits } from './commits.ts';
import { readGoverning } from './governing.ts';
import { readMembers, readTeams, teamsNamedIn } from './memberships.ts';
import { type PullRequestFacts, readIssueEvents, readPullRequest } from './pull-request.ts';
import { type Pushes, readPushes } from './pushers.ts';
import { fields, text } from './read.ts';
import { readReviews, withDismissals } from './reviews.ts';
import { type GitCache, gitCache } from './tree.ts';

export interface EvidenceAsked {
  readonly repository: RepositoryName;
  readonly pullRequest: number;
  /** Gate 1: what merging would add to the tip. Gate 2: what the merge commit added to its first parent. */
  readonly at: 'open' | { readonly mergeCommit: string; readonly parent: string };
  /** The commit to read the governing files at; `null`: the tip of the base branch, named by the first commit seen with the same. */
  readonly governing: string | null;
  /** The instant to decide for; `null`: the server's clock, after everything was read. */
  readonly now: Instant | null;
  readonly grants: readonly HeldGrant[];
  readonly signals: Readonly<Record<string, JsonValue>>;
  /** What git never changes; give the same one to later calls. */
  readonly cache?: GitCache;
}

/** Throws `GitHubError`: what could not be read in full makes no evidence. Facts that GitHub may hide are `null`. */
export async function collectEvidence(github: GitHub, asked: EvidenceAsked): Promise<Evidence> {
  const clock = watchClock(github);
  const evidence = await collect(clock.github, asked);
  const now = asked.now ?? clock.latest();
  if (now === null) throw new GitHubError('unexpected', 'GitHub sent no `Date` header, so the time is unknown');
  return { ...evidence, now };
}

async function collect(github: GitHub, asked: EvidenceAsked): Promise<Omit<Evidence, 'now'>> {
  const { repository, pullRequest: number } = asked;
  const cache = asked.cache ?? gitCache();
  const [facts, reviews, commits, events] = await Promise.all([
    readPullRequest(github, repository, number),
    readReviews(github, repository, number),
    readCommits(github, repository, number),
    readIssueEvents(github, repository, number),
  ]);
  requireSameHead(facts, commits.at(-1)?.sha);
  const tip = await baseTip(github, asked, facts);
  const [changes, governance, pushes] = await Promise.all([
    readChanges(github, asked, facts, tip, cache),
    readGovernance(github, asked, facts, tip, cache),
    readPushesOf(github, repository, facts),
  ]);
  const { organization: _, ...repositoryFacts } = facts.repository;
  return {
    apiVersion: 'gatepass/v1',
    kind: 'Evidence',
    repository: repositoryFacts,
    pullRequest: {
      ...facts.pullRequest,
      retargetedAt: events.retargetedAt,
      ...(events.readyAt !== null && { readyAt: events.readyAt }),
      ...(pushes.headPushedAt !== null && { headPushedAt: pushes.headPushedAt }),
    },
    changes,
    commits,
    pushers: pushes.pushers,
    reviews: withDismissals(reviews, events.dismissals),
    ...governance,
    grants: asked.grants,
    signals: asked.signals,
  };
}

/** A push between the two calls: the next evaluation sees it whole. */
function requireSameHead(facts: PullRequestFacts, last: string | undefined): void {
  const { head, commits } = facts.pullRequest;
  if (commits <= 250 && commits > 0 && last !== head.sha) {
    throw new GitHubError('inconsistent', `the head is ${head.sha} but the last commit listed is ${last ?? 'none'}`);
  }
}

/** `pull.base.sha` is where the pull request was opened, not the tip: the branch itself is asked. */
async function baseTip(github: GitHub, asked: EvidenceAsked, facts: PullRequestFacts): Promise<string | null> {
  if (asked.at !== 'open' && asked.governing !== null) return null;
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/git/ref/{ref}', {
    owner: asked.repository.owner,
    repo: asked.repository.name,
    ref: `heads/${facts.pullRequest.base.ref}`,
  });
  return text(fields(fields(data, 'ref')['object'], 'ref.object')['sha'], 'ref.object.sha');
}

async function readChanges(
  github: GitHub,
  asked: EvidenceAsked,
  facts: PullRequestFacts,
  tip: string | null,
  cache: GitCache,
): Promise<Evidence['changes']> {
  const { repository, at } = asked;
  const { number, head } = facts.pullRequest;
  if (at !== 'open') {
    return readMergedChanges(github, repository, { number, parent: at.parent, commit: at.mergeCommit }, cache);
  }
  if (tip === null) throw new GitHubError('unexpected', 'the tip of the base branch was not read');
  // A fork's commits are in this repository too, under refs/pull; a deleted fork's as well.
  return readPullChanges(github, repository, { number, head: head.sha, tip }, cache);
}

async function readGovernance(
  github: GitHub,
  asked: EvidenceAsked,
  facts: PullRequestFacts,
  tip: string | null,
  cache: GitCache,
): Promise<Pick<Evidence, 'governing' | 'teams' | 'members'>> {
  const commit = asked.governing ?? tip;
  if (commit === null) throw new GitHubError('unexpected', 'no commit to read the governing files at');
  const { files, firstSeen } = await readGoverning(github, asked.repository, commit, cache);
  // Of the tip any commit with the same files is as good: a merge of requests rewrites no verdict that waits.
  const governing = { commit: asked.governing ?? firstSeen, files };
  const { organization } = facts.repository;
  if (organization === null) return { governing, teams: {}, members: null };
  const [teams, members] = await Promise.all([
    readTeams(github, organization, teamsNamedIn(governing.files, organization)),
    readMembers(github, organization),
  ]);
  return { governing, teams, members };
}

/** A fork's branch is in another repository, whose activity is not ours to read. */
async function readPushesOf(github: GitHub, repository: RepositoryName, facts: PullRequestFacts): Promise<Pushes> {
  const { head, base, openedAt, mergedAt } = facts.pullRequest;
  if (head.repositoryId !== base.repositoryId) return { pushers: null, headPushedAt: null };
  return readPushes(github, repository, head.ref, { openedAt, mergedAt });
}

/** The same client, remembering the latest `Date` that GitHub sent. */
function watchClock(github: GitHub): { readonly github: GitHub; latest(): Instant | null } {
  let latest: Instant | null = null;
  const request = async (route: string, parameters?: Record<string, unknown>): Promise<GitHubResponse> => {
    const response = await github.request(route, parameters);
    const at = serverDate(response);
    if (at !== null && (latest === null || at > latest)) latest = at;
    return response;
  };
  return { github: { request }, latest: () => latest };
}
