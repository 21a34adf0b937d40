/**
 * A sweep's sign of life: a small signed document beside the ledger, one for each zone, so that silence can be told from
 * quiet. It grants and ends nothing. Says which heartbeat counts; where they are kept is for the store.
 */
import { canonicalJson } from '../canonical.ts';
import { HOUR, type Instant, MINUTE, type Milliseconds, parseInstant, plus } from '../time.ts';
import type { LedgerKey, VerifySignature } from './head.ts';
import { hashAt } from './witness.ts';

export interface Heartbeat {
  readonly v: 1;
  readonly zone: string;
  /** GitHub's clock when the sweep looked. */
  readonly at: Instant;
  /** The workflow run and its attempt. */
  readonly run: string;
  /** The ledger's last entry as that sweep left it, and its SHA-256. */
  readonly seq: number;
  readonly hash: string;
  /** What that sweep expected next; `null`: nothing. */
  readonly nextDue: Instant | null;
  readonly key: string;
  /** Ed25519 over `heartbeatToSign`, base64url. */
  readonly signature: string;
}

/** A sweep that has nothing to do says so no more often than this. */
export const HEARTBEAT_EVERY: Milliseconds = 30 * MINUTE;

/** From then on sweeps of the zone are taken for silent. */
export const SILENT_AFTER: Milliseconds = HOUR;

/** The text that the applier signs. `type` keeps it apart from the heads that the same key signs. */
export function heartbeatToSign(unsigned: Omit<Heartbeat, 'signature'>): string {
  const { v, zone, at, run, seq, hash, nextDue, key } = unsigned;
  return canonicalJson({ type: 'heartbeat', v, zone, at, run, seq, hash, nextDue, key });
}

/** `heartbeat/default.json`: without its line feed. */
export function writeHeartbeat(beat: Heartbeat): string {
  const { v, zone, at, run, seq, hash, nextDue, key, signature } = beat;
  return canonicalJson({ v, zone, at, run, seq, hash, nextDue, key, signature });
}

/** `null`: it is none of a form that was ever written. */
export function parseHeartbeat(text: string): Heartbeat | null {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Heartbeat, unknown>> | null;
    const { v, zone, run, seq, hash, key, signature } = value ?? {};
    const at = instantIn(value?.at);
    const nextDue = value?.nextDue === null ? null : instantIn(value?.nextDue);
    if (v !== 1 || at === null || (nextDue === null && value?.nextDue !== null)) return null;
    if (typeof seq !== 'number' || !Number.isSafeInteger(seq)) return null;
    if (typeof zone !== 'string' || typeof run !== 'string' || typeof hash !== 'string') return null;
    if (typeof key !== 'string' || typeof signature !== 'string') return null;
    return { v, zone, at, run, seq, hash, nextDue, key, signature };
  } catch {
    return null;
  }
}

function instantIn(value: unknown): Instant | null {
  return typeof value === 'string' ? parseInstant(value) : null;
}

/** Why it is no sign of life from this ledger's applier; `null`: it is one. */
export function heartbeatFault(
  beat: Heartbeat,
  chain: Parameters<typeof hashAt>[0],
  key: LedgerKey,
  verify: VerifySignature,
): string | null {
  if (beat.key !== key.id) return `it is signed by \`${beat.key}\`, but \`${key.id}\` is in force`;
  if (!verify(key.publicKey, heartbeatToSign(beat), beat.signature)) return 'its signature does not verify';
  return hashAt(chain, beat.seq) === beat.hash ? null : `it is of another ledger entry ${beat.seq}`;
}

/**
 * Whether a sweep that changed nothing says that it lives: when it has been quiet for a while, or when something came due
 * since it was last heard, so that nobody takes what it could not do for what it did not look at.
 */
export function isHeartbeatDue(last: Instant | null, now: Instant, dues: readonly Instant[]): boolean {
  return last === null || plus(last, HEARTBEAT_EVERY) <= now || dues.some((due) => last < due && due <= now);
}
