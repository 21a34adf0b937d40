/**
 * The gate without a server: the same judgement and the same words as the app's, once, for one pull request or all open
 * ones. It reads data through the API and never checks out or runs anything of a pull request. It merges only when told to.
 */
import { reviewersToAsk } from '../core/explain/reviewers.ts';
import { plainComment } from '../core/explain/sticky-comment.ts';
import { announce, keepFromGreen, undecidedBy } from '../github/announce.ts';
import { type CheckTarget, type PublishedCheck, publishCheck } from '../github/check-runs.ts';
import { call, type GitHub, GitHubError, type RepositoryName } from '../github/client.ts';
import { publishSticky } from '../github/comments.ts';
import { codeOwnersOf, type Judgement, judgeOpen, mergesBy } from '../github/judge-open.ts';
import type { LedgerCache } from '../github/ledger-store.ts';
import { mergePullRequest, readOpenPulls } from '../github/merge.ts';
import { readProvenEntries } from '../github/proven-entries.ts';
import { type PullRequestFacts, readPullRequest } from '../github/pull-request.ts';
import { fields, text } from '../github/read.ts';
import { requestReviewers } from '../github/reviewers.ts';
import type { GitCache } from '../github/tree.ts';

export interface GateWorld {
  readonly github: GitHub;
  readonly repository: RepositoryName;
  readonly ledger: { readonly github: GitHub; readonly repository: RepositoryName };
  /** Whose checks and comments are ours. */
  readonly appId: number;
  /** The repository's page. */
  readonly page: string;
  readonly merges: boolean;
  readonly cache: { readonly git: GitCache; readonly ledger: LedgerCache };
  readonly pause: (milliseconds: number) => Promise<void>;
}

export interface GateReport {
  readonly pullRequest: number;
  /** `allow`, `pending`, `deny`, `invalid`, `fault`; `shared`, `blocked`, `merged`, `closed`, `elsewhere`, `failed`. */
  readonly verdict: string;
  /** What the check says. */
  readonly title: string;
  /** Why the comment could not be written, as where the conversation is locked; `null`: it was, or none was due. */
  readonly untold: string | null;
}

/** `pullRequest`: as an event named it; `null`: all open ones. One that fails changes no other's outcome. */
export async function gate(world: GateWorld, pullRequest: number | null): Promise<readonly GateReport[]> {
  const numbers = pullRequest === null ? await openPulls(world) : [pullRequest];
  const reports: GateReport[] = [];
  for (const number of numbers) reports.push(await evaluateOrFail(world, number));
  return reports;
}

async function openPulls(world: GateWorld): Promise<readonly number[]> {
  const { owner, name: repo } = world.repository;
  const { data } = await call(world.github, 'GET /repos/{owner}/{repo}', { owner, repo });
  return readOpenPulls(world.github, world.repository, text(fields(data, 'repository')['default_branch'], 'branch'));
}

async function evaluateOrFail(world: GateWorld, number: number): Promise<GateReport> {
  try {
    return await evaluate(world, number);
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return { pullRequest: number, verdict: 'failed', title: error.message, untold: null };
  }
}

/** One pull request on its way. */
interface Session {
  readonly world: GateWorld;
  readonly facts: PullRequestFacts;
  readonly target: CheckTarget;
  check: PublishedCheck;
}

async function evaluate(world: GateWorld, number: number): Promise<GateReport> {
  const { github, repository } = world;
  const facts = await readPullRequest(github, repository, number);
  const { state, base, head } = facts.pullRequest;
  if (base.ref !== facts.repository.defaultBranch)
    return { pullRequest: number, verdict: 'elsewhere', title: base.ref, untold: null };
  if (state !== 'open') return { pullRequest: number, verdict: 'closed', title: state, untold: null };
  const target = { repository, head: head.sha, binding: `${number}@${base.ref}` };
  const session: Session = { world, facts, target, check: await keepFromGreen(github, target, world.appId) };
  try {
    return await settle(session, await judgeSameHead(session));
  } catch (error) {
    session.check = await publishCheck(github, target, session.check, undecidedBy(error));
    if (!(error instanceof GitHubError)) throw error;
    return { pullRequest: number, verdict: 'failed', title: session.check.title, untold: null };
  }
}

const TRIES = 3;
const BETWEEN = 2000;

/** A push, or anything else that moved between two readings: read again, and leave it to the next run in the end. */
async function judgeSameHead({ world, facts, target }: Session): Promise<Judgement> {
  const { number, base } = facts.pullRequest;
  for (let tried = 1; ; tried += 1) {
    try {
      const judgement = await judgeOpen(world.github, {
        repository: world.repository,
        pull: { number, head: target.head, base: base.ref },
        ledger: () => readProvenEntries(async () => world.ledger.github, world.ledger.repository, world.cache.ledger),
        cache: world.cache.git,
      });
      if (judgement.evidence.pullRequest.head.sha === target.head) return judgement;
      throw new GitHubError('inconsistent', 'the branch was pushed to while it was being decided');
    } catch (error) {
      if (!(error instanceof GitHubError) || error.code !== 'inconsistent' || tried === TRIES) throw error;
      await world.pause(BETWEEN);
    }
  }
}

async function settle(session: Session, judgement: Judgement): Promise<GateReport> {
  const { world, facts, target } = session;
  const { run, comment } = announce(judgement, world.page);
  session.check = await publishCheck(world.github, target, session.check, run);
  const method = world.merges ? mergesBy(judgement) : null;
  if (method !== null) return mergeOnFreshFacts(session, method);
  const untold = await publishSticky(world.github, world.repository, facts.pullRequest.number, world.appId, comment);
  await askForReviews(session, judgement);
  return reportOf(session, judgement.is === 'decided' ? judgement.decision.verdict : judgement.is, untold);
}

/** INVARIANT: what is merged was allowed on facts read after the check turned green, at exactly this head. */
async function mergeOnFreshFacts(session: Session, method: 'merge' | 'squash'): Promise<GateReport> {
  const { world, facts, target } = session;
  const { number } = facts.pullRequest;
  const fresh = await judgeSameHead(session);
  if (mergesBy(fresh) !== method) return settle({ ...session, world: { ...world, merges: false } }, fresh);
  const merged = await mergePullRequest(world.github, world.repository, number, target.head, method);
  const comment = merged.merged
    ? plainComment('🟢', 'Approved and merged', 'The next sweep decides again, and grants.')
    : plainComment('🟢', 'Approved, waiting for GitHub to merge it', `GitHub does not merge it: ${merged.why}.`);
  const untold = await publishSticky(world.github, world.repository, number, world.appId, comment);
  return reportOf(session, merged.merged ? 'merged' : 'allow', untold);
}

async function askForReviews({ world, facts }: Session, judgement: Judgement): Promise<void> {
  if (judgement.is !== 'decided' || judgement.decision.verdict !== 'pending' || facts.pullRequest.draft) return;
  const { decision, evidence } = judgement;
  if (decision.asked === null) return;
  const owners = codeOwnersOf(evidence, decision.asked.request.path.path);
  const wanted = reviewersToAsk(decision, world.repository.owner, owners);
  const { number, author } = facts.pullRequest;
  const about = { number, author: author.login, requested: facts.requested };
  await requestReviewers(world.github, world.repository, about, wanted);
}

function reportOf({ facts, check }: Session, verdict: string, untold: string | null): GateReport {
  return { pullRequest: facts.pullRequest.number, verdict, title: check.title, untold };
}
