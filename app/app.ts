/**
 * From webhooks to work. An event only says where to look: it names a pull request, or all of them, and everything is
 * read again. What changes nothing we look at is dropped here, without a call.
 */
import type { ApplicationFunctionOptions, Probot } from 'probot';
import { isGoverningPath } from '../core/document/paths.ts';
import { diffTrees } from '../github/changes.ts';
import { CHECK_NAME } from '../github/check-runs.ts';
import { call, toGitHubError } from '../github/client.ts';
import { HEARTBEAT_BRANCH } from '../github/heartbeat-store.ts';
import { LEDGER_BRANCH } from '../github/ledger-store.ts';
import { readOpenPulls } from '../github/merge.ts';
import { fields, text } from '../github/read.ts';
import { gitCache, readTree } from '../github/tree.ts';
import { newAlarmBoard } from './alarm.ts';
import { newClock, tick } from './clock.ts';
import { answerCommand, commandIn, isForSweep, sweepsFor } from './commands.ts';
import { connector, loginOf } from './connect.ts';
import { type Emergencies, evaluateInLane, newEmergencies } from './emergency.ts';
import type { Environment } from './environment.ts';
import { tellNews } from './finish.ts';
import { type Gate, isRepository } from './gate.ts';
import { readMentions } from './governance-now.ts';
import { healthHandler, newHealth } from './health.ts';
import { refuseMergeGroup } from './merge-group.ts';
import { type Moves, newMoves } from './moves.ts';
import { createNotifier, sealWith } from './notify.ts';
import { patrol } from './patrol.ts';
import { type Again, createQueue, type Queue, realTimer, retried, type Timer } from './queue.ts';
import { remind } from './remind.ts';
import { newWitness, witnessLedger } from './witness.ts';

/**
 * A pull request, all open ones, what the ledger's news make out of date, the clock, the round that is made anyway, what
 * needs a person, who is reminded.
 */
type Work = number | 'all' | 'news' | 'clock' | 'patrol' | 'alerts' | 'reminders';

export interface RunningGate {
  readonly queue: Queue<Work>;
  close(): Promise<void>;
}

/**
 * In seconds: webhooks get lost. What is open is decided again every ten minutes, since each costs two dozen requests; lost
 * webhooks, the witness and the sweeps are looked after twice as often, for a few.
 */
const ALL_AGAIN = 600;
const PATROL = 300;

type Settings = Pick<Environment, 'appId' | 'repository' | 'ledger' | 'web' | 'privateKey' | 'alertWebhook'>;

/** The Probot function, and a handle on what it does in the background. */
export function gateApp(settings: Settings, timer: Timer = realTimer) {
  let running: RunningGate | null = null;
  const app = (probot: Probot, { addHandler }: ApplicationFunctionOptions) => {
    running = open(probot, addHandler, settings, timer);
  };
  return { app, running: () => running };
}

function open(
  probot: Probot,
  addHandler: ApplicationFunctionOptions['addHandler'],
  settings: Settings,
  timer: Timer,
): RunningGate {
  const health = newHealth();
  const moves = newMoves();
  const lanes = connector(probot, health, timer);
  const { appId, repository, ledger, web } = settings;
  const gate: Gate = {
    appId,
    repository,
    ledger,
    web,
    connect: lanes.ordinary,
    login: () => loginOf(probot),
    git: gitCache(),
    ledgerFiles: new Map(),
    health,
    witness: newWitness(),
    clock: newClock(),
    alarms: newAlarmBoard(),
    log: probot.log,
    enqueue: (pullRequest) => {
      moves.moved(pullRequest);
      later(pullRequest);
    },
    enqueueAll: () => later('all'),
    tell: () => later('alerts'),
  };
  const urgent: Gate = { ...gate, connect: lanes.urgent };
  const emergency: Gate = { ...gate, connect: lanes.emergency };
  const emergencies = newEmergencies(gate, emergency);
  const notifier = createNotifier(gate, {
    webhook: settings.alertWebhook,
    seal: sealWith(settings.privateKey),
    mentions: async (github) => readMentions(gate, github, await defaultBranch(gate)),
  });
  let told: number | null = null;
  const reminded = new Set<string>();
  const run = async (work: Work, attempt: number): Promise<Again> => {
    if (work === 'all') return enqueueAll(gate, queue, moves);
    if (work === 'clock') return tick(urgent);
    if (work === 'patrol') {
      await patrol(
        gate,
        () => probot.auth(),
        () => defaultBranch(gate),
      );
      return null;
    }
    if (work === 'news') {
      try {
        await witnessLedger(gate);
      } finally {
        gate.tell();
        later('reminders');
      }
      told = await tellNews(gate, told, await defaultBranch(gate));
      return null;
    }
    if (work === 'alerts') return notifier.tell(attempt);
    if (work === 'reminders') return remind(gate, reminded);
    return moves.taking(work, (hasMoved) =>
      evaluateInLane({ ordinary: gate, emergency }, emergencies, { pullRequest: work, attempt, hasMoved }),
    );
  };
  const failed = (work: Work, error: unknown): number | null => {
    gate.log.error({ work, err: error }, 'GitHub could not be reached, or refused');
    return toGitHubError(error, 'evaluation').afterSeconds;
  };
  const queue = createQueue<Work>(retried(run, failed), timer);
  const later = (work: Work): void => {
    queue.push(work).catch((error: unknown) => gate.log.error({ work, err: error }, 'work failed'));
  };
  listen(probot, gate, { sweep: sweepsFor(emergency, timer), emergencies, moves, queue });
  addHandler(healthHandler(gate, () => queue.size));
  const goRound = () => {
    later('patrol');
    later('news');
    later('clock');
  };
  const rounds = [patrolBy(timer, ALL_AGAIN, () => later('all')), patrolBy(timer, PATROL, goRound)];
  later('all');
  goRound();
  return {
    queue,
    async close() {
      for (const stop of rounds) stop();
      await queue.close();
    },
  };
}

interface Listening {
  /** Starts a sweep for a comment that it is to read. */
  sweep(): Promise<void>;
  readonly emergencies: Emergencies;
  readonly moves: Moves;
  readonly queue: Queue<Work>;
}

function listen(probot: Probot, gate: Gate, { sweep, emergencies, moves, queue }: Listening): void {
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

async function enqueueAll(gate: Gate, queue: Queue<Work>, moves: Moves): Promise<Again> {
  const github = await gate.connect(gate.repository);
  const numbers = await readOpenPulls(github, gate.repository, await defaultBranch(gate));
  moves.found(numbers);
  await Promise.all(numbers.map((number) => queue.push(number)));
  return null;
}

async function defaultBranch(gate: Gate): Promise<string> {
  const github = await gate.connect(gate.repository);
  const { data } = await call(github, 'GET /repos/{owner}/{repo}', {
    owner: gate.repository.owner,
    repo: gate.repository.name,
  });
  return text(fields(data, 'repository')['default_branch'], 'default branch');
}

function patrolBy(timer: Timer, seconds: number, look: () => void): () => void {
  let stop = () => {};
  const round = () => {
    stop = timer.after(seconds, () => {
      look();
      round();
    });
  };
  round();
  return () => stop();
}
