/** What the app's clock raises an alarm about, and when each is over. */
import { heardIn, lateIn, type Pulse, silenceIn, zonesIn } from '../core/ledger/owed.ts';
import { type Instant, MINUTE, plus } from '../core/time.ts';
import { alarm, calm } from './alarm.ts';
import type { ClockMemory } from './clock-memory.ts';
import { WORKFLOW } from './dispatch-sweep.ts';
import { fullName, type Gate } from './gate.ts';

/** A request that is held is looked at every ten minutes; one that is not any more is gone. */
const HELD_MOST = 15 * MINUTE;

/** Alarms, and a new look at what is open when silence begins or ends. */
export async function tell(gate: Gate, pulse: Pulse, now: Instant): Promise<void> {
  const { clock } = gate;
  const silence = silenceIn(pulse, [...zonesIn(pulse.state), ...clock.held.keys()], now);
  const wasSilent = clock.silence !== null;
  const isHeardAnew = heldIsOver(clock, pulse, now);
  clock.silence = silence;
  if (silence === null) calm(gate, 'sweep-silent');
  else {
    alarm(gate, {
      key: 'sweep-silent',
      severity: 'critical',
      message: silence.why,
      next: `look at the runs of ${WORKFLOW} in ${fullName(gate.ledger)} and run \`gatepass doctor\`; nothing new is granted until a sweep is heard, and what is over is not taken back`,
    });
  }
  const late = lateIn(pulse, now);
  if (late === null) calm(gate, 'sweep-late');
  else {
    const last = clock.sent === null ? 'none was started yet' : `the last one: ${clock.sent.is}`;
    alarm(gate, {
      key: 'sweep-late',
      severity: 'warning',
      message: `a sweep is late: ${late.why}, and zone ${late.zone} was last heard at ${heardIn(pulse)(late.zone)}`,
      next: `the app goes on starting sweeps (${last}); look at the runs of ${WORKFLOW} in ${fullName(gate.ledger)}`,
    });
  }
  if (isHeardAnew || wasSilent !== (silence !== null)) gate.enqueueAll();
}

/** Whether something that was held need not be any more. */
function heldIsOver({ held }: ClockMemory, pulse: Pulse, now: Instant): boolean {
  let isOver = false;
  for (const [zone, at] of held) {
    const isHeard = silenceIn(pulse, [zone], now) === null;
    if (isHeard || plus(at, HELD_MOST) <= now) held.delete(zone);
    isOver ||= isHeard;
  }
  return isOver;
}

export function refused(gate: Gate, why: string): void {
  alarm(gate, {
    key: 'sweep-refused',
    severity: 'critical',
    message: `GitHub does not let the app start a sweep: ${why}`,
    next: `give the gate app the permission Actions: write in ${fullName(gate.ledger)}, and see that .github/workflows/${WORKFLOW} is there and takes workflow_dispatch; the schedule goes on`,
  });
}

export function saysBlind(gate: Gate, why: string): void {
  gate.clock.blind = why;
  alarm(gate, {
    key: 'clock-blind',
    severity: 'critical',
    message: `the app cannot read what is due: ${why}`,
    next: `it starts sweeps by what it read last, or every five minutes; see that the default branch of ${fullName(gate.repository)} and the branches gatepass/ledger and gatepass/heartbeat of ${fullName(gate.ledger)} are as they were, and that the gate app may read them`,
  });
}

export function seesAgain(gate: Gate): void {
  gate.clock.blind = null;
  calm(gate, 'clock-blind');
}
