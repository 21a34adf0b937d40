/** A golden ledger, and the world that it was written in, as far as later sweeps need it: commits and targets, no pull requests. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerCommit } from '../../core/ledger/verify.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../../github/ledger-store.ts';
import { goldenSigner } from '../golden/story.ts';
import { blobId, type Files, fileOf } from './memory-git.ts';
import { aWorld, type TestWorld } from './world.ts';

const FOLDER = join(import.meta.dirname, '..', 'golden', 'ledger');

export interface Golden {
  readonly segment: string;
  readonly publicKey: string;
  /** Of the whole segment, with their line feeds. */
  readonly lines: readonly string[];
  /** How many lines each commit of the ledger had, and its signed head. */
  readonly commits: readonly { readonly lines: number; readonly head: string }[];
  /** What `summaryOf` said of the state, then. */
  readonly state: unknown;
}

export const GOLDEN_VERSIONS: readonly string[] = readdirSync(FOLDER).sort();

export function readGolden(version: string): Golden {
  const { segment, publicKey, commits } = json(version, 'ledger.json') as Omit<Golden, 'lines' | 'state'>;
  const text = readFileSync(join(FOLDER, version, 'segment.jsonl'), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  return { segment, publicKey, commits, lines: lines.map((line) => `${line}\n`), state: json(version, 'state.json') };
}

/** As `verifyLedger` wants them. */
export function commitsOf({ segment, lines, commits }: Golden): readonly LedgerCommit[] {
  return commits.map(({ lines: count, head }, index) => ({
    commit: String(index),
    parents: index === 0 ? [] : [String(index - 1)],
    segments: [{ path: segment, text: lines.slice(0, count).join('') }],
    head: JSON.parse(head),
  }));
}

/** The world as it stood when the release stopped, for whatever code comes next. */
export function worldOf(version: string): TestWorld {
  const golden = readGolden(version);
  const { now, held, main, blobs } = json(version, 'github.json') as {
    now: string;
    held: Readonly<Record<string, string>>;
    main: readonly { sha: string; parents: string[]; message: string; files: Readonly<Record<string, string>> }[];
    blobs: Readonly<Record<string, string>>;
  };
  const world = aWorld(goldenSigner());
  const { git } = world.github;
  world.github.now = now;
  git.refs.clear();
  if (version === '0.1.0') git.treeId = flatTreeId;
  for (const { sha, parents, message, files } of main) {
    const tree: Files = new Map(Object.entries(files).map(([path, id]) => [path, fileOf(blobs[id] ?? '')]));
    git.treeOf(tree);
    git.commits.set(sha, { sha, parents, message, files: tree });
    git.refs.set('heads/main', sha);
  }
  for (const commit of commitsOf(golden)) commitLedger(world, golden.segment, commit);
  for (const [slot, value] of Object.entries(held)) world.target.held.set(slot, value);
  return world;
}

/** What stood in for git when 0.1.0 was written called folders so, and its ledger's first line speaks of them. */
function flatTreeId(_: unknown, files: Files): string {
  const rows = [...files].map(([path, { text, mode }]) => `${mode} ${path} ${blobId(text)}`);
  return createHash('sha1')
    .update(`tree\n${rows.sort().join('\n')}`)
    .digest('hex');
}

/** One more commit on the ledger's branch, whoever wrote it. */
export function commitLedger(
  world: TestWorld,
  segment: string,
  { segments, head }: Pick<LedgerCommit, 'segments' | 'head'>,
): void {
  const { git } = world.github;
  const before = git.refs.get(`heads/${LEDGER_BRANCH}`);
  const files: Files = new Map([
    [segment, fileOf(segments[0]?.text ?? '')],
    [LEDGER_HEAD, fileOf(`${JSON.stringify(head)}\n`)],
  ]);
  git.refs.set(`heads/${LEDGER_BRANCH}`, git.commit(files, before === undefined ? [] : [before], 'sweep').sha);
}

function json(version: string, name: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, version, name), 'utf8'));
}
