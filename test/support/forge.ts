/** What somebody does to the ledger who can write to its branch, with the applier's key or without. */
import { canonicalJson } from '../../core/canonical.ts';
import { appendEntries } from '../../core/ledger/chain.ts';
import type { Body } from '../../core/ledger/entry.ts';
import { headToSign, openLedger } from '../../core/ledger/head.ts';
import type { Instant } from '../../core/time.ts';
import { type LedgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { appendLedger, LEDGER_BRANCH, LEDGER_HEAD, readLedger } from '../../github/ledger-store.ts';
import { appendWitness, readWitness } from '../../github/witness-store.ts';
import { REPOSITORY } from './memory-github.ts';
import type { TestWorld } from './world.ts';

const NAME = { owner: REPOSITORY.owner, name: REPOSITORY.name };

/** Lines that chain correctly, and a head over them; `signer` is whoever's key the forger has. */
export async function forgeEntries(world: TestWorld, signer: LedgerSigner, bodies: readonly Body[]): Promise<void> {
  const stored = await readLedger(world.github, NAME);
  const { tip } = openLedger(stored, { verify: verifyLedgerSignature, pinned: null });
  const added = appendEntries(tip, bodies, world.github.now as Instant);
  const before = stored.segments.find(({ path }) => path === added.path)?.text ?? '';
  const unsigned = { v: 1, seq: added.tip.seq, hash: added.tip.hash, at: added.tip.at, key: signer.id } as const;
  const head = canonicalJson({ ...unsigned, signature: signer.sign(headToSign(unsigned)) });
  const files = [
    { path: added.path, text: `${before}${added.lines.join('\n')}\n` },
    { path: LEDGER_HEAD, text: `${head}\n` },
  ];
  const done = await appendLedger(world.github, NAME, { expected: stored.commit, files, message: 'forged' });
  if (done === 'lost') throw new Error('somebody else wrote to the ledger');
}

/** As the gate does after each push to the ledger. `seq`: as it never would. */
export async function witness(world: TestWorld, seq?: number): Promise<void> {
  const stored = await readLedger(world.github, NAME);
  const { tip } = openLedger(stored, { verify: verifyLedgerSignature, pinned: null });
  if (stored.commit === null || tip === null) throw new Error('there is nothing to witness');
  const head = { v: 1, seq: seq ?? tip.seq, hash: tip.hash, commit: stored.commit, at: tip.at } as const;
  await appendWitness(world.github, NAME, await readWitness(world.github, NAME), head);
}

export function ledgerCommit(world: TestWorld): string {
  const sha = world.github.git.refs.get(`heads/${LEDGER_BRANCH}`);
  if (sha === undefined) throw new Error('there is no ledger');
  return sha;
}

/** `null`: the branch is gone. By force, whatever rule there is. */
export function setLedger(world: TestWorld, commit: string | null): void {
  if (commit === null) world.github.git.refs.delete(`heads/${LEDGER_BRANCH}`);
  else world.github.git.refs.set(`heads/${LEDGER_BRANCH}`, commit);
}
