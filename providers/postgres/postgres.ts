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
  type Provider,
  type ProviderDefinition,
  ProviderError,
  type Resolved,
} from '../provider.ts';
import { assertSettings, schemaOf, textOf } from '../settings.ts';
import { canHandOut, findRole, grantedBy, memberProblem, membershipsOf, type Server, serverOf } from './catalog.ts';
import { quote, set } from './change.ts';
import { CONFIG, connectionOf, TARGET } from './config.ts';
import { roleProblem } from './role-problem.ts';
import { openSession, type Queries, type Session } from './session.ts';
import { GRANTED, pairOf, slotOf } from './slot.ts';

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
    inventory: () => session.read((queries) => inventory(queries, config, connection.place)),
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

async function observe(queries: Queries, slots: readonly Slot[]): Promise<Observed[]> {
  const server = await serverOf(queries);
  const pairs = slots.map((slot) => pairOf(slot, server));
  const held = new Set((await membershipsOf(queries, server, pairs)).map(({ role, member }) => `${role}/${member}`));
  return slots.map((slot) => ({
    slot: slot.key,
    value: held.has(`${slot.ids['role']}/${slot.ids['member']}`) ? GRANTED : null,
  }));
}

/**
 * What our account granted, by the grantor that PostgreSQL keeps: from 16 on it is who granted. Before, a grant by any
 * administrator could carry any name, so nothing there is taken for ours.
 */
async function inventory(queries: Queries, config: JsonObject, place: string): Promise<readonly Resolved[]> {
  const server = await serverOf(queries);
  const granted = await grantedBy(queries, server);
  return granted.map(({ role, member }) => ({ slot: slotOf(config, place, server, role, member), value: GRANTED }));
}
