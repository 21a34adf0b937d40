/** Whether the sweep lives: who cannot hear it holds new grants, so its silence stops them as surely as a rule that is off. */
import { ok, type SetupCheck, type Subject, stop, unread, weak } from './check.ts';
import type { MoreSetup, Setup } from './snapshot.ts';

const ACTIVE = 'active';

/**
 * | heard | workflow  | |
 * |-------|-----------|---|
 * | yes   | active    | ok |
 * | yes   | off       | weak: it will fall silent |
 * | yes   | unknown   | ok: it was heard |
 * | no    | any       | stop, with the first thing to do |
 */
export function judgeSweeps({ ledger }: Setup, sweeps: MoreSetup['sweeps']): SetupCheck {
  const run = `gh workflow run gatepass.yml --repo ${ledger}; then look at its log`;
  const enable = `gh workflow enable gatepass.yml --repo ${ledger}`;
  const about = (fix: string): Subject => ({ code: 'heartbeat', expected: 'sweeps are heard', fix });
  if (!sweeps.isRead) return unread(about(run), sweeps.why, false);
  const { heardAt, silence, workflow } = sweeps.value;
  const state = workflow.isRead ? workflow.value : 'unknown';
  const isOff = workflow.isRead && workflow.value !== ACTIVE;
  const found = `last heard at ${heardAt}, workflow ${state}`;
  if (silence !== null) return stop(about(isOff ? enable : run), `${silence.why}: what is allowed is held`, found);
  if (isOff) return weak(about(enable), 'the workflow of the sweep is switched off', found);
  return ok(about(run), found);
}
