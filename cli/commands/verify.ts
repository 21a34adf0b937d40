/** `gatepass verify`: proof from a clone. The chain, the signatures, the ancestry, and each request where it is said to be. */
import { resolve } from 'node:path';
import { plain } from '../../core/explain/escape.ts';
import { type Finding, type Verification, verifyLedger } from '../../core/ledger/verify.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { git } from '../git.ts';
import { readLedgerBranch } from '../ledger-branch.ts';
import { readWitnessBranch } from '../witness-branch.ts';

export const command: Command = {
  name: 'verify',
  summary: 'prove the ledger from a clone',
  usage: `gatepass verify [CLONE] [--access CLONE] [--key PUBLIC] [--known SEQ:HASH] [--json]

  CLONE            a clone with the branch gatepass/ledger; default: here
  --access CLONE   the clone of the access repository, when the ledger lives in another one; what the gate saw of the
                   ledger (gatepass/witness) is there too
  --key PUBLIC     the public key that the ledger must start with (base64url), noted when it was started
  --known SEQ:HASH an entry that was seen before and has to be there still
  --json           {findings, proven, tip}

Exit code 0 when everything is proven, 1 with findings. Nothing is fetched.`,
  run: verify,
};

const OPTIONS = {
  access: { type: 'string' },
  key: { type: 'string' },
  known: { type: 'string' },
  json: { type: 'boolean' },
} as const;

async function verify(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  const folder = resolve(terminal.cwd, positionals[0] ?? '.');
  const commits = await readLedgerBranch(folder);
  const access = resolve(terminal.cwd, values.access ?? folder);
  const witnessed = await readWitnessBranch(access);
  const trust = {
    verify: verifyLedgerSignature,
    pinned: values.key ?? null,
    known: readKnown(values.known),
    witnessed: witnessed ?? [],
  };
  // Twice: the entries say which requests to look up, and only the clone of the access repository has them.
  const { entries } = verifyLedger({ commits, ...trust });
  const asked = entries.flatMap((entry) =>
    entry.type === 'authorised' ? [{ commit: entry.authority.commit, path: entry.request.path }] : [],
  );
  const blobAt = await lookUp(access, asked);
  const result = verifyLedger({ commits, ...trust, blobAt });
  if (values.json === true) printJson(terminal, { findings: result.findings, proven: result.proven, tip: result.tip });
  else terminal.out(describe(result, witnessed !== null));
  return result.findings.length === 0 ? FINE : FINDING;
}

function readKnown(text: string | undefined): { seq: number; hash: string } | null {
  if (text === undefined) return null;
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (match === null)
    throw new UsageError(`\`--known ${text}\` is not SEQ:HASH`, 'as an earlier gatepass verify printed it');
  return { seq: Number(match[1]), hash: match[2] as string };
}

/** The blobs at these places, by one run of git. `undefined` where the commit is not in this clone. */
async function lookUp(folder: string, places: readonly { commit: string; path: string }[]) {
  const names = places.map(({ commit, path }) => `${commit}:${path}`);
  const commits = [...new Set(places.map(({ commit }) => commit))];
  const input = [...names, ...commits.map((commit) => `${commit}^{commit}`)].join('\n');
  const rows =
    names.length === 0
      ? []
      : (await git(folder, ['cat-file', '--batch-check=%(objectname)'], { input: `${input}\n` })).split('\n');
  const known = new Set(commits.filter((_, index) => !isMissing(rows[names.length + index])));
  const blobs = new Map(names.map((name, index) => [name, isMissing(rows[index]) ? null : (rows[index] as string)]));
  return (commit: string, path: string): string | null | undefined =>
    known.has(commit) ? (blobs.get(`${commit}:${path}`) ?? null) : undefined;
}

function isMissing(row: string | undefined): boolean {
  return row === undefined || !/^[0-9a-f]{40,64}$/.test(row);
}

function describe({ findings, proven, tip }: Verification, isWitnessed: boolean): string {
  const counts = `${proven.entries} entries in ${proven.commits} signed commits, ${proven.requests} requests found as recorded`;
  const witness = isWitnessed
    ? `, ${proven.witnessed} heads as the gate saw them`
    : ', no gatepass/witness in this clone';
  const unchecked = proven.unchecked === 0 ? '' : `, ${proven.unchecked} not in this clone`;
  const lines = findings.map((finding: Finding) => `${finding.code}: ${plain(finding.message)}`);
  if (lines.length > 0) return `${lines.join('\n')}\nproven before that: ${counts}${unchecked}${witness}\n`;
  return `proven: ${counts}${unchecked}${witness}\ntip ${tip?.seq}:${tip?.hash}\n`;
}
