/**
 * Writes entries: one commit on the ledger branch, its head signed, on top of exactly the commit that was read. Whoever
 * loses the race reads again and plans again; an intent is never carried over to a ledger that it was not made from.
 */

import { canonicalJson } from '../core/canonical.ts';
import { appendEntries, type Segment } from '../core/ledger/chain.ts';
import type { Body, Entry, Head } from '../core/ledger/entry.ts';
import { headToSign } from '../core/ledger/head.ts';
import type { Tip } from '../core/ledger/line.ts';
import { replay } from '../core/ledger/replay.ts';
import type { Instant } from '../core/time.ts';
import { appendLedger, LEDGER_HEAD } from '../github/ledger-store.ts';
import type { LedgerView } from './read-ledger.ts';
import type { SweepWorld } from './world.ts';

/** The ledger after the append, or `lost`. Throws `GitHubError`, and `TypeError` for what the ledger could not read back. */
export async function append(
  world: SweepWorld,
  view: LedgerView,
  bodies: readonly Body[],
  at: Instant,
): Promise<LedgerView | 'lost'> {
  if (bodies.length === 0) return view;
  const appended = appendEntries(view.tip, bodies, at);
  const segment = extend(view.segments, appended.path, appended.lines);
  const head = `${canonicalJson(signHead(world, appended.tip))}\n`;
  const done = await appendLedger(world.ledger.github, world.ledger.repository, {
    expected: view.commit,
    files: [segment, { path: LEDGER_HEAD, text: head }],
    message: messageOf(appended.entries, world),
  });
  if (done === 'lost') return 'lost';
  const entries = [...view.entries, ...appended.entries];
  const state = replay(appended.entries, view.state);
  const segments = [...view.segments.filter(({ path }) => path !== segment.path), segment];
  return { ...view, commit: done.commit, segments, entries, state, tip: appended.tip };
}

function extend(segments: readonly Segment[], path: string, lines: readonly string[]): Segment {
  const before = segments.find((segment) => segment.path === path)?.text ?? '';
  return { path, text: `${before}${lines.join('\n')}\n` };
}

function signHead(world: SweepWorld, tip: Tip): Head {
  const unsigned = { v: 1, seq: tip.seq, hash: tip.hash, at: tip.at, key: world.signer.id } as const;
  return { ...unsigned, signature: world.signer.sign(headToSign(unsigned)) };
}

/** Such as `sweep 4711/1: authorised, intent (3 entries)`. Names kinds only: texts of people stay out of commit messages. */
function messageOf(entries: readonly Entry[], world: SweepWorld): string {
  const kinds = [...new Set(entries.map((entry) => entry.type))].sort();
  return `sweep ${world.run}: ${kinds.join(', ')} (${entries.length} ${entries.length === 1 ? 'entry' : 'entries'})`;
}
