/** Other releases: what they wrote is read for ever, and what they will write is not guessed at. */
import { describe, expect } from 'vitest';
import { canonicalJson, sha256Hex } from '../../core/canonical.ts';
import { headToSign } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import { verifyLedger } from '../../core/ledger/verify.ts';
import { HOUR } from '../../core/time.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { goldenSigner } from '../golden/story.ts';
import { summaryOf } from '../golden/summary.ts';
import { commitLedger, commitsOf, GOLDEN_VERSIONS, readGolden, worldOf } from '../support/golden.ts';
import type { TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

describe.each(GOLDEN_VERSIONS)('a ledger that release %s wrote', (version) => {
  const golden = readGolden(version);
  const verified = () =>
    verifyLedger({
      commits: commitsOf(golden),
      verify: verifyLedgerSignature,
      pinned: golden.publicKey,
      known: null,
    });

  fault(52, `${version} is proven and replayed to the state that it had then`, () => {
    const { entries, findings } = verified();
    expect(findings).toEqual([]);
    expect(entries).toHaveLength(golden.lines.length);
    expect(summaryOf(replay(entries))).toEqual(golden.state);
  });

  fault(52, `${version} can still be told from one in which a byte was changed`, () => {
    const [first, second = '', ...rest] = golden.lines;
    const changed = { ...golden, lines: [first ?? '', second.replace('"type"', '"tipe"'), ...rest] };
    const { findings } = verifyLedger({
      commits: commitsOf(changed),
      verify: verifyLedgerSignature,
      pinned: golden.publicKey,
      known: null,
    });
    expect(findings).not.toEqual([]);
  });
});

/** Held by the story: over and not taken back (its sweep was killed), and alive; one more is for later. */
const OVER = 'postgres:app_read/1001';
const ALIVE = ['postgres:app_read/1004', 'postgres:app_read/1005'];
const inDatabases = (world: TestWorld) =>
  [...world.target.held.keys()].filter((slot) => slot.startsWith('postgres:')).sort();

describe('an upgrade with grants in flight', () => {
  fault(52, 'from 0.1.0: what is over is taken back, what lives is left, and nothing needs a person', async () => {
    const world = worldOf('0.1.0');
    expect(inDatabases(world)).toEqual([OVER, ...ALIVE]);
    const report = await world.sweep();
    expect(report.stops).toEqual([]);
    expect(report.revoked.map(({ result }) => result)).toEqual(['done']);
    expect(inDatabases(world)).toEqual(ALIVE);
    // Who was a member before is one still.
    expect(world.target.held.get('github-team:payments-production/1001')).toBe('member');
    world.advance(2 * HOUR);
    const ends = (await world.sweep()).revoked;
    expect(ends.map(({ because, result }) => `${because} ${result}`)).toEqual(['expired done', 'expired done']);
    expect([...world.target.held.keys()]).toEqual(['github-team:payments-production/1001']);
    // The pull request of the one that was for later is not to be found in this world: it waits, and lapses.
    world.advance(5 * HOUR);
    const last = await world.sweep();
    expect(world.target.sent.filter(({ value }) => value !== null)).toEqual([]);
    expect(last.grants.find(({ terms }) => terms.id.startsWith('13-'))?.status).toBe('lapsed');
  });
});

/** One commit more, signed with the right key, by a release that does not exist yet. */
function appendFuture(world: TestWorld, change: Readonly<Record<string, unknown>>): void {
  const { segment, lines } = readGolden('0.1.0');
  const last = (lines.at(-1) ?? '').slice(0, -1);
  const { seq, at } = JSON.parse(last) as { seq: number; at: string };
  const body = { v: 1, type: 'read', commit: 'a'.repeat(40), seq: seq + 1, prev: sha256Hex(last), at, ...change };
  const line = canonicalJson(body);
  const signer = goldenSigner();
  const unsigned = { v: 1, seq: seq + 1, hash: sha256Hex(line), at, key: signer.id } as const;
  const head = { ...unsigned, signature: signer.sign(headToSign(unsigned as Parameters<typeof headToSign>[0])) };
  commitLedger(world, segment, {
    segments: [{ path: segment, text: `${lines.join('')}${line}\n` }],
    head,
  } as Parameters<typeof commitLedger>[2]);
}

describe('a ledger of a later release', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['a version that is not known', { v: 2 }],
    ['a type that is not known', { type: 'delegated', to: 'somebody' }],
    ['a field that is not known', { reason: 'because' }],
  ];

  for (const [title, change] of cases) {
    fault(52, `${title} stops grants, keeps its bytes, and what is over is taken back all the same`, async () => {
      const world = worldOf('0.1.0');
      appendFuture(world, change);
      const before = world.github.git.refs.get('heads/gatepass/ledger');
      const report = await world.sweep();
      expect(report.stops.map(({ key }) => key)).toEqual(['ledger-broken']);
      expect(report.stops[0]?.message).toContain('written by a newer version');
      expect(report.revoked.map(({ result }) => result)).toEqual(['done']);
      expect(inDatabases(world)).toEqual(ALIVE);
      world.advance(2 * HOUR);
      await world.sweep();
      expect(inDatabases(world)).toEqual([]);
      expect(world.target.sent.filter(({ value }) => value !== null)).toEqual([]);
      expect(world.github.git.refs.get('heads/gatepass/ledger')).toBe(before);
    });
  }
});
