/** The applier beside a gate on the look-alike, where no sweep runs: what it would write to the ledger, signed with its key. */
import { canonicalJson } from '../../core/canonical.ts';
import { appendEntries } from '../../core/ledger/chain.ts';
import type { Body } from '../../core/ledger/entry.ts';
import { headToSign, openLedger } from '../../core/ledger/head.ts';
import type { Instant } from '../../core/time.ts';
import { ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { appendLedger, LEDGER_HEAD, readLedger } from '../../github/ledger-store.ts';
import type { GateWorld } from './gate-world.ts';
import { asInstallation } from './hub.ts';

const REPOSITORY = { owner: 'acme', name: 'access' };

export async function writeLedger(
  world: Pick<GateWorld, 'hub' | 'acme' | 'settle'>,
  bodies: readonly Body[],
): Promise<string> {
  const github = asInstallation(world.hub, world.acme.applier);
  const stored = await readLedger(github, REPOSITORY);
  const { tip } = openLedger(stored, { verify: verifyLedgerSignature, pinned: null });
  const added = appendEntries(tip, bodies, world.hub.clock.now() as Instant);
  const before = stored.segments.find(({ path }) => path === added.path)?.text ?? '';
  const signer = ledgerSigner(world.acme.ledgerKey);
  const unsigned = { v: 1, seq: added.tip.seq, hash: added.tip.hash, at: added.tip.at, key: signer.id } as const;
  const head = { ...unsigned, signature: signer.sign(headToSign(unsigned)) };
  const files = [
    { path: added.path, text: `${before}${added.lines.join('\n')}\n` },
    { path: LEDGER_HEAD, text: `${canonicalJson(head)}\n` },
  ];
  const done = await appendLedger(github, REPOSITORY, { expected: stored.commit, files, message: 'sweep' });
  if (done === 'lost') throw new Error('somebody else wrote to the ledger');
  await world.settle();
  return done.commit;
}
