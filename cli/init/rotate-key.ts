/**
 * Hands a ledger to a new key: an entry that the old key signs, and a head that the new one signs, in one commit on the
 * clone's branch. Offline; pushing it is the operator's act. Refuses whatever the old key is not in force of.
 */
import { readFile } from 'node:fs/promises';
import { appendEntries } from '../../core/ledger/chain.ts';
import type { Body } from '../../core/ledger/entry.ts';
import { rotationToSign } from '../../core/ledger/head.ts';
import { verifyLedger } from '../../core/ledger/verify.ts';
import { toInstant } from '../../core/time.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../../github/ledger-store.ts';
import { UsageError } from '../command.ts';
import { git } from '../git.ts';
import { readLedgerBranch } from '../ledger-branch.ts';
import { commitFiles, signedHead, signerFrom } from './ledger.ts';

export interface Rotation {
  /** A clone of the repository that holds the ledger. */
  readonly folder: string;
  /** Of the key in force. */
  readonly oldFile: string;
  /** Of the key that follows; made there when it does not exist. */
  readonly newFile: string;
  readonly now: Date;
}

export interface Rotated {
  readonly commit: string;
  readonly retired: string;
  readonly keyId: string;
  readonly publicKey: string;
}

export async function rotateKey({ folder, oldFile, newFile, now }: Rotation): Promise<Rotated> {
  if ((await readFile(oldFile, 'utf8').catch(() => null)) === null) {
    throw new UsageError(`there is no \`${oldFile}\``, 'give the key in force as --key');
  }
  const [tip, commits] = [await ledgerTip(folder), await readLedgerBranch(folder)];
  const proof = verifyLedger({ commits, verify: verifyLedgerSignature, pinned: null, known: null });
  const [finding] = proof.findings;
  const last = commits.at(-1);
  if (finding !== undefined || proof.tip === null || last === undefined) {
    throw new UsageError(`the ledger does not verify: ${finding?.message ?? 'it is empty'}`, 'gatepass verify');
  }
  const inForce = proof.entries.findLast((entry) => entry.type === 'genesis' || entry.type === 'key')?.key.id;
  const old = await signerFrom(oldFile);
  if (old.id !== inForce) {
    throw new UsageError(`\`${oldFile}\` is the key \`${old.id}\`, but \`${inForce}\` is in force`, null);
  }
  const next = await signerFrom(newFile);
  if (next.id === old.id) throw new UsageError('the new key is the old one', 'give another file as --new-key');
  const key = { id: next.id, publicKey: next.publicKey };
  const body: Body = {
    type: 'key',
    key,
    retires: old.id,
    proof: old.sign(rotationToSign(key, old.id, proof.tip.hash)),
  };
  const appended = appendEntries(proof.tip, [body], toInstant(now.getTime()));
  const files = new Map(last.segments.map(({ path, text }) => [path, text]));
  files.set(appended.path, `${files.get(appended.path) ?? ''}${appended.lines.join('\n')}\n`);
  files.set(LEDGER_HEAD, signedHead(appended.tip, next));
  const commit = await commitFiles(
    folder,
    Object.fromEntries(files),
    `gatepass: key ${next.id} follows ${old.id}`,
    tip,
  );
  await git(folder, ['update-ref', `refs/heads/${LEDGER_BRANCH}`, commit]);
  return { commit, retired: old.id, keyId: next.id, publicKey: next.publicKey };
}

/** Of the branch, which must be what the remote has: a rotation on an old tip could not be pushed. */
async function ledgerTip(folder: string): Promise<string> {
  const refs = [`refs/heads/${LEDGER_BRANCH}`, `refs/remotes/origin/${LEDGER_BRANCH}`];
  const rows = (await git(folder, ['for-each-ref', '--format=%(objectname)', ...refs])).trim().split('\n');
  const [tip = '', ...others] = [...new Set(rows)];
  if (tip !== '' && others.length === 0) return tip;
  const fetch = `git fetch origin ${LEDGER_BRANCH}:${LEDGER_BRANCH}`;
  throw new UsageError(`\`${folder}\` does not have the newest \`${LEDGER_BRANCH}\``, fetch);
}
