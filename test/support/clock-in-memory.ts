/** The app's clock over a ledger in memory, where runs and the workflow do what the test says: no server, and time at will. */
import { newAlarmBoard } from '../../app/alarm.ts';
import { tick } from '../../app/clock.ts';
import { newClock } from '../../app/clock-memory.ts';
import type { Gate } from '../../app/gate.ts';
import { newHealth } from '../../app/health.ts';
import { newWitness } from '../../app/witness.ts';
import type { GitHub } from '../../github/client.ts';
import { gitCache } from '../../github/tree.ts';
import { httpError, REPOSITORY } from './memory-github.ts';
import { grantRead } from './sweep-steps.ts';
import { aWorld, type TestWorld } from './world.ts';

export const ACTIONS = '/repos/{owner}/{repo}/actions';
export const DISPATCH = `POST ${ACTIONS}/workflows/{workflow_id}/dispatches`;

export interface ClockUnderTest {
  readonly world: TestWorld;
  readonly gate: Gate;
  /** Runs by id, as GitHub shows them. */
  readonly runs: { id: number; status: string; conclusion: string | null; head_sha: string }[];
  readonly workflow: { state: string };
  /** What each route throws instead of answering. */
  readonly broken: Map<string, Error>;
  readonly said: { all: number };
  /** Time passes; then one look. */
  after(milliseconds: number): Promise<number>;
  alarms(): readonly string[];
}

/** A clock over a ledger in memory, where runs do what the test says. */
export function aClock(options: { readonly ledger?: string } = {}): ClockUnderTest {
  const world = aWorld();
  const runs: ClockUnderTest['runs'] = [];
  const workflow = { state: 'active' };
  const broken = new Map<string, Error>();
  const said = { all: 0 };
  const actions: Record<string, (parameters: Readonly<Record<string, unknown>>) => unknown> = {
    [DISPATCH]: ({ return_run_details }) => {
      if (workflow.state !== 'active') throw httpError(422, 'Cannot trigger a workflow on a disabled workflow');
      runs.push({ id: runs.length + 1, status: 'queued', conclusion: null, head_sha: '' });
      return return_run_details === true ? { workflow_run_id: runs.length } : null;
    },
    [`GET ${ACTIONS}/runs/{run_id}`]: ({ run_id }) => {
      const run = runs.find(({ id }) => id === run_id);
      if (run === undefined) throw httpError(404, 'Not Found');
      return run;
    },
    [`GET ${ACTIONS}/workflows/{workflow_id}/runs`]: ({ head_sha }) => ({
      workflow_runs: runs.filter((run) => run.head_sha === head_sha),
    }),
    [`GET ${ACTIONS}/workflows/{workflow_id}`]: () => workflow,
    [`PUT ${ACTIONS}/workflows/{workflow_id}/enable`]: () => {
      workflow.state = 'active';
    },
  };
  const github: GitHub = {
    async request(route, parameters = {}) {
      const error = broken.get(route);
      if (error !== undefined) throw error;
      const answer = actions[route];
      if (answer === undefined) return world.github.request(route, parameters);
      const data = answer(parameters);
      const headers = { date: new Date(world.github.now).toUTCString() };
      return { status: data === null || data === undefined ? 204 : 200, headers, data };
    },
  };
  const repository = { owner: REPOSITORY.owner, name: REPOSITORY.name };
  const gate: Gate = {
    appId: 1,
    repository,
    ledger: { owner: 'acme', name: options.ledger ?? REPOSITORY.name },
    web: 'https://github.test',
    connect: async () => github,
    login: async () => 'gatepass-gate[bot]',
    git: gitCache(),
    ledgerFiles: new Map(),
    health: newHealth(),
    witness: newWitness(),
    clock: newClock(),
    alarms: newAlarmBoard(),
    log: { info() {}, warn() {}, error() {} },
    enqueue() {},
    enqueueAll: () => {
      said.all += 1;
    },
    tell() {},
  };
  return {
    world,
    gate,
    runs,
    workflow,
    broken,
    said,
    after: (milliseconds) => {
      world.advance(milliseconds);
      return tick(gate);
    },
    alarms: () => [...gate.alarms.open.keys()].sort(),
  };
}

/** Granted at 10:00 for half an hour unless told, by a sweep that gave a sign of life. */
export async function held(duration = '30m'): Promise<ClockUnderTest> {
  const clock = aClock();
  grantRead(clock.world, { duration });
  await clock.world.sweep();
  return clock;
}

export const end = (clock: ClockUnderTest, conclusion: string) =>
  Object.assign(clock.runs.at(-1) ?? {}, { status: 'completed', conclusion });
