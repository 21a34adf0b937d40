/**
 * The last thing a sweep does: it says on a branch of its own that it lives, how far the ledger goes and what it expects
 * next. Whoever waits for sweeps tells silence from quiet by it. Nothing about it changes what the sweep did.
 */
import { type Heartbeat, heartbeatToSign, isHeartbeatDue } from '../core/ledger/heartbeat.ts';
import { duesIn, leasesIn, nextDue } from '../core/ledger/live.ts';
import type { Instant } from '../core/time.ts';
import { appendHeartbeat, readHeartbeats } from '../github/heartbeat-store.ts';
import { failureOf } from './failure.ts';
import type { LedgerView } from './read-ledger.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

/** Two zones at once: the slower one reads again. */
const TRIES = 3;

/**
 * Written with each sweep that wrote to the ledger, else when it is due. A ledger that does not prove itself has no end to
 * speak of, and grants have stopped anyway. Returns what kept it from being written. INVARIANT: throws nothing.
 */
export async function heartbeat(
  world: SweepWorld,
  done: { readonly view: LedgerView; readonly now: Instant; readonly isWorking: boolean },
): Promise<Stop | null> {
  const { github, repository } = world.ledger;
  try {
    const beat = beatOf(world, done.view, done.now);
    if (beat === null) return null;
    for (let tried = 0; tried < TRIES; tried += 1) {
      const before = await readHeartbeats(github, repository, world.cache.ledger);
      const last = before.beats.get(world.zone);
      // Under another key, or of the future, it is nobody's sign of life any more.
      const lastAt = last === undefined || last.key !== world.signer.id || last.at > done.now ? null : last.at;
      if (!done.isWorking && !isHeartbeatDue(lastAt, done.now, duesOf(world, done))) return null;
      if ((await appendHeartbeat(github, repository, before, beat)) !== 'lost') return null;
    }
    return unwritten('other sweeps wrote theirs at the same time');
  } catch (error) {
    return unwritten(failureOf(error));
  }
}

/** Of this zone, past and future. */
function duesOf({ zone }: SweepWorld, { view, now }: { view: LedgerView; now: Instant }): readonly Instant[] {
  const all = [...duesIn(view.state, now), ...leasesIn(view.state)];
  return all.filter((due) => due.zone === zone).map(({ at }) => at);
}

function beatOf(world: SweepWorld, { tip, state }: LedgerView, now: Instant): Heartbeat | null {
  if (tip === null) return null;
  const due = nextDue(state, now);
  const { seq, hash } = tip;
  const unsigned = {
    v: 1,
    zone: world.zone,
    at: now,
    run: world.run,
    seq,
    hash,
    nextDue: due,
    key: world.signer.id,
  } as const;
  return { ...unsigned, signature: world.signer.sign(heartbeatToSign(unsigned)) };
}

function unwritten(why: string): Stop {
  return {
    key: 'heartbeat-unwritten',
    severity: 'warning',
    message: `the sign of life could not be written: ${why}`,
    next: 'the next sweep tries again; if it lasts, see that the applier may write the branch `gatepass/heartbeat`: after an hour the app holds new grants',
  };
}
