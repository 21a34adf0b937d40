/**
 * `gatepass audit who`: who held what at an instant, by whose approval and for which reason; `audit requests`: what became
 * of every request. From a clone.
 */
import { resolve } from 'node:path';
import { type DecisionRow, decisionsIn } from '../../core/audit/decisions.ts';
import { type WhoRow, whoHeld } from '../../core/audit/who.ts';
import { plain } from '../../core/explain/escape.ts';
import { verifyLedger } from '../../core/ledger/verify.ts';
import { tailText } from '../../core/policy/ending.ts';
import { type Instant, parseInstant, toInstant } from '../../core/time.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { readLedgerBranch } from '../ledger-branch.ts';

export const command: Command = {
  name: 'audit',
  summary: 'who held what at an instant; what became of every request',
  usage: `gatepass audit who [CLONE] [--at INSTANT] [--person NAME] [--resource NAME] [--json]
gatepass audit requests [CLONE] [--json]

  who           grants that were held, or meant to be, at an instant
  requests      every decision: approved, refused, quarantined, lapsed, withdrawn, denied
  CLONE         a clone with the branch gatepass/ledger; default: here
  --at INSTANT  default: now
  --person      a name, a login or a numeric GitHub id
  --json        the rows, with spans meant and seen, approvals, rule, commit, and how long sessions may outlive them

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
  if ((what !== 'who' && what !== 'requests') || more.length > 0)
    throw new UsageError(`no audit \`${positionals.join(' ')}\``, 'gatepass audit who, gatepass audit requests');
  const at = values.at === undefined ? toInstant(terminal.now().getTime()) : readInstant(values.at);
  const commits = await readLedgerBranch(resolve(terminal.cwd, clone));
  const { entries, findings } = verifyLedger({ commits, verify: verifyLedgerSignature, pinned: null, known: null });
  for (const finding of findings) terminal.err(`not proven: ${plain(finding.message)}\n`);
  if (what === 'requests') {
    const decisions = decisionsIn(entries);
    if (values.json === true) printJson(terminal, { decisions });
    else terminal.out(decisions.length === 0 ? 'nothing was asked yet\n' : decisions.map(decisionLine).join(''));
    return findings.length === 0 ? FINE : FINDING;
  }
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
  const sessions = row.sessionTail === 0 ? '' : `; ${tailText(row.sessionTail)}`;
  const window = span === null ? 'never seen' : `${span.from} → ${span.until ?? 'still held'}`;
  const how = approvals === '' ? 'automatic' : `approved by ${approvals}`;
  return `${plain(row.subject.name).padEnd(8)} ${plain(what).padEnd(22)} ${window}  #${row.pullRequest} ${plain(how)}${flag}${sessions}\n`;
}

/** `2026-11-23T10:02:11.000Z  #7  denied  requests/orders-db/read-only/replay.yaml  by bob: waits for an owner`. */
function decisionLine({ at, pullRequest, is, path, by, why }: DecisionRow): string {
  const who = by.length === 0 ? '' : `by ${by.join(' and ')}: `;
  return `${at}  #${pullRequest}  ${is.padEnd(11)} ${plain(path)}  ${plain(`${who}${why}`)}\n`;
}
