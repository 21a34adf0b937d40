/**
 * Opens one pull request that removes the files of requests that are over, and brings it up to date while it is open. It
 * merges nothing: what it opened is decided like anybody's, and merged as the settings say.
 */
import type { Housekeeping } from '../core/document/documents.ts';
import { parseGovernance } from '../core/document/parse-governance.ts';
import { housekeepingBody, housekeepingTitle } from '../core/explain/housekeeping.ts';
import { replay } from '../core/ledger/replay.ts';
import { type ClosedFile, closedFiles } from '../core/ledger/request-files.ts';
import { DAY, type Instant, plus } from '../core/time.ts';
import { readBranchTip } from '../github/branch-store.ts';
import { call, type GitHub, GitHubError, serverDate } from '../github/client.ts';
import { readGoverning } from '../github/governing.ts';
import {
  HOUSEKEEPING_BRANCH,
  type HousekeepingPull,
  proposeRemoval,
  readHousekeepingPull,
  readProposal,
} from '../github/housekeeping-branch.ts';
import { readTree, type Tree } from '../github/tree.ts';
import type { Gate } from './gate.ts';
import { readEntries } from './ledger.ts';

/** What one pull request holds at most: far fewer files than the gate reads of one. */
const MOST = 200;

/** Throws `GitHubError`; the next patrol looks again. Without the permission to push it only says so in the log. */
export async function keepHouse(gate: Gate, branch: string): Promise<void> {
  const ledger = await readEntries(gate);
  if (!ledger.ok) return;
  const closed = closedFiles(replay(ledger.entries));
  if (closed.length === 0) return;
  const github = await gate.connect(gate.repository);
  const tip = await readBranchTip(github, gate.repository, branch);
  if (tip === null) return;
  const tree = await readTree(github, gate.repository, tip, gate.git);
  const files = presentIn(tree, closed).slice(0, MOST);
  const settings = await settingsAt(gate, github, tip);
  if (files.length === 0 || settings?.enabled !== true) return;
  const now = await serverNow(gate, github);
  if (!isDue(files, settings, now)) return;
  const pull = await readHousekeepingPull(github, gate.repository, branch, await gate.login());
  if (pull === 'taken') {
    gate.log.warn(
      { branch: HOUSEKEEPING_BRANCH },
      'somebody has a pull request open from this branch: nothing is tidied up',
    );
    return;
  }
  if (pull !== null && (await isResting(gate, github, { pull, files, settings, now }))) return;
  await propose(gate, github, { tip, base: branch, files, pull: pull?.state === 'open' ? pull.number : null });
}

/** From so many on, or from one on that is over for so long. `files`: the longest over first. */
export function isDue(files: readonly ClosedFile[], { from, after }: Housekeeping, now: Instant): boolean {
  const [oldest] = files;
  return oldest !== undefined && (files.length >= from || plus(oldest.since, after) <= now);
}

function presentIn(tree: Tree, closed: readonly ClosedFile[]): readonly ClosedFile[] {
  const seen = new Set<string>();
  return closed.filter(({ path, blob }) => {
    const isThere = tree.get(path)?.blob === blob && !seen.has(path);
    if (isThere) seen.add(path);
    return isThere;
  });
}

interface Asked {
  readonly pull: HousekeepingPull;
  readonly files: readonly ClosedFile[];
  readonly settings: Housekeeping;
  readonly now: Instant;
}

/** At most once a day, and nothing that is there already. Whoever closed it is left in peace for as long as a file may lie. */
async function isResting(gate: Gate, github: GitHub, { pull, files, settings, now }: Asked): Promise<boolean> {
  const { state, head, createdAt, closedAt } = pull;
  if (state !== 'open') {
    const rest = state === 'closed' ? Math.max(settings.after, DAY) : DAY;
    return plus(closedAt ?? createdAt, rest) > now;
  }
  const { at, parent } = await readProposal(github, gate.repository, head);
  // Whoever may push to the branch dates what they push: one of the future would rest for good.
  if (at <= now && plus(at, DAY) > now) return true;
  const proposed = await readTree(github, gate.repository, head, gate.git);
  const before = parent === null ? new Map() : await readTree(github, gate.repository, parent, gate.git);
  const removed = [...before.keys()].filter((path) => !proposed.has(path));
  return removed.length === files.length && files.every(({ path }) => removed.includes(path));
}

async function propose(
  gate: Gate,
  github: GitHub,
  asked: {
    readonly tip: string;
    readonly base: string;
    readonly files: readonly ClosedFile[];
    readonly pull: number | null;
  },
): Promise<void> {
  const { tip, base, files, pull } = asked;
  try {
    const paths = files.map(({ path }) => path).sort();
    const text = { title: housekeepingTitle(files), body: housekeepingBody(files) };
    const number = await proposeRemoval(github, gate.repository, { tip, base, paths, ...text, pull });
    gate.log.info({ pullRequest: number, files: files.length }, 'files of requests that are over are to be removed');
    gate.enqueue(number);
  } catch (error) {
    if (!(error instanceof GitHubError) || error.isRetryable) throw error;
    gate.log.warn({ branch: HOUSEKEEPING_BRANCH, code: error.code }, 'could not open a pull request that tidies up');
  }
}

/** `null`: the governing files do not parse, so that nobody knows what is wanted. */
async function settingsAt(gate: Gate, github: GitHub, tip: string): Promise<Housekeeping | null> {
  const { files } = await readGoverning(github, gate.repository, tip, gate.git);
  const parsed = parseGovernance(files);
  return parsed.ok ? parsed.value.settings.housekeeping : null;
}

async function serverNow(gate: Gate, github: GitHub): Promise<Instant> {
  const { owner, name } = gate.repository;
  const now = serverDate(await call(github, 'GET /repos/{owner}/{repo}', { owner, repo: name }));
  if (now === null) throw new GitHubError('unexpected', 'GitHub sent no `Date` header, so the time is unknown');
  return now;
}
