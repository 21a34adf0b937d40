/** `gatepass audit who`: who held what at an instant, by whose approval and for which reason, from a clone. */
import { resolve } from 'node:path';
import { type WhoRow, whoHeld } from '../../core/audit/who.ts';
import { verifyLedger } from '../../core/ledger/verify.ts';
import { type Instant, parseInstant, toInstant } from '../../core/time.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { readLedgerBranch } from '../ledger-branch.ts';

export const command: Command = {
  name: 'audit',
  summary: 'who held what at an instant',
  usage: `gatepass audit who [CLONE] [--at INSTANT] [--person NAME] [--resource NAME] [--json]

  CLONE         a clone with the branch gatepass/ledger; default: here
  --at INSTANT  default: now
  --person      a name, a login or a numeric GitHub id
  --json        the rows, with spans meant and seen, approvals, rule and commit

Only proven entries count. Exit code 1 when a part of the ledger could not be proven.`,
  run: audit,
};

const OPTIONS = {
  at: { type: 'string' },
  person: { type: 'string' },
  resource: { type: 'string' },
  json: { type: 'boolean' },
} as const;

async function audit(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [what, clone = '.', ...more] = positionals;
  if (what !== 'who' || more.length > 0)
    throw new UsageError(`no audit \`${positionals.join(' ')}\``, 'gatepass audit who');
  const at = values.at === undefined ? toInstant(terminal.now().getTime()) : readInstant(values.at);
  const commits = await readLedgerBranch(resolve(terminal.cwd, clone));
  const { entries, findings } = verifyLedger({ commits, verify: verifyLedgerSignature, pinned: null, known: null });
  for (const finding of findings) terminal.err(`not proven: ${finding.message}\n`);
  const rows = whoHeld(entries, {
    at,
    ...(values.person === undefined
      ? {}
      : { person: /^\d+$/.test(values.person) ? Number(values.person) : values.person }),
    ...(values.resource === undefined ? {} : { resource: values.resource }),
  });
  if (values.json === true) printJson(terminal, { at, rows });
  else terminal.out(rows.length === 0 ? `nobody held anything at ${at}\n` : rows.map(describe).join(''));
  return findings.length === 0 ? FINE : FINDING;
}

function readInstant(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw new UsageError(`\`${text}\` is no instant`, 'such as 2026-11-23T10:00:00Z');
  return at;
}

/** `alice  orders-db/read-only  10:02:11 → 11:02:11  #1  bob  "Replay payments"`. */
function describe(row: WhoRow): string {
  const approvals = row.approvals.map((each) => each.user.login).join(' and ');
  const flag = row.is === 'held' ? '' : `  (${row.is})`;
  const what = `${row.resource}/${row.entitlement}`;
  const span = row.confirmed ?? row.intended;
  const window = span === null ? 'never seen' : `${span.from} → ${span.until ?? 'still held'}`;
  return `${row.subject.name.padEnd(8)} ${what.padEnd(22)} ${window}  #${row.pullRequest} ${approvals === '' ? 'automatic' : `approved by ${approvals}`}${flag}\n`;
}
