/**
 * One line of the ledger, read with suspicion: canonical bytes, known version, schema, its place in the chain and in its
 * file. Knows nothing of signatures, of git, or of what an entry means.
 */
import { validateLedgerEntry } from '../../schema/validators.generated.js';
import { canonicalJson, sha256Hex } from '../canonical.ts';
import { type Instant, parseInstant } from '../time.ts';
import type { Entry } from './entry.ts';

/** Where a chain ends: what the next line links to. */
export interface Tip {
  readonly seq: number;
  /** SHA-256 of the last line's bytes, without its line feed. */
  readonly hash: string;
  readonly at: Instant;
}

/** `prev` of the first line. */
export const NO_LINE = '0'.repeat(64);

export type Line =
  | { readonly good: true; readonly entry: Entry; readonly tip: Tip }
  /** `isCut`: the line before is not the one that this line follows, so one of the two was changed. */
  | { readonly good: false; readonly why: string; readonly isCut: boolean };

/** The line as the entry after `tip`, or why it is not that. `text` comes without its line feed. */
export function readLine(file: string, text: string, tip: Tip | null): Line {
  const parsed = parseLine(text);
  if (typeof parsed === 'string') return { good: false, why: parsed, isCut: false };
  const why = misplaced(parsed, file, tip);
  if (why !== null) return { good: false, why, isCut: why === CUT };
  return { good: true, entry: parsed, tip: { seq: parsed.seq, hash: sha256Hex(text), at: parsed.at } };
}

/** An entry by itself, wherever it stands; a text says what is wrong with it. */
export function parseLine(text: string): Entry | string {
  const value = canonicalValue(text);
  if (value === undefined) return 'is not one line of canonical JSON';
  // Old versions are read for ever; a newer one is not guessed at.
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version > 1)
    return `was written by a newer version (v${version}); this one reads v1`;
  if (!validateLedgerEntry(value)) return misshapen(validateLedgerEntry.errors as Errors);
  return value as Entry;
}

/** `undefined` unless writing the value again gives the same bytes; so a key cannot stand twice. */
function canonicalValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainlyCanonical(value, text) || canonicalJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

type Errors = NonNullable<typeof validateLedgerEntry.errors>;

/** What a newer version adds: a type, a field or a value. Damage may look like that too, so it is believed no more for it. */
const ADDED: ReadonlySet<string> = new Set(['discriminator', 'additionalProperties', 'enum']);

function misshapen(errors: Errors): string {
  const why = `does not have the shape of an entry${firstError(errors)}`;
  if (!errors.every(({ keyword }) => ADDED.has(keyword))) return why;
  return `seems to be written by a newer version, so update this one: it ${why}`;
}

/**
 * The same answer, mostly, in a third of the time: a sweep reads every line there is. What has lone surrogates, or keys
 * that are numbers, which JavaScript puts first, is for the long way.
 */
function isPlainlyCanonical(value: unknown, text: string): boolean {
  return !text.includes('\\ud') && isSorted(value) && JSON.stringify(value) === text;
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const keys = Object.keys(value);
  if (!Array.isArray(value) && keys.some((key, index) => index > 0 && key < (keys[index - 1] as string))) return false;
  return Object.values(value).every(isSorted);
}

/** Where it goes wrong first; errors of the whole entry have no place. */
function firstError(errors: Errors): string {
  const paths = errors.map((error) => error.instancePath);
  const path = paths.sort().find((each) => each !== '');
  return path === undefined ? '' : ` at \`${path}\``;
}

const CUT = 'does not follow from the line before it';

function misplaced(entry: Entry, file: string, tip: Tip | null): string | null {
  const seq = tip === null ? 0 : tip.seq + 1;
  if (entry.seq !== seq) return `has the number ${entry.seq}, expected ${seq}`;
  if (entry.prev !== (tip?.hash ?? NO_LINE)) return CUT;
  if ((entry.type === 'genesis') !== (tip === null))
    return 'is out of place: a ledger has one genesis, its first entry';
  if (parseInstant(entry.at) !== entry.at) return `is dated \`${entry.at}\`, which is no instant`;
  if (tip !== null && entry.at < tip.at) return `is dated ${entry.at}, before the entry before it (${tip.at})`;
  if (segmentPath(entry.at) !== file) return `is dated ${entry.at}, which belongs in ${segmentPath(entry.at)}`;
  return null;
}

/** `ledger/2026/11/22.jsonl`: one segment file a day, in UTC. */
export function segmentPath(at: Instant): string {
  return `ledger/${at.slice(0, 4)}/${at.slice(5, 7)}/${at.slice(8, 10)}.jsonl`;
}
