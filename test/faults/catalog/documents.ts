/** Documents and time. */
import type { Fault } from '../catalog.ts';

export const DOCUMENTS: readonly Fault[] = [
  {
    number: 40,
    happens: 'clocks go forward or back',
    behaviour:
      'Instants carry an offset and durations are seconds, so a window has no summer time (`core/time.ts`); a calendar is read in its own zone, and a piece in which its clock changes is cut down to the minute (`core/policy/calendar.ts`)',
    bound: 'none: a grant of 24 h lasts 86,400 s',
    simulated: 'daylight',
    gap: null,
  },
  {
    number: 41,
    happens: 'an instant has no zone',
    behaviour:
      'An instant needs an offset: without one it is refused at its line, in requests and in every governing file, with the right form as the fix (`core/document/read-instant.ts`, `schema/common.schema.json`). YAML turns nothing into a date (`core/document/read-yaml.ts`).',
    bound: 'At once, before anybody approves.',
    simulated: 'zoneless',
    gap: null,
  },
  {
    number: 42,
    happens: 'an instant or duration is absurd: a leap second, 29 February, the year 9999, less than nothing',
    behaviour:
      'What the calendar does not have, leap seconds included, is refused; so are years before 1970 and after 9999, and a window that would end after it (`core/time.ts`, `core/policy/bounds.ts`). Durations are a whole number and a unit, nothing else; `24h` is 86,400 s.',
    bound: 'At once.',
    simulated: 'absurd',
    gap: 'A leap second cannot be written; it makes no window shorter or longer than clocks say.',
  },
  {
    number: 43,
    happens: 'a document is hostile: aliases, merge keys, duplicate keys, text that looks like other text',
    behaviour:
      'One strict reader for all documents: 64 KiB, no anchors, aliases, tags, merge keys, directives or second document, no duplicate or reserved key, no control, invisible or bidirectional character (`core/document/read-yaml.ts`, `core/document/yaml-events.ts`); names are ASCII (`core/document/parse-principal.ts`).',
    bound: 'Below 50 ms at 64 KiB; fuzzed by `npm run fuzz`.',
    simulated: 'hostile',
    gap: 'No warning is given of letters that look like others (confusables). Those of other scripts are refused in every name and field of ours and in tickets; they are free in reasons, in text inputs of actions, in what policies call their rules, guardrails and locks, and in the roles of a target that a catalog names, which its owners approve.',
  },
];
