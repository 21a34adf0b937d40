/**
 * Which webhooks matter, and to which pull request. An event only says where to look; what changes nothing we look at is
 * dropped here, without a call.
 */
import type { Probot } from 'probot';
import { isGoverningPath } from '../core/document/paths.ts';
import { diffTrees } from '../github/changes.ts';
import { CHECK_NAME } from '../github/check-runs.ts';
import { HEARTBEAT_BRANCH } from '../github/heartbeat-store.ts';
import { LEDGER_BRANCH } from '../github/ledger-store.ts';
import { readTree } from '../github/tree.ts';
import { answerCommand, commandIn, isForSweep } from './commands.ts';
import type { Emergencies } from './emergency.ts';
import { type Gate, isRepository } from './gate.ts';
import { refuseMergeGroup } from './merge-group.ts';
import type { Moves } from './moves.ts';
import type { Queue } from './queue.ts';

/**
 * A pull request, all open ones, what the ledger's news make out of date, the clock, the round that is made anyway, what
 * needs a person, who is reminded.
 */
export type Work = number | 'all' | 'news' | 'clock' | 'patrol' | 'alerts' | 'reminders';

interface Listening {
  /** Starts a sweep for a comment that it is to read. */
  sweep(): Promise<void>;
  readonly emergencies: Emergencies;
  readonly moves: Moves;
  readonly queue: Queue<Work>;
}

export function listen(probot: Probot, gate: Gate, { sweep, emergencies, moves, queue }: Listening): void {
  const isOurs = (payload: { repository?: { full_name: string } }) =>
    payload.repository !== undefined && isRepository(gate.repository, payload.repository.full_name);

  probot.on(
    [
      'pull_request.opened',
      'pull_request.reopened',
      'pull_request.synchronize',
      'pull_request.edited',
      'pull_request.ready_for_review',
      'pull_request.converted_to_draft',
      'pull_request.closed',
    ],
    async ({ payload }) => {
      if (!isOurs(payload)) return;
      const { number, head } = payload.pull_request;
      emergencies.seen(number, head.sha);
      moves.moved(number);
      await queue.push(number);
    },
  );

  probot.on(
    ['pull_request_review.submitted', 'pull_request_review.edited', 'pull_request_review.dismissed'],
    async ({ payload }) => {
      if (!isOurs(payload)) return;
      moves.moved(payload.pull_request.number);
      await queue.push(payload.pull_request.number);
    },
  );

  probot.on(['check_run.rerequested', 'check_run.requested_action'], async ({ payload }) => {
    const { check_run: run } = payload;
    if (!isOurs(payload) || run.name !== CHECK_NAME || run.app?.id !== gate.appId) return;
    const number = Number(/^(\d{1,15})@/.exec(run.external_id ?? '')?.[1]);
    await queue.push(Number.isSafeInteger(number) ? number : 'all');
  });

  probot.on('merge_group.checks_requested', async ({ payload }) => {
    if (isOurs(payload)) await refuseMergeGroup(gate, payload.merge_group.head_sha);
  });

  probot.on('issue_comment.created', async ({ payload }) => {
    const { issue, comment } = payload;
    const command = commandIn(comment.body);
    if (!isOurs(payload) || issue.pull_request == null || command === null || comment.user?.type !== 'User') return;
    // Before the answer, which waits for the pace: ending access does not.
    if (isForSweep(command) && issue.pull_request.merged_at != null) await sweep();
    await answerCommand(gate, issue.number, comment.id);
  });

  probot.on('push', async ({ payload }) => {
    const isLedger = isRepository(gate.ledger, payload.repository.full_name);
    const isNews = isLedger && payload.ref === `refs/heads/${LEDGER_BRANCH}`;
    const isBeat = isLedger && payload.ref === `refs/heads/${HEARTBEAT_BRANCH}`;
    const isDefault = isOurs(payload) && payload.ref === `refs/heads/${payload.repository.default_branch}`;
    if (isNews || isBeat || isDefault) await Promise.all([queue.push('clock'), isNews ? queue.push('news') : null]);
    if (isDefault && (await movesGovernance(gate, payload.before, payload.after))) {
      moves.movedAll();
      await queue.push('all');
    }
  });

  const isOwner = (payload: { organization?: { login: string } | undefined }) =>
    payload.organization?.login.toLowerCase() === gate.repository.owner.toLowerCase();

  probot.on(['membership', 'team', 'organization'], async ({ payload }) => {
    if (isOwner(payload)) await queue.push('all');
  });
}

/** Whether other rules hold after a push; in doubt they do. */
async function movesGovernance(gate: Gate, before: string, after: string): Promise<boolean> {
  const isGoverning = (path: string | null) => path !== null && isGoverningPath(path);
  try {
    const github = await gate.connect(gate.repository);
    const [from, to] = [
      await readTree(github, gate.repository, before, gate.git),
      await readTree(github, gate.repository, after, gate.git),
    ];
    return diffTrees(from, to).some(({ path, previousPath }) => isGoverning(path) || isGoverning(previousPath));
  } catch {
    return true;
  }
}
