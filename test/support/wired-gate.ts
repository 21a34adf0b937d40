/** A gate whose GitHub is a table of answers, see `wire.ts`. It remembers nothing and says nothing. */
import { newAlarmBoard } from '../../app/alarm.ts';
import { newClock } from '../../app/clock-memory.ts';
import type { Gate } from '../../app/gate.ts';
import { newHealth } from '../../app/health.ts';
import { newWitness } from '../../app/witness.ts';
import { gitCache } from '../../github/tree.ts';
import { REPOSITORY, type Row, type Sent, wire } from './wire.ts';

export interface WiredGate {
  readonly gate: Gate;
  readonly sent: readonly Sent[];
  /** Pull requests that were to be looked at again. */
  readonly enqueued: readonly number[];
}

export function wiredGate(rows: Readonly<Record<string, Row>>): WiredGate {
  const { github, sent } = wire(rows);
  const enqueued: number[] = [];
  const gate: Gate = {
    appId: 1,
    repository: REPOSITORY,
    ledger: REPOSITORY,
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
    enqueue: (number) => enqueued.push(number),
    enqueueAll() {},
    tell() {},
  };
  return { gate, sent, enqueued };
}
