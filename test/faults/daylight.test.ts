/** Summer and winter time: every change of 2020 to 2037 in zones that change in every known way. */
import { describe, expect } from 'vitest';
import type { Calendar } from '../../core/document/documents.ts';
import { covers } from '../../core/policy/calendar.ts';
import { DAY, HOUR, type Instant, MINUTE, parseDuration, parseInstant, plus, toInstant } from '../../core/time.ts';
import { entriesOf, grantRead, READ_SLOT } from '../support/sweep-steps.ts';
import { aWorld } from '../support/world.ts';
import { fault } from './fault.ts';

/** By an hour, half an hour, two hours; at midnight; backwards in summer; given up meanwhile. */
const ZONES = [
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Tehran',
  'Asia/Beirut',
  'Pacific/Apia',
] as const;

interface Local {
  /** 0: Sunday. */
  readonly day: number;
  /** Since midnight. */
  readonly minute: number;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What a clock on the wall shows, by the platform's own time zone data: another way than the calendar's arithmetic. */
function wall(zone: string): (epoch: number) => Local {
  const options = { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-GB', options);
  return (epoch) => {
    const [, name = '', hour = '', minute = ''] = /^(\w+),? (\d\d):(\d\d)$/.exec(format.format(epoch)) ?? [];
    return { day: WEEKDAYS.indexOf(name), minute: Number(hour) * 60 + Number(minute) };
  };
}

/** The first whole minute under another offset, for each change; found by halving days. */
function changesOf(zone: string): readonly number[] {
  const shown = wall(zone);
  const offset = (epoch: number) => {
    const { day, minute } = shown(epoch);
    const utc = new Date(epoch);
    const days = (day - utc.getUTCDay() + 10) % 7; // 2, 3, 4: the day before, the same, the day after
    return (days - 3) * 1440 + minute - (utc.getUTCHours() * 60 + utc.getUTCMinutes());
  };
  const found: number[] = [];
  for (let day = Date.UTC(2020, 0, 1); day < Date.UTC(2038, 0, 1); day += DAY) {
    let [before, after] = [day, day + DAY];
    if (offset(before) === offset(after)) continue;
    while (after - before > MINUTE) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE;
      if (offset(middle) === offset(before)) before = middle;
      else after = middle;
    }
    found.push(after);
  }
  return found;
}

const CHANGES = ZONES.flatMap((zone) => changesOf(zone).map((at) => ({ zone, at })));

const OPEN: readonly Omit<Calendar, 'zone'>[] = [
  { days: [0, 1, 2, 3, 4, 5, 6], from: 0, until: 1440 },
  { days: [1, 2, 3, 4, 5], from: 9 * 60, until: 18 * 60 },
  { days: [0, 1, 2, 3, 4, 5, 6], from: 90, until: 150 },
  { days: [0, 1, 2, 3, 4, 5, 6], from: 60, until: 5 * 60 },
  { days: [0], from: 0, until: 1440 },
];

/** Minutes from the change, and how long. */
const WINDOWS = [
  [-60, 60],
  [-60, 120],
  [-1, 1],
  [0, 1],
  [-1, 2],
  [-30, 45],
  [-150, 240],
  [30, 60],
  [-300, 480],
] as const;

describe('when the clocks change', () => {
  fault(40, 'in twelve zones, each change of 2020 to 2037 is known to this runtime', () => {
    const counted = ZONES.map((zone) => CHANGES.filter((change) => change.zone === zone).length);
    // Twice a year for those that still do; the others gave it up (Tehran, Apia) or took it up again (Cairo).
    expect(counted[0]).toBe(36);
    expect(Math.min(...counted)).toBeGreaterThan(2);
    expect(CHANGES.length).toBeGreaterThan(300);
  });

  fault(40, 'a calendar is open exactly where the clock on the wall is, minute by minute', () => {
    const seen = { yes: 0, no: 0 };
    const wrong: string[] = [];
    for (const { zone, at } of CHANGES) {
      const shown = wall(zone);
      const minutes = Array.from({ length: 16 * 60 }, (_, index) => shown(at - 8 * HOUR + index * MINUTE));
      for (const hours of OPEN) {
        const isOpen = minutes.map(
          ({ day, minute }) => hours.days.includes(day) && minute >= hours.from && minute < hours.until,
        );
        for (const [start, length] of WINDOWS) {
          const first = 8 * 60 + start;
          const expected = isOpen.slice(first, first + length).every(Boolean) ? 'yes' : 'no';
          const from = toInstant(at + start * MINUTE);
          const found = covers({ ...hours, zone }, from, plus(from, length * MINUTE));
          seen[expected] += 1;
          if (found !== expected) wrong.push(`${zone} ${from} +${length}m ${hours.from}-${hours.until}: ${found}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(seen.yes).toBeGreaterThan(3000);
    expect(seen.no).toBeGreaterThan(3000);
  });

  fault(40, 'a day is 86,400 seconds and an instant keeps its offset, on every one of those days', () => {
    const day = parseDuration('24h') ?? 0;
    for (const { at } of CHANGES) {
      const before = toInstant(at - 12 * HOUR);
      expect(Date.parse(plus(before, day)) - Date.parse(before)).toBe(86_400_000);
      const written = new Date(at + 2 * HOUR).toISOString().replace('Z', '+02:00');
      expect(parseInstant(written)).toBe(toInstant(at));
    }
  });

  fault(40, 'a grant over the night lasts as many seconds as it says, and no hour less or more', async () => {
    for (const change of ['2027-03-28T01:00:00.000Z', '2027-10-31T01:00:00.000Z']) {
      const world = aWorld();
      world.github.now = toInstant(Date.parse(change) - HOUR);
      grantRead(world, { duration: '3h' });
      await world.sweep();
      const [intent] = await entriesOf(world, 'intent');
      expect(intent?.expires).toBe(plus(intent?.starts as Instant, 3 * HOUR));
      world.advance(3 * HOUR - 1000);
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(true);
      world.advance(1000);
      await world.sweep();
      expect(world.target.held.has(READ_SLOT)).toBe(false);
    }
  });
});
