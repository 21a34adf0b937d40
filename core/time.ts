/**
 * Instants and durations. An instant is UTC with milliseconds, so comparing two as text compares them in time;
 * a duration is a whole number of milliseconds. Nothing here reads a clock.
 */

/** `YYYY-MM-DDTHH:mm:ss.sssZ`, always UTC, always 24 characters (RFC 3339, one fixed profile). */
export type Instant = string & { readonly instant: unique symbol };

/** A length of time in milliseconds. `24h` is 86,400,000 whatever the calendar does. */
export type Milliseconds = number;

export const MINUTE: Milliseconds = 60_000;
export const HOUR: Milliseconds = 60 * MINUTE;
export const DAY: Milliseconds = 24 * HOUR;

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-](?:0\d|1[0-4]):[0-5]\d)$/;

/** An RFC 3339 date-time with an offset; `null` for anything else, 30 February and leap seconds included. */
export function parseInstant(text: string): Instant | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const wall = `${text.slice(0, 10)}T${text.slice(11, 19)}`;
  const asUtc = Date.parse(`${wall}.000Z`);
  // `Date.parse` rolls some impossible dates over (30 February); a round trip finds them.
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString().slice(0, 19) !== wall) return null;
  const fraction = (match[7] ?? '').padEnd(3, '0').slice(0, 3);
  const at = asUtc + Number(fraction) - offsetOf(match[8] as string);
  return at < 0 || at > LATEST ? null : toInstant(at);
}

const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

function offsetOf(zone: string): Milliseconds {
  if (zone === 'Z' || zone === 'z') return 0;
  const size = Number(zone.slice(1, 3)) * HOUR + Number(zone.slice(4, 6)) * MINUTE;
  return zone.startsWith('-') ? -size : size;
}

/** Milliseconds since 1970 as an instant. */
export function toInstant(epoch: Milliseconds): Instant {
  return new Date(epoch).toISOString() as Instant;
}

export function toEpoch(at: Instant): Milliseconds {
  return Date.parse(at);
}

export function plus(at: Instant, length: Milliseconds): Instant {
  return toInstant(toEpoch(at) + length);
}

/** `to - from`, in milliseconds. */
export function between(from: Instant, to: Instant): Milliseconds {
  return toEpoch(to) - toEpoch(from);
}

const DURATION = /^([1-9]\d{0,5})([mhd])$/;
const UNITS: Readonly<Record<string, Milliseconds>> = { m: MINUTE, h: HOUR, d: DAY };

/** `<n>m`, `<n>h` or `<n>d` with n from 1 to 999999; `null` for anything else. */
export function parseDuration(text: string): Milliseconds | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  return Number(match[1]) * (UNITS[match[2] as string] as Milliseconds);
}

/** The shortest exact form: `90m`, `4h`, `3d`. Below a minute, or between minutes, in seconds: `45s`. */
export function formatDuration(length: Milliseconds): string {
  if (length >= DAY && length % DAY === 0) return `${length / DAY}d`;
  if (length >= HOUR && length % HOUR === 0) return `${length / HOUR}h`;
  if (length >= MINUTE && length % MINUTE === 0) return `${length / MINUTE}m`;
  return `${length / 1000}s`;
}
