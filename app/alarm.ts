/**
 * What the gate itself has to say to a person, beside the ledger's alerts: a sweep that is overdue, a workflow that is
 * disabled. Only what is so now is kept; who is told of it, and whether they know already, is for `notify.ts`.
 */
import type { OpenAlert } from '../core/ledger/state.ts';
import type { Gate } from './gate.ts';

/** `key` names the situation: said again it is the same alarm, with newer words. */
export type Alarm = Omit<OpenAlert, 'since'>;

/** What the gate remembers of its own alarms since it was started. */
export interface AlarmBoard {
  readonly open: Map<string, Alarm>;
  /** Looked at since the start and found to be over: an alarm from before the start is not carried on. */
  readonly calm: Set<string>;
}

export function newAlarmBoard(): AlarmBoard {
  return { open: new Map(), calm: new Set() };
}

/** Say it each time that it is looked at and is so. */
export function alarm(gate: Gate, said: Alarm): void {
  const { open, calm } = gate.alarms;
  const before = open.get(said.key);
  open.set(said.key, said);
  calm.delete(said.key);
  if (before?.severity === said.severity && before.message === said.message && before.next === said.next) return;
  gate.log.error({ alarm: said.key, severity: said.severity, next: said.next }, said.message);
  gate.tell();
}

/** Say it each time that it is looked at and is not so: after a restart only this ends an alarm from before. */
export function calm(gate: Gate, key: string): void {
  const { open, calm: calmed } = gate.alarms;
  const isNews = open.delete(key) || !calmed.has(key);
  calmed.add(key);
  if (isNews) gate.tell();
}
