/** Documents and time. */
import type { Fault } from '../catalog.ts';

export const DOCUMENTS: readonly Fault[] = [
  {
    number: 40,
    happens: 'clocks go forward or back',
    behaviour:
      'Instants carry an offset and durations are seconds, so a window has no summer time (`core/time.ts`); a calendar is read in its own zone, and a piece in which its clock changes is cut down to the minute (`core/policy/calendar.ts`)',
    bound: 'none: a grant of 24 h lasts 86,400 s',
    simulated: null,
    gap: null,
  },
  {
    number: 41,
    happens: 'an instant has no zone',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 42,
    happens: 'an instant or duration is absurd: a leap second, 29 February, the year 9999, less than nothing',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
  {
    number: 43,
    happens: 'a document is hostile: aliases, merge keys, duplicate keys, text that looks like other text',
    behaviour: '',
    bound: '',
    simulated: null,
    gap: null,
  },
];
