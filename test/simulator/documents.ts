/** The files that people ask with: as they should be, and as no gate may take them for a request. */
import { HEADER, type Role } from './organisation.ts';

export interface Written {
  readonly minutes: number;
  readonly starts: string | null;
  readonly startsBy: string | null;
  readonly breakGlass: boolean;
  /** Makes the bytes of a path that is used again differ. */
  readonly reason: string;
}

export function documentOf({ isAction }: Role, { minutes, starts, startsBy, breakGlass, reason }: Written): string {
  const last = isAction ? [`within: ${minutes}m`, 'inputs: {}'] : [`duration: ${minutes}m`];
  const more = [
    ...(starts === null ? [] : [`starts: "${starts}"`]),
    ...(startsBy === null ? [] : [`startsBy: "${startsBy}"`]),
    ...(breakGlass ? ['breakGlass: true'] : []),
  ];
  return `${HEADER}${isAction ? 'ActionRequest' : 'AccessRequest'}\nreason: ${reason}\n${[...last, ...more].join('\n')}\n`;
}

export type Malformed = 'zoneless' | 'absurd' | 'hostile';

type Change = (text: string) => string;

const FIELD = /(duration|within): \w+/;

/** Each is refused as a whole, whatever else it says. */
const WAYS: Readonly<Record<Malformed, readonly Change[]>> = {
  zoneless: [
    (text) => `${text}starts: "2026-11-23T12:00:00"\n`,
    (text) => `${text}starts: 2026-11-23 12:00:00\n`,
    (text) => `${text}startsBy: 2026-11-24\n`,
  ],
  absurd: [
    (text) => text.replace(FIELD, '$1: -60m'),
    (text) => text.replace(FIELD, '$1: 0m'),
    (text) => text.replace(FIELD, '$1: 9999999999d'),
    (text) => `${text}starts: "2026-02-29T12:00:00Z"\n`,
    (text) => `${text}starts: "2026-12-31T23:59:60Z"\n`,
    (text) => `${text}starts: "9999-12-31T23:59:59Z"\n`,
  ],
  hostile: [
    (text) => text.replace('reason: ', 'reason: &a '),
    (text) => text.replace(FIELD, '$1: 10m\n$1: 240m'),
    (text) => `${text}<<: { breakGlass: true }\n`,
    (text) => `${text}--- \n${text}`,
    (text) => text.replace('reason: ', 'reason: \u202e'),
    (text) => `${text}__proto__: { breakGlass: true }\n`,
  ],
};

/** `number`: which of them. A text that has its own `starts` loses it. */
export function malformed(text: string, is: Malformed, number: number): string {
  const plain = text.replace(/^starts(?:By)?: .*\n/gm, '');
  const ways = WAYS[is];
  return ways[number % ways.length]?.(plain) ?? plain;
}
