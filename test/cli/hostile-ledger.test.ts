/** What others wrote into the ledger, or forged there, does nothing on the screen of whoever asks the command line about it. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { git } from '../../cli/git.ts';
import { commitFiles, signedHead } from '../../cli/init/ledger.ts';
import { canonicalJson } from '../../core/canonical.ts';
import { appendEntries, type Tip } from '../../core/ledger/chain.ts';
import type { Body } from '../../core/ledger/entry.ts';
import { ledgerSigner } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../../github/ledger-store.ts';
import { aGenesis, anEnsure, authorised, minute, outcomeOf, request, START, sha } from '../support/ledger.ts';
import { runCli } from '../support/terminal.ts';

/** Erases the screen, turns around what follows, moves the cursor by one character of Latin 1, and begins a line. */
const EVIL = '\u001b[2J\u202e\u009b1A\nproven: 9 entries';
const SHOWN = '\\u{1b}[2J\\u{202e}\\u{9b}1A proven: 9 entries';

const alice = { kind: 'person', name: `alice${EVIL}`, id: 1001, login: `alice${EVIL}`, identities: {} } as const;
const approval = {
  review: 501,
  user: { id: 1002, login: `bob${EVIL}` },
  fills: 'team:payments',
  submittedAt: START,
  onBehalfOf: null,
};
const terms = { subject: alice, resource: `payments${EVIL}`, entitlement: `member${EVIL}` };
const signer = ledgerSigner(
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
);
const intent = anEnsure(42);
const HOSTILE: readonly Body[] = [
  authorised(42, terms, { approvals: [approval], rule: `payments${EVIL}` }),
  intent,
  outcomeOf(intent),
  { type: 'refused', request: request(43), commit: sha(2), code: 'c', why: `no${EVIL}`, next: 'n' },
  { type: 'alert', key: 'setup-drift', severity: 'critical', message: `gone${EVIL}`, next: `look${EVIL}` },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatepass-hostile-'));
  await git(folder, ['init', '--quiet']);
  const first = appendEntries(null, [aGenesis({ key: { id: signer.id, publicKey: signer.publicKey } })], START);
  const signed = appendEntries(first.tip, HOSTILE, minute(1));
  const lines = [...first.lines, ...signed.lines];
  const good = await commitLines(lines, signed.tip, null);
  const subject = { ...alice, identities: { [EVIL]: 7 } };
  const forged = { ...authorised(44, { subject: subject as never }), v: 1, seq: lines.length, at: minute(2) };
  const line = canonicalJson({ ...forged, prev: signed.tip.hash });
  await commitLines([...lines, line], signed.tip, good);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function commitLines(lines: readonly string[], tip: Tip, parent: string | null): Promise<string> {
  const files = { 'ledger/2026/11/23.jsonl': `${lines.join('\n')}\n`, [LEDGER_HEAD]: signedHead(tip, signer) };
  const commit = await commitFiles(folder, files, 'sweep', parent);
  await git(folder, ['update-ref', `refs/heads/${LEDGER_BRANCH}`, commit]);
  return commit;
}

const COMMANDS = ['status', 'verify', 'audit who --at 2026-11-23T10:30:00Z', 'audit requests'];

describe('a hostile ledger', () => {
  it.each(COMMANDS)('does nothing to the screen of `%s`', async (line) => {
    const { code, out, err } = await runCli(line.split(' '), { cwd: folder });
    expect(code).toBe(1);
    expect(out + err).toContain(SHOWN);
    expect(out + err).not.toMatch(/[^\n\P{C}]/u);
    // Nor does it begin a line that reads as ours.
    expect(out + err).not.toMatch(/^proven: 9/m);
  });

  it.each(COMMANDS)('does nothing with `%s --json`, which says the same for all that', async (line) => {
    const { out, err } = await runCli([...line.split(' '), '--json'], { cwd: folder });
    expect(out + err).not.toMatch(/[^\n\P{C}]/u);
    expect(JSON.stringify(JSON.parse(out))).toContain(JSON.stringify(EVIL).slice(1, -1));
  });
});
