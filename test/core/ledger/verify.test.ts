import { describe, expect, it } from 'vitest';
import type { Segment, Tip } from '../../../core/ledger/chain.ts';
import type { Body, Entry } from '../../../core/ledger/entry.ts';
import { headToSign } from '../../../core/ledger/head.ts';
import { type LedgerCommit, type VerifyInput, verifyLedger } from '../../../core/ledger/verify.ts';
import { DAY, plus } from '../../../core/time.ts';
import { authorised, Book, KEY, minute, request, START, sha } from '../../support/ledger.ts';

/** A signature that only this key makes: enough for a test of who may sign what. */
const signed = (publicKey: string, text: string) => Buffer.from(`${publicKey}|${text}`).toString('base64url');
const verify: VerifyInput['verify'] = (publicKey, text, signature) => signature === signed(publicKey, text);

function headOf(tip: Tip | null, key = KEY): unknown {
  if (tip === null) return null;
  const unsigned = { v: 1, seq: tip.seq, hash: tip.hash, at: tip.at, key: key.id } as const;
  return { ...unsigned, signature: signed(key.publicKey, headToSign(unsigned)) };
}

const READ: Body = { type: 'read', commit: sha(9) };

/** Three commits: the genesis, two entries on the same day, two on the next. */
function aBranch(): LedgerCommit[] {
  const book = Book.of();
  const commits: LedgerCommit[] = [];
  const commit = () => {
    const parents = commits.length === 0 ? [] : [sha(100 + commits.length)];
    commits.push({ commit: sha(101 + commits.length), parents, segments: book.segments, head: headOf(book.tip) });
  };
  commit();
  book.add(minute(5), authorised(42), READ);
  commit();
  book.add(plus(START, DAY), READ, authorised(43));
  commit();
  return commits;
}

const blobAt = (_: string, path: string) => [42, 43].map(request).find((each) => each.path === path)?.blob ?? null;

function prove(commits: readonly LedgerCommit[], change: Partial<VerifyInput> = {}): ReturnType<typeof verifyLedger> {
  return verifyLedger({ commits, verify, pinned: KEY.publicKey, known: null, blobAt, ...change });
}

/** The branch with its last commit changed. */
function withLast(change: (commit: LedgerCommit, before: LedgerCommit) => LedgerCommit): LedgerCommit[] {
  const [first, second, last] = aBranch() as [LedgerCommit, LedgerCommit, LedgerCommit];
  return [first, second, change(last, second)];
}

function edit(segments: readonly Segment[], day: string, change: (text: string) => string): Segment[] {
  return segments.map(({ path, text }) => ({ path, text: path.includes(day) ? change(text) : text }));
}

const FILE = 'ledger/2026/11/23.jsonl';
const NEXT = 'ledger/2026/11/24.jsonl';

describe('verifyLedger', () => {
  it('proves a whole branch, and counts what it proved', () => {
    const proof = prove(aBranch());
    expect(proof.findings).toEqual([]);
    expect(proof.proven).toEqual({ commits: 3, entries: 5, heads: 3, witnessed: 0, requests: 2, unchecked: 0 });
    expect(proof.entries.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4]);
    expect(proof.good).toBe(sha(103));
    expect(proof.tip).toMatchObject({ seq: 4 });
  });

  it('says what it could not look up', () => {
    expect(prove(aBranch(), { blobAt: () => undefined }).proven).toMatchObject({ requests: 0, unchecked: 2 });
    const { blobAt: _, ...without } = { commits: aBranch(), verify, pinned: null, known: null, blobAt };
    expect(verifyLedger(without)).toMatchObject({ findings: [], proven: { unchecked: 2 } });
  });

  it('reads segments in the order of their days, however they are given', () => {
    const last = aBranch().at(-1) as LedgerCommit;
    const only = { ...last, parents: [], segments: [...last.segments].reverse() };
    expect(prove([only])).toMatchObject({ findings: [], proven: { commits: 1, entries: 5 } });
    expect(prove([{ ...only, segments: last.segments }]).findings).toEqual([]);
  });

  it('passes a commit that adds nothing', () => {
    const commits = aBranch();
    const last = commits.at(-1) as LedgerCommit;
    expect(prove([...commits, { ...last, commit: sha(104), parents: [last.commit] }]).findings).toEqual([]);
  });

  it.each<[string, LedgerCommit[], object]>([
    [
      'a byte that is changed',
      withLast((commit) => ({
        ...commit,
        segments: edit(commit.segments, '11/23', (text) => text.replace('Replay', 'Replaz')),
      })),
      {
        code: 'entry-changed',
        commit: sha(103),
        file: FILE,
        line: 2,
        seq: 1,
        message: `entry 1 in ${FILE}:2: its bytes were changed after they were written`,
      },
    ],
    [
      'a last line that is cut off',
      withLast((commit) => ({
        ...commit,
        segments: edit(commit.segments, '11/23', (text) => `${text.split('\n').slice(0, 2).join('\n')}\n`),
      })),
      { code: 'entry-changed', line: 3, seq: 2, message: `entry 2 in ${FILE}:3: it was cut off` },
    ],
    [
      'a last line feed that is cut off',
      withLast((commit) => ({
        ...commit,
        segments: edit(commit.segments, '11/23', (text) => text.slice(0, -1)),
      })),
      { code: 'entry-changed', line: 3, seq: 2 },
    ],
    [
      'a segment that is removed',
      withLast((commit) => ({ ...commit, segments: commit.segments.filter(({ path }) => path === NEXT) })),
      {
        code: 'segment-removed',
        file: FILE,
        line: 1,
        seq: 0,
        message: `entry 0 in ${FILE}:1: its segment was removed`,
      },
    ],
    [
      'a line that is added in the middle',
      withLast((commit) => ({
        ...commit,
        segments: edit(commit.segments, '11/23', (text) => text.replace('\n', '\n{}\n')),
      })),
      { code: 'entry-changed', line: 2, seq: 1 },
    ],
    [
      'a line that is added to an earlier day',
      withLast((commit) => ({
        ...commit,
        segments: edit(commit.segments, '11/23', (text) => `${text}{}\n`),
      })),
      { code: 'entry-broken', file: FILE, line: 4, seq: 3 },
    ],
    [
      'a new line that is not in the chain',
      withLast((commit) => ({
        ...commit,
        segments: edit(commit.segments, '11/24', (text) => text.replace(sha(9), sha(8))),
      })),
      { code: 'entry-broken', file: NEXT, line: 2, seq: 4, message: expect.stringContaining('does not follow') },
    ],
    [
      'a head that is missing',
      withLast((commit) => ({ ...commit, head: null })),
      {
        code: 'head-not-believed',
        file: 'ledger/head.json',
        line: 0,
        seq: 3,
        message: `commit ${sha(103)}: there is no signed head; nothing vouches for entry 3 and later`,
      },
    ],
    [
      'a head of another shape',
      withLast((commit) => ({ ...commit, head: { seq: 4 } })),
      { code: 'head-not-believed', message: expect.stringContaining('does not have the shape of one') },
    ],
    [
      'a head that was signed for the commit before',
      withLast((commit, before) => ({ ...commit, head: before.head })),
      { code: 'head-not-believed', message: expect.stringContaining('ends at entry 2, the ledger at 4') },
    ],
    [
      'a commit that does not follow the one before',
      withLast((commit) => ({ ...commit, parents: [sha(77)] })),
      { code: 'not-linear', file: null, message: expect.stringContaining('rewritten or merged') },
    ],
    [
      'a merge',
      withLast((commit) => ({ ...commit, parents: [sha(102), sha(77)] })),
      { code: 'not-linear', commit: sha(103) },
    ],
    [
      'a beginning that is not the beginning',
      aBranch().map((commit, index) => (index === 0 ? { ...commit, parents: [sha(1)] } : commit)),
      { code: 'not-linear', message: expect.stringContaining('is said to be the first') },
    ],
  ])('names the first entry of %s', (_, commits, expected) => {
    expect(prove(commits).findings).toMatchObject([expected]);
  });

  it('names a key that the one in force did not sign for', () => {
    const book = Book.of();
    const segments = book.segments;
    const first = { commit: sha(101), parents: [], segments, head: headOf(book.tip) };
    const mine = { id: 'mine', publicKey: 'bWluZQ' };
    book.add(minute(1), { type: 'key', key: mine, retires: KEY.id, proof: 'AA' });
    const second = { commit: sha(102), parents: [sha(101)], segments: book.segments, head: headOf(book.tip, mine) };
    expect(prove([first, second])).toMatchObject({
      findings: [{ code: 'key-not-believed', line: 2, seq: 1 }],
      good: sha(101),
      proven: { entries: 1 },
    });
  });

  it('is one finding, though the damage stays, and goes on where the branch is put right', () => {
    const commits = withLast((commit) => ({
      ...commit,
      segments: edit(commit.segments, '11/23', (text) => text.replace('Replay', 'Replaz')),
    }));
    const damaged = commits.at(-1) as LedgerCommit;
    const again = { ...damaged, commit: sha(104), parents: [sha(103)] };
    const right = { ...(aBranch().at(-1) as LedgerCommit), commit: sha(105), parents: [sha(104)] };
    const proof = prove([...commits, again, right]);
    expect(proof.findings).toMatchObject([{ code: 'entry-changed', commit: sha(103), seq: 1 }]);
    expect(proof.good).toBe(sha(105));
    expect(proof.proven).toMatchObject({ commits: 3, entries: 5 });
  });

  it.each([
    ['nothing', () => null, 'holds nothing in commit'],
    ['another request', () => sha(7), `holds blob ${sha(7)} in commit`],
  ])('names an authorised request that is not there: %s', (_, lookup, why) => {
    const { findings, proven } = prove(aBranch(), { blobAt: lookup });
    expect(findings).toMatchObject([
      { code: 'request-not-there', file: FILE, line: 2, seq: 1 },
      { code: 'request-not-there', file: NEXT, line: 2, seq: 4 },
    ]);
    expect(findings[0]?.message).toContain(`entry 1 in ${FILE}:2: \`${request(42).path}\` ${why}`);
    expect(proven.requests).toBe(0);
  });

  it('knows an end that was seen earlier, and says when it is gone', () => {
    const { tip, entries } = prove(aBranch());
    const known = { seq: 2, hash: (entries[3] as Entry).prev };
    expect(prove(aBranch(), { known }).findings).toEqual([]);
    expect(prove(aBranch(), { known: tip }).findings).toEqual([]);
    const rewritten = `entry 4 is not the one that was seen there earlier: the branch was rewritten or cut off`;
    expect(prove(aBranch().slice(0, 2), { known: tip }).findings).toMatchObject([
      { code: 'history-rewritten', commit: null, seq: 4, message: rewritten },
    ]);
    expect(prove(aBranch(), { known: { ...known, seq: 3 } }).findings).toMatchObject([{ code: 'history-rewritten' }]);
  });

  it('trusts no other beginning than the pinned one', () => {
    expect(prove(aBranch(), { pinned: 'b3RoZXI' }).findings).toMatchObject([{ code: 'genesis-unknown', seq: 0 }]);
    expect(prove(aBranch(), { pinned: null }).findings).toEqual([]);
  });

  it('does not take nothing for a proof', () => {
    expect(prove([])).toMatchObject({ findings: [{ code: 'no-ledger' }], good: null, tip: null });
    const empty = { commit: sha(101), parents: [], segments: [], head: null };
    expect(prove([empty]).findings).toMatchObject([
      { code: 'head-not-believed', message: expect.stringContaining('there are no entries') },
      { code: 'no-ledger' },
    ]);
  });

  it('finds any one byte that is changed in any commit, and names the entry', () => {
    const commits = aBranch();
    const last = commits.at(-1) as LedgerCommit;
    for (const { path, text } of last.segments) {
      const first = path === FILE ? 0 : 3;
      for (let index = 0; index < text.length; index += 1) {
        const changed = text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ 2) + text.slice(index + 1);
        const segments = last.segments.map((each) => (each.path === path ? { path, text: changed } : each));
        const { findings } = prove([...commits, { ...last, commit: sha(104), parents: [sha(103)], segments }]);
        const line = text.slice(0, index).split('\n').length;
        expect(findings[0]).toMatchObject({ file: path, line, seq: first + line - 1 });
        expect(findings[0]?.message).toContain(`entry ${first + line - 1} in ${path}:${line}`);
      }
    }
  });

  it('counts the heads that the gate saw, and names the first that is gone', () => {
    const whole = prove(aBranch());
    const head = { v: 1, seq: 4, hash: whole.tip?.hash ?? '', commit: sha(103), at: plus(START, DAY) } as const;
    expect(prove(aBranch(), { witnessed: [head] })).toMatchObject({ findings: [], proven: { witnessed: 1 } });
    const set = prove(aBranch().slice(0, 2), { witnessed: [head] });
    expect(set.findings.map(({ code, seq }) => [code, seq])).toEqual([['witness-contradicted', 4]]);
    expect(set.proven.witnessed).toBe(0);
  });
});
