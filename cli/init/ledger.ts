/** Starts a ledger: the genesis entry, signed, on an orphan branch of a clone. Offline; pushing it is the operator's act. */
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { canonicalJson } from '../../core/canonical.ts';
import { appendEntries, segmentPath, type Tip } from '../../core/ledger/chain.ts';
import type { Head } from '../../core/ledger/entry.ts';
import { governingDigest } from '../../core/ledger/governing-digest.ts';
import { headToSign } from '../../core/ledger/head.ts';
import { toInstant } from '../../core/time.ts';
import { type LedgerSigner, ledgerSigner } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../../github/ledger-store.ts';
import { UsageError } from '../command.ts';
import { git } from '../git.ts';

export interface NewLedger {
  /** A clone of the access repository. */
  readonly folder: string;
  readonly keyFile: string;
  readonly repository: { readonly id: number; readonly name: string; readonly defaultBranch: string };
  /** `null`: the remote's default branch, else HEAD. */
  readonly root: string | null;
  readonly now: Date;
}

export interface StartedLedger {
  /** The commit whose governing files are trusted. */
  readonly root: string;
  readonly keyId: string;
  /** base64url, for `gatepass verify --key`. */
  readonly publicKey: string;
}

/** Refuses when the branch is there already. */
export async function startLedger(ledger: NewLedger): Promise<StartedLedger> {
  const ref = `refs/heads/${LEDGER_BRANCH}`;
  const existing = await git(ledger.folder, [
    'for-each-ref',
    '--format=%(refname)',
    ref,
    `refs/remotes/origin/${LEDGER_BRANCH}`,
  ]);
  if (existing !== '')
    throw new UsageError(`\`${existing.trim()}\` exists: a ledger is started once`, 'gatepass verify proves it');
  const root = await rootCommit(ledger);
  const signer = await signerFrom(ledger.keyFile);
  const at = toInstant(ledger.now.getTime());
  const { lines, tip } = appendEntries(
    null,
    [
      {
        type: 'genesis',
        repository: ledger.repository,
        root: { commit: root, digest: governingDigest(await rootEntries(ledger.folder, root)) },
        key: { id: signer.id, publicKey: signer.publicKey },
      },
    ],
    at,
  );
  const files = { [segmentPath(at)]: `${lines.join('\n')}\n`, [LEDGER_HEAD]: signedHead(tip, signer) };
  const commit = await commitFiles(ledger.folder, files, 'gatepass: start the ledger', null);
  await git(ledger.folder, ['update-ref', ref, commit, '']);
  return { root, keyId: signer.id, publicKey: signer.publicKey };
}

/** The text of `ledger/head.json`. */
export function signedHead(tip: Tip, signer: LedgerSigner): string {
  const unsigned: Omit<Head, 'signature'> = { v: 1, seq: tip.seq, hash: tip.hash, at: tip.at, key: signer.id };
  return `${canonicalJson({ ...unsigned, signature: signer.sign(headToSign(unsigned)) })}\n`;
}

async function rootCommit(ledger: NewLedger): Promise<string> {
  const asked = ledger.root === null ? [`origin/${ledger.repository.defaultBranch}`, 'HEAD'] : [ledger.root];
  for (const name of asked) {
    const found = await git(ledger.folder, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]).catch(() => '');
    if (found !== '') return found.trim();
  }
  throw new UsageError(`no commit \`${asked.join('` or `')}\` in \`${ledger.folder}\``, 'give --root COMMIT');
}

async function rootEntries(folder: string, commit: string) {
  const rows = (await git(folder, ['ls-tree', '-z', commit])).split('\0').filter((row) => row !== '');
  return rows.map((row) => {
    const [meta = '', path = ''] = row.split('\t');
    const [mode = '', , sha = ''] = meta.split(' ');
    return { path, mode, sha };
  });
}

/** The key in the file, or a new one written there for its owner only. */
export async function signerFrom(file: string): Promise<LedgerSigner> {
  const pem = await readFile(file, 'utf8').catch(() => null);
  if (pem === null) {
    const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writeFile(file, made, { mode: 0o600, flag: 'wx' });
    return ledgerSigner(made);
  }
  try {
    return ledgerSigner(pem);
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), null, { cause });
  }
}

/** A commit of exactly these files, made without touching the work tree or its index. */
export async function commitFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
  message: string,
  parent: string | null,
): Promise<string> {
  const tree = await writeFolder(
    folder,
    Object.entries(files).map(([path, text]) => ({ path: path.split('/'), text })),
  );
  const identity = ['-c', 'user.name=gatepass init', '-c', 'user.email=gatepass@users.noreply.github.com'];
  const follows = parent === null ? [] : ['-p', parent];
  return (await git(folder, [...identity, 'commit-tree', tree, ...follows, '-m', message])).trim();
}

async function writeFolder(
  folder: string,
  files: readonly { path: readonly string[]; text: string }[],
): Promise<string> {
  const names = [...new Set(files.map((file) => file.path[0] as string))].sort();
  const rows = [];
  for (const name of names) {
    const inside = files.filter((file) => file.path[0] === name);
    const [only] = inside;
    if (only !== undefined && only.path.length === 1) {
      const blob = await git(folder, ['hash-object', '-w', '--stdin'], { input: only.text });
      rows.push(`100644 blob ${blob.trim()}\t${name}`);
    } else {
      const tree = await writeFolder(
        folder,
        inside.map((file) => ({ path: file.path.slice(1), text: file.text })),
      );
      rows.push(`040000 tree ${tree}\t${name}`);
    }
  }
  return (await git(folder, ['mktree'], { input: `${rows.join('\n')}\n` })).trim();
}
