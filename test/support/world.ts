/**
 * The example organisation of `policies/` with a GitHub, targets and workflows in memory: for the flow of a sweep, from
 * the merge to the ledger. Starts valid, on the demo's Monday; a test changes one fact.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../core/canonical.ts';
import { appendEntries, type Segment } from '../../core/ledger/chain.ts';
import type { Entry } from '../../core/ledger/entry.ts';
import { governingDigest } from '../../core/ledger/governing-digest.ts';
import { headToSign, openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import type { LedgerState } from '../../core/ledger/state.ts';
import { type Instant, type Milliseconds, plus, toInstant } from '../../core/time.ts';
import { type LedgerSigner, ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD, readLedger } from '../../github/ledger-store.ts';
import { gitCache } from '../../github/tree.ts';
import type { SweepReport } from '../../sweep/report.ts';
import { sweep } from '../../sweep/sweep.ts';
import type { SweepWorld } from '../../sweep/world.ts';
import { type Files, fileOf } from './memory-git.ts';
import { MemoryGitHub, type MemoryUser, REPOSITORY } from './memory-github.ts';
import { MemoryRunner, MemoryTarget } from './memory-provider.ts';

const ROOT = join(import.meta.dirname, '../..');

const NAMES = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'heidi', 'mallory'] as const;
export const people = Object.fromEntries(NAMES.map((login, index) => [login, { id: 1001 + index, login }])) as Readonly<
  Record<(typeof NAMES)[number], MemoryUser>
>;

const TEAMS: Readonly<Record<string, readonly (typeof NAMES)[number][]>> = {
  engineering: ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'mallory'],
  orders: ['bob', 'carol'],
  billing: ['dan', 'erin'],
  payments: ['alice', 'bob', 'erin'],
  dba: ['dan', 'carol'],
  sre: ['erin', 'dan'],
  platform: ['heidi', 'erin'],
  security: ['grace', 'heidi'],
  contractors: ['frank'],
  'vendor-managers': ['grace'],
  'payments-production': [],
};

export const DEMO_START = '2026-11-23T10:00:00.000Z' as Instant;

export interface TestWorld {
  readonly github: MemoryGitHub;
  readonly target: MemoryTarget;
  readonly runner: MemoryRunner;
  readonly signer: LedgerSigner;
  /** One sweep, as a fresh process would run it: nothing kept from the last. */
  sweep(): Promise<SweepReport>;
  /** The same world with another fact, such as a zone. */
  as(change: Partial<SweepWorld>): Promise<SweepReport>;
  /** What a fresh process would sweep with. */
  anew(): SweepWorld;
  advance(by: Milliseconds): void;
  /** What the ledger on its branch says, proven. */
  ledger(): Promise<{
    readonly entries: readonly Entry[];
    readonly state: LedgerState;
    readonly segments: readonly Segment[];
  }>;
}

/** `signer`: whose ledger it is; a new one's unless told. */
export function aWorld(signer: LedgerSigner = aSigner(), files: Files = exampleFiles()): TestWorld {
  const github = new MemoryGitHub({ now: DEMO_START, users: Object.values(people), files });
  for (const [index, [slug, members]] of Object.entries(TEAMS).entries()) {
    github.teams.set(slug, { id: 9100 + index, parent: null, members: members.map((name) => people[name]) });
  }
  const target = new MemoryTarget();
  const runner = new MemoryRunner();
  startLedger(github, signer);
  const repository = { owner: REPOSITORY.owner, name: REPOSITORY.name };
  let runs = 0;
  const base: SweepWorld = {
    github,
    repository,
    ledger: { github, repository },
    attest: async () => [],
    openProvider: async (type, config) => target.open(type, config),
    runner,
    signer,
    witness: 'none',
    run: '1/1',
    zone: 'default',
    cache: { git: gitCache(), ledger: new Map() },
    pause: async () => {},
    localNow: () => github.now as Instant,
    // Nothing is late here unless a test says so.
    alarm: () => ({ over: new Promise<void>(() => {}), cancel: () => {} }),
  };
  const fresh = (change: Partial<SweepWorld> = {}): SweepWorld => {
    runs += 1;
    return { ...base, run: `${runs}/1`, cache: { git: gitCache(), ledger: new Map() }, ...change };
  };
  return {
    github,
    target,
    runner,
    signer,
    sweep: () => sweep(fresh()),
    as: (change) => sweep(fresh(change)),
    anew: () => fresh(),
    advance: (by) => {
      github.now = plus(github.now as Instant, by);
    },
    ledger: async () => {
      const stored = await readLedger(github, repository);
      const opened = openLedger(stored, { verify: verifyLedgerSignature, pinned: signer.publicKey });
      return { entries: opened.entries, state: replay(opened.entries), segments: stored.segments };
    },
  };
}

export function aSigner(): LedgerSigner {
  return ledgerSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
}

/** As `gatepass init --ledger` makes it: a genesis on an orphan branch. */
function startLedger(github: MemoryGitHub, signer: LedgerSigner): void {
  const root = github.git.tip(REPOSITORY.branch);
  const genesis = {
    type: 'genesis',
    repository: { id: REPOSITORY.id, name: 'acme/access', defaultBranch: REPOSITORY.branch },
    root: { commit: root.sha, digest: governingDigest(github.git.list(root.files, false)) },
    key: { id: signer.id, publicKey: signer.publicKey },
  } as const;
  const { path, lines, tip } = appendEntries(null, [genesis], toInstant(Date.parse(DEMO_START) - 3_600_000));
  const unsigned = { v: 1, seq: tip.seq, hash: tip.hash, at: tip.at, key: signer.id } as const;
  const head = canonicalJson({ ...unsigned, signature: signer.sign(headToSign(unsigned)) });
  const files: Files = new Map([
    [path, fileOf(`${lines.join('\n')}\n`)],
    [LEDGER_HEAD, fileOf(`${head}\n`)],
  ]);
  github.git.refs.set(`heads/${LEDGER_BRANCH}`, github.git.commit(files, [], 'start').sha);
}

/** The repository's own example: `policies/` and CODEOWNERS. */
export function exampleFiles(): Files {
  const paths = readdirSync(join(ROOT, 'policies'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
  return new Map([...paths, 'CODEOWNERS'].map((path) => [path, fileOf(readFileSync(join(ROOT, path), 'utf8'))]));
}

/** A request document with these fields beside `apiVersion`. */
export function aRequest(fields: Readonly<Record<string, string>> = {}): string {
  const all = { kind: 'AccessRequest', duration: '2h', reason: 'Replay payments stuck since the deploy', ...fields };
  const rows = Object.entries(all).map(([name, value]) => `${name}: ${value}\n`);
  return `apiVersion: gatepass/v1\n${rows.join('')}`;
}
