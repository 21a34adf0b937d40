/**
 * Proves a ledger branch from its first commit on: one line of commits, each only adding to the one before, every line in
 * the chain, every head signed by the key in force, every authorised request where it says. Takes what git says as
 * given values; names the first entry of whatever does not hold, and goes on from the last commit that does.
 */
import { validateLedgerHead } from '../../schema/validators.generated.js';
import type { Segment, Tip } from './chain.ts';
import type { Entry, Head } from './entry.ts';
import { headFault, type LedgerKey, nextKey, type VerifySignature } from './head.ts';
import { readLine } from './line.ts';
import { compareSegments, type KnownSegments } from './segments.ts';
import { firstMissing, hashAt, type WitnessedHead } from './witness.ts';

export interface LedgerCommit {
  readonly commit: string;
  readonly parents: readonly string[];
  /** Every segment at this commit. Give the same text for the same blob, so that what did not change costs nothing. */
  readonly segments: readonly Segment[];
  /** `ledger/head.json` as parsed; `null`: absent or no JSON. */
  readonly head: unknown;
}

export interface VerifyInput {
  /** In first-parent order, the oldest first. Read once and not kept, so that a long history can be made on the way. */
  readonly commits: Iterable<LedgerCommit>;
  readonly verify: VerifySignature;
  /** The public key that the genesis must bring; `null`: whichever it brings is trusted. */
  readonly pinned: string | null;
  /** An end of the chain that was seen earlier, and has to be in it still; `null`: none is known. */
  readonly known: { readonly seq: number; readonly hash: string } | null;
  /** Heads that the gate saw, from its own branch. */
  readonly witnessed?: readonly WitnessedHead[];
  /** The blob at a path in a commit of the access repository; `null`: nothing there; `undefined`: it cannot be told. */
  readonly blobAt?: (commit: string, path: string) => string | null | undefined;
}

export type FindingCode =
  | 'no-ledger'
  | 'not-linear'
  | 'segment-removed'
  | 'entry-changed'
  | 'entry-broken'
  | 'key-not-believed'
  | 'head-not-believed'
  | 'genesis-unknown'
  | 'history-rewritten'
  | 'witness-contradicted'
  | 'request-not-there';

export interface Finding {
  readonly code: FindingCode;
  /** The commit of the ledger branch where it shows; `null`: the ledger as a whole. */
  readonly commit: string | null;
  readonly file: string | null;
  /** From 1; 0 where the whole file is meant. */
  readonly line: number;
  /** The first entry that it is about. */
  readonly seq: number;
  /** `entry 17 in ledger/2026/11/23.jsonl:5: its bytes were changed`. */
  readonly message: string;
}

export interface Verification {
  /** Empty: everything holds. By entry, then in the order of the commits. */
  readonly findings: readonly Finding[];
  readonly proven: {
    readonly commits: number;
    readonly entries: number;
    readonly heads: number;
    /** Heads that the gate saw, and that are in the chain. */
    readonly witnessed: number;
    /** Authorised requests found in the access repository as recorded, and those that could not be looked up. */
    readonly requests: number;
    readonly unchecked: number;
  };
  readonly entries: readonly Entry[];
  readonly tip: Tip | null;
  /** The last commit that holds; `null`: none does. */
  readonly good: string | null;
}

interface Proven {
  readonly commit: string | null;
  readonly tip: Tip | null;
  readonly key: LedgerKey | null;
  readonly segments: KnownSegments;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

export function verifyLedger(input: VerifyInput): Verification {
  const entries: Entry[] = [];
  const places: Place[] = [];
  const findings: Finding[] = [];
  let good: Proven = { commit: null, tip: null, key: null, segments: new Map() };
  let commits = 0;
  let before: string | null = null;
  for (const commit of input.commits) {
    findings.push(...checkParents(commit, before, entries.length));
    before = commit.commit;
    const read = readCommit(commit, good, input.verify);
    if ('finding' in read) {
      findings.push(read.finding);
      continue;
    }
    for (const added of read.added) {
      entries.push(added.entry);
      places.push({ file: added.file, line: added.line });
    }
    good = read.proven;
    commits += 1;
  }
  const requests = checkRequests(entries, places, input);
  findings.push(...checkWhole(entries, good, input), ...requests.findings);
  return {
    findings: unique(findings),
    proven: {
      commits,
      entries: entries.length,
      heads: commits,
      witnessed: (input.witnessed ?? []).filter((head) => firstMissing([head], { entries, tip: good.tip }) === null)
        .length,
      requests: requests.found,
      unchecked: requests.unchecked,
    },
    entries,
    tip: good.tip,
    good: good.commit,
  };
}

function checkParents(commit: LedgerCommit, before: string | null, seq: number): readonly Finding[] {
  const expected = before === null ? [] : [before];
  if (commit.parents.join() === expected.join()) return [];
  const message =
    before === null
      ? `commit ${commit.commit} is said to be the first, but has parents`
      : `commit ${commit.commit} does not follow ${before} alone: the branch was rewritten or merged`;
  return [{ code: 'not-linear', commit: commit.commit, file: null, line: 0, seq, message }];
}

interface Added extends Place {
  readonly entry: Entry;
}

type ReadCommit = { readonly finding: Finding } | { readonly added: readonly Added[]; readonly proven: Proven };

function readCommit(commit: LedgerCommit, good: Proven, verify: VerifySignature): ReadCommit {
  const compared = compareSegments(good.segments, commit.segments);
  if ('lost' in compared) {
    const { file, line, seq, code, why } = compared.lost;
    return { finding: entryFinding(code, commit, { file, line }, seq, why) };
  }
  const added: Added[] = [];
  let { tip, key } = good;
  for (const { file, line, text } of compared.added) {
    const seq = tip === null ? 0 : tip.seq + 1;
    const read = readLine(file, text, tip);
    if (!read.good) return { finding: entryFinding('entry-broken', commit, { file, line }, seq, read.why) };
    const next = nextKey(key, read.entry, verify);
    if (typeof next === 'string')
      return { finding: entryFinding('key-not-believed', commit, { file, line }, seq, next) };
    added.push({ file, line, entry: read.entry });
    tip = read.tip;
    key = next;
  }
  const seq = added[0]?.entry.seq ?? tip?.seq ?? 0;
  const why = headFaultOf(commit.head, tip, key, verify);
  if (why !== null) return { finding: headFinding(commit, seq, why) };
  return { added, proven: { commit: commit.commit, tip, key, segments: compared.segments } };
}

function headFaultOf(head: unknown, tip: Tip | null, key: LedgerKey | null, verify: VerifySignature): string | null {
  if (tip === null || key === null) return 'there are no entries';
  if (head !== null && !validateLedgerHead(head)) return 'the head does not have the shape of one';
  return headFault(head as Head | null, tip, key, verify);
}

function entryFinding(code: FindingCode, commit: LedgerCommit, place: Place, seq: number, why: string): Finding {
  const message = `entry ${seq} in ${place.file}:${place.line}: ${why}`;
  return { code, commit: commit.commit, ...place, seq, message };
}

function headFinding(commit: LedgerCommit, seq: number, why: string): Finding {
  const message = `commit ${commit.commit}: ${why}; nothing vouches for entry ${seq} and later`;
  return { code: 'head-not-believed', commit: commit.commit, file: 'ledger/head.json', line: 0, seq, message };
}

function checkWhole(entries: readonly Entry[], good: Proven, input: VerifyInput): readonly Finding[] {
  const [genesis] = entries;
  const whole = { commit: null, file: null, line: 0 };
  if (genesis?.type !== 'genesis')
    return [{ ...whole, code: 'no-ledger', seq: 0, message: 'no commit of the branch proves anything' }];
  const findings: Finding[] = [];
  if (input.pinned !== null && genesis.key.publicKey !== input.pinned) {
    const message = `the ledger begins with the key \`${genesis.key.id}\`, which is not the one that is trusted`;
    findings.push({ ...whole, code: 'genesis-unknown', seq: 0, message });
  }
  const chain = { entries, tip: good.tip };
  const { known } = input;
  if (known !== null && hashAt(chain, known.seq) !== known.hash) {
    const message = `entry ${known.seq} is not the one that was seen there earlier: the branch was rewritten or cut off`;
    findings.push({ ...whole, code: 'history-rewritten', seq: known.seq, message });
  }
  const missing = firstMissing(input.witnessed ?? [], chain);
  if (missing !== null) {
    const message = `entry ${missing.seq} is not the one that the gate saw in commit ${missing.commit}: the branch was rewritten or cut off`;
    findings.push({ ...whole, code: 'witness-contradicted', seq: missing.seq, message });
  }
  return findings;
}

function checkRequests(
  entries: readonly Entry[],
  places: readonly Place[],
  { blobAt }: VerifyInput,
): { readonly findings: readonly Finding[]; readonly found: number; readonly unchecked: number } {
  const findings: Finding[] = [];
  let found = 0;
  let unchecked = 0;
  entries.forEach((entry, index) => {
    if (entry.type !== 'authorised') return;
    const { path, blob } = entry.request;
    const there = blobAt?.(entry.authority.commit, path);
    if (there === blob) found += 1;
    else if (there === undefined) unchecked += 1;
    else {
      const place = places[index] as Place;
      const holds = there === null ? 'nothing' : `blob ${there}`;
      const why = `\`${path}\` holds ${holds} in commit ${entry.authority.commit}, expected blob ${blob}`;
      const message = `entry ${entry.seq} in ${place.file}:${place.line}: ${why}`;
      findings.push({ code: 'request-not-there', commit: null, ...place, seq: entry.seq, message });
    }
  });
  return { findings, found, unchecked };
}

/** A damage that stays in later commits is one finding, of the commit that did it. */
function unique(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) if (!seen.has(finding.message)) seen.set(finding.message, finding);
  return [...seen.values()].sort((a, b) => a.seq - b.seq);
}
