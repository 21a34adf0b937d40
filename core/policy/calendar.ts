/**
 * Whether a whole window lies inside a calendar's open hours, in the calendar's own time zone, across changes between
 * summer and winter time. Knows nothing of rules or people.
 */
import type { Calendar } from '../document/documents.ts';
import { DAY, HOUR, type Instant, MINUTE, type Milliseconds, toEpoch } from '../time.ts';
import type { Answer } from './answer.ts';

/** Whether `[from, until)` is open all through; `unknown` when the zone is not an IANA zone. */
export function covers(calendar: Calendar, from: Instant, until: Instant): Answer {
  if (!isZone(calendar.zone)) return 'unknown';
  const end = toEpoch(until);
  for (let start = toEpoch(from); start < end; start += 12 * HOUR) {
    if (!isOpenBetween(calendar, start, Math.min(start + 12 * HOUR, end))) return 'no';
    if (isAlwaysOpen(calendar)) break;
  }
  return 'yes';
}

/** Whether it is between 08:00 and 20:00 in this zone; `null` when the zone is not an IANA zone. */
export function isAwake(zone: string, at: Instant): boolean | null {
  if (!isZone(zone)) return null;
  const epoch = toEpoch(at);
  const local = modulo(epoch + offsetAt(zone, epoch), DAY);
  return local >= 8 * HOUR && local < 20 * HOUR;
}

/** An IANA time zone name that this runtime knows, such as `Europe/Berlin`. */
export function isZone(zone: string): boolean {
  // Offsets such as `+01:00` are accepted by Intl too, but know no summer time: nobody means them.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

function isAlwaysOpen(calendar: Calendar): boolean {
  return (
    calendar.from === 0 && calendar.until === 1440 && [0, 1, 2, 3, 4, 5, 6].every((day) => calendar.days.includes(day))
  );
}

/**
 * At most 12 hours. With one offset at both ends local time is plain arithmetic; with two, the clocks change in between,
 * and the piece is halved down to the minute (every zone changes on a whole minute).
 */
function isOpenBetween(calendar: Calendar, start: Milliseconds, end: Milliseconds): boolean {
  const offset = offsetAt(calendar.zone, start);
  const first = Math.floor(start / MINUTE);
  if (first === Math.floor((end - 1) / MINUTE) || offset === offsetAt(calendar.zone, end)) {
    return isOpenLocally(calendar, start + offset, end + offset);
  }
  const half = Math.max(first + 1, Math.floor((start + end) / 2 / MINUTE)) * MINUTE;
  return isOpenBetween(calendar, start, half) && isOpenBetween(calendar, half, end);
}

function isOpenLocally(calendar: Calendar, start: Milliseconds, end: Milliseconds): boolean {
  for (let from = start; from < end; ) {
    const midnight = Math.floor(from / DAY) * DAY;
    const until = Math.min(end, midnight + DAY);
    // 1 January 1970 was a Thursday.
    const weekday = modulo(midnight / DAY + 4, 7);
    if (!calendar.days.includes(weekday)) return false;
    if (from - midnight < calendar.from * MINUTE || until - midnight > calendar.until * MINUTE) return false;
    from = until;
  }
  return true;
}

/** Local time minus UTC. */
function offsetAt(zone: string, epoch: Milliseconds): Milliseconds {
  const parts = formatterOf(zone).formatToParts(epoch);
  const field = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return local - Math.floor(epoch / 1000) * 1000;
}

/** Building one takes longer than the decision; the same zone always gives the same formatter. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, formatter);
  return formatter;
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
