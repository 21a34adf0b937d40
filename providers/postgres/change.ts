/**
 * Makes a membership so, in one transaction. Only what we granted is taken back; taking back is never held up by what
 * would forbid granting.
 */
import { type Outcome, ProviderError, type SetSlot } from '../provider.ts';
import { assertLevel } from '../settings.ts';
import {
  findRole,
  GRANTORS_APART,
  type Membership,
  memberProblem,
  membershipsOf,
  type Server,
  serverOf,
} from './catalog.ts';
import { roleProblem } from './role-problem.ts';
import type { Queries, Session } from './session.ts';
import { type Pair, pairOf } from './slot.ts';

/** The same for every Gatepass that uses this database: `gatepass` as eight bytes. */
const LOCK = '7449363237673464691';

export async function set(session: Session, change: SetSlot): Promise<Outcome> {
  assertLevel(change.slot, change.value);
  const endsSessions = change.value === null && (change.endSessions || change.slot.config['endSessions'] === true);
  const outcome = await session.transaction(async (queries) => {
    await queries.rows(`SELECT set_config('statement_timeout', '15s', true), set_config('lock_timeout', '10s', true)`);
    await queries.rows('SELECT pg_advisory_xact_lock($1::bigint)', [LOCK]);
    const server = await serverOf(queries);
    const pair = pairOf(change.slot, server);
    const held = await membershipsOf(queries, server, [pair]);
    if (change.value !== null) return ensure(queries, server, pair, held);
    const removed = await remove(queries, server, pair, held);
    // Once before the end, so that a crash in between leaves no session behind …
    if (endsSessions) await tryEndSessions(queries, pair);
    return removed;
  });
  // … and once after it, for a session that began meanwhile.
  if (endsSessions) await session.read((queries) => endSessions(queries, Number(change.slot.ids['member'])));
  return outcome;
}

/** INVARIANT: the role is taken back also where sessions cannot be ended. */
async function tryEndSessions(queries: Queries, { member }: Pair): Promise<void> {
  await queries.rows('SAVEPOINT sessions');
  try {
    await endSessions(queries, member);
  } catch {
    // The attempt after the transaction says why.
    await queries.rows('ROLLBACK TO SAVEPOINT sessions');
  }
}

async function ensure(queries: Queries, server: Server, pair: Pair, held: readonly Membership[]): Promise<Outcome> {
  // Also when somebody else granted it: a row of ours beside theirs would outlive theirs.
  if (held.length > 0) return { is: 'done', changed: false };
  const role = await findRole(queries, { oid: pair.role });
  if (role === null) return refused('policy', 'the role was dropped since the request was approved');
  const member = await findRole(queries, { oid: pair.member });
  if (member === null) return refused('unknown-principal', 'the login was dropped since the request was approved');
  const problem = (await roleProblem(queries, role)) ?? (await memberProblem(queries, server, member));
  if (problem !== null) return refused('policy', problem);
  const options =
    server.version >= GRANTORS_APART ? ' WITH ADMIN FALSE, INHERIT TRUE, SET TRUE GRANTED BY CURRENT_USER' : '';
  await queries.rows(`GRANT ${quote(role.name)} TO ${quote(member.name)}${options}`);
  return { is: 'done', changed: true };
}

async function remove(queries: Queries, server: Server, pair: Pair, held: readonly Membership[]): Promise<Outcome> {
  const ours = held.filter(({ grantor }) => grantor === server.us.oid);
  const others = held.filter(({ grantor }) => grantor !== server.us.oid);
  if (ours.length > 0) {
    const role = await findRole(queries, { oid: pair.role });
    const member = await findRole(queries, { oid: pair.member });
    // Dropping a role takes its memberships along: what is gone needs no revoke.
    if (role !== null && member !== null) {
      const grantor = server.version >= GRANTORS_APART ? ' GRANTED BY CURRENT_USER' : '';
      await queries.rows(`REVOKE ${quote(role.name)} FROM ${quote(member.name)}${grantor}`);
    }
  }
  if (others.length === 0) return { is: 'done', changed: ours.length > 0 };
  const names = [...new Set(others.map(({ grantorName }) => `\`${grantorName}\``))].sort().join(', ');
  return refused('managed-elsewhere', `the role is also granted by ${names}`);
}

function refused(why: (Outcome & { is: 'refused' })['why'], detail: string): Outcome {
  return { is: 'refused', why, detail };
}

/** Throws `sessions-not-ended`; the role itself is gone by then. */
async function endSessions(queries: Queries, member: number): Promise<void> {
  const others = 'FROM pg_stat_activity WHERE usesysid = $1::oid AND pid <> pg_backend_pid()';
  try {
    await queries.rows(`SELECT pg_terminate_backend(pid) ${others}`, [member]);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    const message = `the role was taken back, but sessions that began before could not be ended: ${said}`;
    throw new ProviderError('sessions-not-ended', message, { retry: 'backoff', effect: 'unknown', cause });
  }
}

/** An identifier, quoted as PostgreSQL demands (section 4.1.1). A role's name cannot hold a NUL. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
