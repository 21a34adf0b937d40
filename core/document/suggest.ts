/** The right way to write what somebody wrote almost right: `3 days` is `3d`, `@acme/dba` is `team:dba`. */
import { DAY, formatDuration, HOUR, MINUTE, type Milliseconds, parseDuration, parseInstant } from '../time.ts';

/** `null` when nothing is close enough to be sure. `format` is the definition of the schema that was missed. */
export function suggest(format: string, text: string): string | null {
  switch (format) {
    case 'duration':
      return durationMeant(text);
    case 'instant':
      return instantMeant(text);
    case 'owner':
    case 'receiver':
    case 'subject':
    case 'approver':
    case 'controller':
    case 'seat':
      return principalMeant(format, text);
    case 'name':
    case 'person':
      return nameMeant(text);
    default:
      return null;
  }
}

const UNITS: Readonly<Record<string, Milliseconds>> = {
  m: MINUTE,
  min: MINUTE,
  mins: MINUTE,
  minute: MINUTE,
  minutes: MINUTE,
  h: HOUR,
  hr: HOUR,
  hrs: HOUR,
  hour: HOUR,
  hours: HOUR,
  d: DAY,
  day: DAY,
  days: DAY,
  w: 7 * DAY,
  week: 7 * DAY,
  weeks: 7 * DAY,
};

/** `2 hours`, `1h30m`, `PT2H`. */
function durationMeant(text: string): string | null {
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/^pt?(?=\d)/, '');
  if (plain.length > 40 || !/^(?:\d{1,6}\s*[a-z]+[\s,]*)+$/.test(plain)) return null;
  const parts = [...plain.matchAll(/(\d+)\s*([a-z]+)/g)].map(
    ([, count, unit]) => Number(count) * (UNITS[unit as string] ?? Number.NaN),
  );
  const total = parts.reduce((sum, part) => sum + part, 0);
  const written = Number.isNaN(total) ? '' : formatDuration(total);
  return parseDuration(written) === null ? null : written;
}

/** Without an offset, nobody knows which instant is meant; UTC is a proposal that can be seen. */
function instantMeant(text: string): string | null {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2})?)?$/.exec(text.trim());
  if (match === null) return null;
  const written = `${match[1]}T${match[2] ?? '00:00'}${match[3] ?? ':00'}Z`;
  return parseInstant(written) === null ? null : written;
}

/** `@acme/dba` names a team, `@alice` a person; a bare name names what the field is mostly about, if that is certain. */
function principalMeant(format: keyof typeof BARE, text: string): string | null {
  const match = /^(@?)(?:[a-z0-9-]{1,39}\/)?([a-z0-9][a-z0-9_-]{0,99})$/i.exec(text.trim());
  if (match === null) return null;
  const [, at, name] = match as unknown as [string, string, string];
  const kind = text.includes('/') ? 'team' : at === '@' ? 'person' : BARE[format];
  const isPossible = format === 'seat' ? kind === 'team' : format === 'receiver' ? kind === 'person' : kind !== null;
  return isPossible ? `${kind}:${name.toLowerCase()}` : null;
}

const BARE = {
  owner: 'team',
  controller: 'team',
  seat: 'team',
  receiver: 'person',
  subject: null,
  approver: null,
} as const;

/** `Orders_DB` is `orders-db`. */
function nameMeant(text: string): string | null {
  const written = text
    .trim()
    .toLowerCase()
    .replace(/[\s_.]+/g, '-');
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(written) ? written : null;
}
