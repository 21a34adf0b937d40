/**
 * PostgreSQL roles: a slot is "this login is a member of this role in this cluster". PostgreSQL has no expiry for
 * memberships, so only the sweep ends them. What another administrator granted is standing and is never taken away.
 */
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import type { Observed } from '../../core/reconcile/change.ts';
import {
  type Diagnostic,
  type Identity,
  type Io,
  type Outcome,
  type Provider,
  type ProviderDefinition,
  ProviderError,
  type Resolved,
  type SetSlot,
} from '../provider.ts';
import { assertLevel, assertSettings, schemaOf, textOf } from '../settings.ts';
import {
  canHandOut,
  findRole,
  GRANTORS_APART,
  type Membership,
  memberProblem,
  membershipsOf,
  type Role,
  roleProblem,
  type Server,
  serverOf,
} from './catalog.ts';
import { CONFIG, connectionOf, TARGET } from './config.ts';
import { openSession, type Queries, type Session } from './session.ts';

/** The only value the slot takes. */
const GRANTED = 'granted';
/** The first server whose memberships this code knows. */
const OLDEST = 150_000;

export const postgres: ProviderDefinition = {
  type: 'postgres',
  capabilities: {
    mode: 'state',
    expiry: 'none',
    // A session that ran SET ROLE keeps the role after REVOKE; `endSessions` ends it.
    sessionTailSeconds: 'unbounded',
    ownership: 'ledger',
    concurrency: 1,
  },
  configSchema: schemaOf(CONFIG),
  targetSchema: schemaOf(TARGET),
  open: async (config, io) => openPostgres(config, io),
};

function openPostgres(config: JsonObject, io: Io): Provider {
  const connection = connectionOf(config, io);
  const session = openSession(connection);
  return {
    check: () => check(session, config, connection.warnings),
    resolve: (target, who) => session.read((queries) => resolve(queries, config, connection.place, target, who)),
    observe: (slots) => session.read((queries) => observe(queries, slots)),
    set: (change) => set(session, change),
    close: () => session.close(),
  };
}

async function check(session: Session, config: JsonObject, warnings: readonly Diagnostic[]): Promise<Diagnostic[]> {
  let server: Server;
  try {
    server = await session.read(serverOf);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [...warnings, { severity: 'error', message, fix: 'see the guide of the postgres provider' }];
  }
  const found: Diagnostic[] = [...warnings];
  if (server.version < OLDEST) {
    const message = `the server is older than PostgreSQL 15 (${server.version})`;
    found.push({ severity: 'error', message, fix: 'upgrade the server' });
  }
  if (server.us.isSuperuser) {
    const message = `\`${server.us.name}\` is a superuser and could do anything`;
    found.push({
      severity: 'warning',
      message,
      fix: 'use a role that only has the admin option on the roles it grants',
    });
  }
  if (config['endSessions'] === true && !(await session.read((queries) => canEndSessions(queries)))) {
    const message = `\`${server.us.name}\` may not end sessions, but \`endSessions\` is set`;
    found.push({ severity: 'error', message, fix: `GRANT pg_signal_backend TO ${quote(server.us.name)}` });
  }
  return found;
}

async function canEndSessions(queries: Queries): Promise<boolean> {
  const [row] = await queries.rows<{ can: boolean }>(
    `SELECT pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AS can`,
  );
  return row?.can === true;
}

async function resolve(
  queries: Queries,
  config: JsonObject,
  place: string,
  target: JsonObject,
  who: Identity,
): Promise<Resolved> {
  assertSettings('postgres grant', TARGET, target);
  const server = await serverOf(queries);
  const name = textOf(target, 'role');
  const role = await findRole(queries, { name });
  if (role === null) throw new ProviderError('unknown-role', `there is no role \`${name}\` at ${place}`);
  if (who.identity === null) {
    throw new ProviderError('unknown-principal', `\`${who.name}\` has no \`postgres\` identity; add it to people.yaml`);
  }
  const member = await findRole(queries, { name: who.identity });
  if (member === null) {
    throw new ProviderError('unknown-principal', `there is no login \`${who.identity}\` at ${place}; create it first`);
  }
  const problem = (await roleProblem(queries, role)) ?? (await memberProblem(queries, server, member));
  if (problem !== null) throw new ProviderError('policy', problem);
  if (!(await canHandOut(queries, server, role))) {
    const fix = `GRANT ${quote(role.name)} TO ${quote(server.us.name)} WITH ADMIN OPTION`;
    throw new ProviderError('forbidden', `\`${server.us.name}\` may not grant \`${role.name}\`; run ${fix}`);
  }
  return { slot: slotOf(config, place, server, role, member), value: GRANTED };
}

function slotOf(config: JsonObject, place: string, server: Server, role: Role, member: Role): Slot {
  return {
    provider: 'postgres',
    zone: 'default',
    key: `postgres:${server.system}/${role.oid}/${member.oid}`,
    config,
    ids: { system: server.system, role: role.oid, member: member.oid },
    levels: [GRANTED],
    label: `${member.name} in role ${role.name} at ${place}`,
  };
}

interface Pair {
  readonly role: number;
  readonly member: number;
}

/** The ids of a slot, once it is known to belong to this very cluster. */
function pairOf(slot: Slot, server: Server): Pair {
  const { system, role, member } = slot.ids;
  if (typeof role !== 'number' || typeof member !== 'number') {
    throw new ProviderError('configuration', `the slot \`${slot.key}\` does not name a role and a member`);
  }
  if (system !== server.system) {
    // Another cluster's roles say nothing of this slot: unknown is not absent.
    const message = `\`${slot.label}\` belongs to the cluster ${system}, but ${server.system} answered`;
    throw new ProviderError('parent-changed', message);
  }
  return { role, member };
}

async function observe(queries: Queries, slots: readonly Slot[]): Promise<Observed[]> {
  const server = await serverOf(queries);
  const pairs = slots.map((slot) => pairOf(slot, server));
  const held = new Set((await membershipsOf(queries, server, pairs)).map(({ role, member }) => `${role}/${member}`));
  return slots.map((slot) => ({
    slot: slot.key,
    value: held.has(`${slot.ids['role']}/${slot.ids['member']}`) ? GRANTED : null,
  }));
}

/** The same for every Gatepass that uses this database: `gatepass` as eight bytes. */
const LOCK = '7449363237673464691';

async function set(session: Session, change: SetSlot): Promise<Outcome> {
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
function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
