/**
 * Three clocks, and what follows when they disagree: GitHub's `Date` header, the ledger's last entry, and the machine's
 * own. Grants stop, since one of them is wrong and windows would be cut or stretched. Removals go on, by the latest: what
 * is over by one clock is over. What is written down is never the machine's time.
 */
import { between, HOUR, type Instant, type Milliseconds, plus } from '../core/time.ts';
import type { Stop } from './stop.ts';
import { type SweepWorld, serverNow } from './world.ts';

export interface Clocks {
  /** GitHub's, cut to whole seconds. */
  readonly server: Instant;
  /** The machine's, before it asked GitHub and after; `null`: there is none to compare with. */
  readonly local: { readonly before: Instant; readonly after: Instant } | null;
}

/** One request. */
export async function readClocks(world: SweepWorld): Promise<Clocks> {
  const before = world.localNow?.() ?? null;
  const server = await serverNow(world);
  const after = world.localNow?.() ?? null;
  return { server, local: before === null || after === null ? null : { before, after } };
}

/** The trusted instant: the later of GitHub's clock and the ledger's last entry. `written` is `null` without a ledger. */
export function trustedNow({ server }: Clocks, written: Instant | null): Instant {
  return written !== null && written > server ? written : server;
}

/** More than this is no matter of a slow answer. */
const MOST_SKEW: Milliseconds = 30_000;
/** A machine whose clock is further ahead is broken, and nobody's window is to end by it. */
const MOST_BELIEVED: Milliseconds = HOUR;

/** By when grants are over: later than `now` where the machine's clock is ahead, by an hour at most. */
export function latestOf(clocks: Clocks, now: Instant): Instant {
  const ahead = aheadBy(clocks);
  if (clocks.local === null || ahead <= MOST_SKEW || ahead > MOST_BELIEVED) return now;
  return clocks.local.before > now ? clocks.local.before : now;
}

export function clockStops(clocks: Clocks, written: Instant | null): readonly Stop[] {
  const { server, local } = clocks;
  const stops: Stop[] = [];
  if (written !== null && plus(server, MOST_SKEW) < written) {
    const message = `GitHub's clock says ${server}, but the ledger's last entry is of ${written}`;
    const next = 'find out which of the two is wrong; grants wait, removals go on';
    stops.push({ key: 'clock-behind', severity: 'critical', message, next });
  }
  if (local !== null && (aheadBy(clocks) > MOST_SKEW || between(local.after, server) > MOST_SKEW)) {
    const message = `GitHub's clock says ${server}, but the clock of the machine that sweeps says ${local.after}`;
    const next = 'set the clock of the runner, by NTP; grants wait until the two agree, removals go on';
    stops.push({ key: 'clock-skewed', severity: 'critical', message, next });
  }
  return stops;
}

/** How far the machine's clock is surely ahead: GitHub's was cut to the second, and read after it. */
function aheadBy({ server, local }: Clocks): Milliseconds {
  return local === null ? 0 : between(plus(server, 1000), local.before);
}
