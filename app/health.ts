/** Whether the gate lives and sees GitHub, for whoever watches it. Answering asks nobody and changes nothing. */
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { AlarmBoard } from './alarm.ts';
import type { ClockMemory } from './clock-memory.ts';
import type { WitnessMemory } from './witness.ts';

/** What has been noticed; written by the evaluations, read by `/healthz`. Local time: it is for operators only. */
export interface Health {
  lastEvaluation: { readonly at: string; readonly pullRequest: number; readonly verdict: string } | null;
  lastAnswer: string | null;
  /** The first failure since GitHub last answered. */
  unreachableSince: string | null;
}

export function newHealth(): Health {
  return { lastEvaluation: null, lastAnswer: null, unreachableSince: null };
}

interface Work {
  readonly running: number;
  readonly waiting: number;
  readonly later: number;
}

interface Known {
  readonly health: Health;
  readonly witness: WitnessMemory;
  readonly clock: ClockMemory;
  readonly alarms: AlarmBoard;
}

/**
 * Answers `GET /healthz`: 200 while the process lives, with `github: reachable | unreachable | unknown`, `ledger: witnessed
 * | contradicted | unknown` and `sweeps: heard | silent | blind | unknown`. No names of people or requests beyond a number: the
 * page needs no login.
 */
export function healthHandler({ health, witness, clock, alarms }: Known, work: () => Work) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url?.split('?')[0] !== '/healthz') return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return true;
    }
    const body = JSON.stringify({
      status: 'alive',
      github: reachability(health),
      lastAnswer: health.lastAnswer,
      unreachableSince: health.unreachableSince,
      ledger: standingOf(witness),
      witnessed: witness.last?.seq ?? null,
      sweeps: hearing(clock),
      nextDue: clock.next,
      owedSince: clock.owedSince,
      silentSince: clock.silence?.since ?? null,
      heartbeats: Object.fromEntries(clock.pulse?.beats ?? []),
      lastDispatch: dispatchOf(clock),
      alarms: [...alarms.open.keys()].sort(),
      lastEvaluation: health.lastEvaluation,
      work: work(),
    });
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  };
}

/** `blind`: the gate itself cannot read what sweeps do. */
function hearing({ pulse, silence, blind }: ClockMemory): 'heard' | 'silent' | 'blind' | 'unknown' {
  if (blind !== null) return 'blind';
  if (pulse === null) return 'unknown';
  return silence === null ? 'heard' : 'silent';
}

function dispatchOf({ sent }: ClockMemory): Record<string, unknown> | null {
  return sent === null ? null : { at: sent.at, why: sent.why, run: sent.run, is: sent.is, attempt: sent.attempt };
}

function reachability(health: Health): 'reachable' | 'unreachable' | 'unknown' {
  if (health.unreachableSince !== null) return 'unreachable';
  return health.lastAnswer === null ? 'unknown' : 'reachable';
}

/** `contradicted`: the ledger lacks what this gate saw of it; nothing is allowed until a person has looked. */
function standingOf(witness: WitnessMemory): 'witnessed' | 'contradicted' | 'unknown' {
  if (witness.alarm !== null) return 'contradicted';
  return witness.last === null ? 'unknown' : 'witnessed';
}
