/**
 * The gate put together: what there is to do, in one queue, one at a time for a key, set off by webhooks and by rounds that
 * are made anyway, and in which lane to GitHub. It decides nothing itself.
 */
import type { ApplicationFunctionOptions, Probot } from 'probot';
import { call, toGitHubError } from '../github/client.ts';
import { readOpenPulls } from '../github/merge.ts';
import { fields, text } from '../github/read.ts';
import { gitCache } from '../github/tree.ts';
import { newAlarmBoard } from './alarm.ts';
import { tick } from './clock.ts';
import { newClock } from './clock-memory.ts';
import { sweepsFor } from './commands.ts';
import { connector, loginOf } from './connect.ts';
import { evaluateInLane, newEmergencies } from './emergency.ts';
import type { Environment } from './environment.ts';
import { tellNews } from './finish.ts';
import type { Gate } from './gate.ts';
import { readMentions } from './governance-now.ts';
import { healthHandler, newHealth } from './health.ts';
import { type Moves, newMoves, oneByOne } from './moves.ts';
import { createNotifier, sealWith } from './notify.ts';
import { inTurn } from './pace.ts';
import { patrol } from './patrol.ts';
import { type Again, createQueue, type Queue, realTimer, retried, type Timer } from './queue.ts';
import { remind } from './remind.ts';
import { listen, type Work } from './webhooks.ts';
import { newWitness, witnessLedger } from './witness.ts';

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

/** Pull requests that are decided at once. */
const ABREAST = 12;

type Settings = Pick<
  Environment,
  'appId' | 'repository' | 'ledger' | 'web' | 'privateKey' | 'alertWebhook' | 'writesPerMinute'
>;

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
  const lanes = connector(probot, health, timer, settings.writesPerMinute);
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
  const turns = inTurn(ABREAST);
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
      evaluateInLane({ ordinary: gate, emergency, inTurn: turns }, emergencies, {
        pullRequest: work,
        attempt,
        hasMoved,
      }),
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

async function enqueueAll(gate: Gate, queue: Queue<Work>, moves: Moves): Promise<Again> {
  const github = await gate.connect(gate.repository);
  const numbers = await readOpenPulls(github, gate.repository, await defaultBranch(gate));
  moves.found(numbers);
  const still = numbers.filter((number) => !moves.hasMoved(number));
  await Promise.all([
    ...numbers.filter((number) => moves.hasMoved(number)).map((number) => queue.push(number)),
    oneByOne(still, moves, (number) => queue.push(number)),
  ]);
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
