/** `gatepass status`: what is held now, what is about to begin, and what needs a person, from a clone's ledger; with `--slo`, how late it was. */
import { resolve } from 'node:path';
import { type DecisionRow, decisionsIn } from '../../core/audit/decisions.ts';
import { lateness, latenessByProvider, overdue } from '../../core/audit/slo.ts';
import { plain } from '../../core/explain/escape.ts';
import type { Entry } from '../../core/ledger/entry.ts';
import { endOf, liveGrants, windowOf } from '../../core/ledger/live.ts';
import { replay } from '../../core/ledger/replay.ts';
import type { GrantState, LedgerState, OpenAlert } from '../../core/ledger/state.ts';
import { verifyLedger } from '../../core/ledger/verify.ts';
import { between, DAY, type Instant, MINUTE, plus, toInstant } from '../../core/time.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { type Command, FINDING, FINE, printJson, readArguments, type Terminal, UsageError } from '../command.ts';
import { latenessTable, span } from '../lateness.ts';
import { readLedgerBranch } from '../ledger-branch.ts';

export const command: Command = {
  name: 'status',
  summary: 'live grants, what begins next, open alerts',
  usage: `gatepass status [CLONE] [--slo] [--json]

  CLONE   a clone with the branch gatepass/ledger; default: here. Fetch it first
  --slo   how late: from due to issued and to confirmed, of all that was ever given and taken back, and by provider
  --json  {at, grants, alerts, turnedDown}; with --slo {at, overall, providers, overdue}, in milliseconds

Only proven entries count. Exit code 1 with an open alert, or when a part of the ledger could not be proven.`,
  run: status,
};

/** Neither over nor forgotten: these still matter. */
const OPEN: ReadonlySet<GrantState['status']> = new Set([
  'approved',
  'scheduled',
  'applying',
  'active',
  'revoking',
  'revoke-stuck',
  'running',
]);

interface Row {
  readonly grant: string;
  readonly status: GrantState['status'];
  readonly subject: string;
  readonly what: string;
  readonly starts: Instant;
  readonly expires: Instant;
  readonly isLive: boolean;
}

async function status(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, { json: { type: 'boolean' }, slo: { type: 'boolean' } });
  if (positionals.length > 1) throw new UsageError(`\`${positionals[1]}\` is one too many`, 'gatepass status [CLONE]');
  const now = toInstant(terminal.now().getTime());
  const commits = await readLedgerBranch(resolve(terminal.cwd, positionals[0] ?? '.'));
  const { entries, findings } = verifyLedger({ commits, verify: verifyLedgerSignature, pinned: null, known: null });
  for (const finding of findings) terminal.err(`not proven: ${plain(finding.message)}\n`);
  const state = replay(entries);
  if (values.slo === true) {
    showLateness(entries, state, now, values.json === true, terminal);
    return findings.length === 0 ? FINE : FINDING;
  }
  const live = new Set(liveGrants(state, now).map((grant) => grant.terms.id));
  const open = [...state.grants.values()].filter((grant) => OPEN.has(grant.status));
  const grants = open
    .map((grant) => rowOf(grant, live, now))
    .sort((a, b) => (a.expires + a.grant < b.expires + b.grant ? -1 : 1));
  const alerts = [...state.alerts.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const turnedDown = decisionsIn(entries).filter(({ is, at }) => is !== 'approved' && plus(at, LATELY) > now);
  if (values.json === true) printJson(terminal, { at: now, grants, alerts, turnedDown });
  else terminal.out(`${describe(grants, alerts, now)}${turnedDownLines(turnedDown)}`);
  return findings.length === 0 && alerts.length === 0 ? FINE : FINDING;
}

function showLateness(
  entries: readonly Entry[],
  state: LedgerState,
  now: Instant,
  isJson: boolean,
  terminal: Terminal,
): void {
  const [overall, providers, late] = [lateness(entries), latenessByProvider(entries), overdue(state, now)];
  if (isJson) {
    printJson(terminal, { at: now, overall, providers: Object.fromEntries(providers), overdue: late });
    return;
  }
  const waiting =
    late === null
      ? 'nothing is over and still held'
      : `${late.count} over and still held, the longest for ${span(late.max)}`;
  terminal.out(`${latenessTable(new Map([['all', overall], ...providers]))}\n${waiting}\n`);
}

function rowOf(grant: GrantState, live: ReadonlySet<string>, now: Instant): Row {
  const { id, subject, resource, entitlement } = grant.terms;
  const window = windowOf(grant);
  const expires = endOf(grant, now)?.at ?? window.expires;
  return {
    grant: id,
    status: grant.status,
    subject: subject.name,
    what: `${resource}/${entitlement}`,
    starts: window.starts,
    expires,
    isLive: live.has(id),
  };
}

/** How far back requests that came to nothing are shown; `gatepass audit requests` has all. */
const LATELY = DAY;

function turnedDownLines(rows: readonly DecisionRow[]): string {
  const lines = rows.map(
    ({ pullRequest, is, path, why }) => `  #${pullRequest} ${is}: ${plain(path)}: ${plain(why)}\n`,
  );
  return lines.length === 0 ? '' : `\nin the last day came to nothing:\n${lines.join('')}`;
}

function describe(grants: readonly Row[], alerts: readonly OpenAlert[], now: Instant): string {
  const rows = grants.map(
    (row) =>
      `${plain(row.grant).padEnd(14)} ${plain(row.subject).padEnd(10)} ${plain(row.what).padEnd(24)} ${row.status.padEnd(10)} ${left(row, now)}\n`,
  );
  const said = alerts.map((alert) => `${alert.severity}: ${plain(alert.message)}\n  ${plain(alert.next)}\n`);
  return `${rows.length === 0 ? 'nothing is held\n' : rows.join('')}${said.length === 0 ? '' : `\n${said.join('')}`}`;
}

function left(row: Row, now: Instant): string {
  if (row.starts > now) return `from ${row.starts}`;
  const minutes = Math.round(between(now, row.expires) / MINUTE);
  return minutes >= 0 ? `${minutes} min left` : `due ${-minutes} min ago`;
}
