/** The heads that the gate wrote down, from the branch `gatepass/witness` of a clone. Offline. */
import { parseWitness, type WitnessedHead } from '../core/ledger/witness.ts';
import { WITNESS_BRANCH } from '../github/witness-store.ts';
import { UsageError } from './command.ts';
import { git } from './git.ts';

/** `null`: the clone has no such branch. Throws `UsageError` where it has one that cannot be read. */
export async function readWitnessBranch(folder: string): Promise<readonly WitnessedHead[] | null> {
  const refs = [`refs/heads/${WITNESS_BRANCH}`, `refs/remotes/origin/${WITNESS_BRANCH}`];
  const found = (await git(folder, ['for-each-ref', '--format=%(refname)', ...refs])).trim().split('\n');
  // What the remote said last goes before a local branch, which anybody can make.
  const ref = refs.reverse().find((each) => found.includes(each));
  if (ref === undefined) return null;
  const paths = (await git(folder, ['ls-tree', '-r', '-z', '--name-only', ref, 'witness/'])).split('\0');
  const files = await Promise.all(
    paths
      .filter((path) => path.endsWith('.jsonl'))
      .map(async (path) => ({ path, text: await git(folder, ['cat-file', 'blob', `${ref}:${path}`]) })),
  );
  const parsed = parseWitness(files);
  if (parsed.ok) return parsed.heads;
  throw new UsageError(`the branch \`${WITNESS_BRANCH}\` is damaged: ${parsed.why}`, 'find out who wrote to it');
}
