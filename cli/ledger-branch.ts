/** The ledger's branch in a clone: every commit of it with its files, as `verifyLedger` wants them. Offline. */
import type { LedgerCommit } from '../core/ledger/verify.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../github/ledger-store.ts';
import { UsageError } from './command.ts';
import { git, gitBytes } from './git.ts';

const SEGMENT = /^ledger\/\d{4}\/\d{2}\/\d{2}\.jsonl$/;

/** In first-parent order, the oldest first. Two runs of git, however long the history is. */
export async function readLedgerBranch(folder: string): Promise<readonly LedgerCommit[]> {
  const steps = await readSteps(folder, await ledgerRef(folder));
  const texts = await readBlobs(
    folder,
    [...new Set(steps.flatMap((step) => [...step.changed.values()]))].filter((blob) => blob !== ''),
  );
  const files = new Map<string, string>();
  return steps.map(({ commit, parents, changed }) => {
    for (const [path, blob] of changed) {
      if (blob === '') files.delete(path);
      else files.set(path, texts.get(blob) ?? '');
    }
    const segments = [...files].filter(([path]) => SEGMENT.test(path)).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      commit,
      parents,
      segments: segments.map(([path, text]) => ({ path, text })),
      head: parseJson(files.get(LEDGER_HEAD)),
    };
  });
}

/** The branch itself, else the remote's as it was fetched last. */
async function ledgerRef(folder: string): Promise<string> {
  const refs = [`refs/heads/${LEDGER_BRANCH}`, `refs/remotes/origin/${LEDGER_BRANCH}`];
  const found = (await git(folder, ['for-each-ref', '--format=%(refname)', ...refs])).trim().split('\n');
  const ref = refs.find((each) => found.includes(each));
  if (ref !== undefined) return ref;
  throw new UsageError(
    `\`${folder}\` has no branch \`${LEDGER_BRANCH}\``,
    `git fetch origin ${LEDGER_BRANCH}:${LEDGER_BRANCH}, in a clone of the repository that holds the ledger`,
  );
}

interface Step {
  readonly commit: string;
  readonly parents: readonly string[];
  /** Path to blob; an empty blob: removed. Against the first parent. */
  readonly changed: ReadonlyMap<string, string>;
}

/** Each record is `\u0001<commit> <parents…>`, then for each changed file `:<modes> <blobs> <status>` and its path. */
async function readSteps(folder: string, ref: string): Promise<readonly Step[]> {
  const raw = await git(folder, [
    'log',
    '--first-parent',
    '--diff-merges=first-parent',
    '--reverse',
    '--root',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '-z',
    '--format=%x01%H %P',
    ref,
  ]);
  return raw
    .split('\u0001')
    .slice(1)
    .map((record) => {
      const [first = '', ...rest] = record.split('\0').filter((part) => part.trim() !== '');
      const [commit = '', ...parents] = first.trim().split(' ');
      const changed = new Map<string, string>();
      for (let at = 0; at + 1 < rest.length; at += 2) {
        const [, mode = '', , blob = ''] = (rest[at] as string).trim().split(' ');
        // Only regular files count: anything else under these names is as good as gone.
        changed.set(rest[at + 1] as string, mode === '100644' ? blob : '');
      }
      return { commit, parents, changed };
    });
}

async function readBlobs(folder: string, blobs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const output = await gitBytes(folder, ['cat-file', '--batch'], { input: `${blobs.join('\n')}\n` });
  const texts = new Map<string, string>();
  let at = 0;
  for (const blob of blobs) {
    const end = output.indexOf(0x0a, at);
    const size = Number(output.subarray(at, end).toString('latin1').split(' ')[2]);
    if (!Number.isSafeInteger(size))
      throw new UsageError(`the object ${blob} is missing`, 'fetch the whole branch: git fetch --unshallow');
    texts.set(blob, output.subarray(end + 1, end + 1 + size).toString('utf8'));
    at = end + size + 2;
  }
  return texts;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
