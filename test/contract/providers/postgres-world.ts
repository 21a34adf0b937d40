/** Servers for the tests of the postgres provider, and the roles of one test on one of them. */
import { existsSync } from 'node:fs';
import pg from 'pg';
import { type RunningPostgres, startPostgres } from '../../../hub/postgres.ts';
import type { Io } from '../../../providers/provider.ts';
import { ProviderError } from '../../../providers/provider.ts';
import { type LossyProxy, startLossyProxy } from '../../support/lossy-proxy.ts';
import type { Harness } from './contract.ts';

export interface Version {
  readonly name: string;
  readonly binaries: string | null;
  /** Why it cannot be tested here; `null`: it can. */
  readonly missing: string | null;
}

const DEBIAN_15 = '/usr/lib/postgresql/15/bin';

export const VERSIONS: readonly Version[] = [
  { name: 'PostgreSQL 18', binaries: null, missing: null },
  {
    name: 'PostgreSQL 15',
    binaries: DEBIAN_15,
    missing: existsSync(`${DEBIAN_15}/initdb`)
      ? null
      : `not installed: no ${DEBIAN_15} (apt-get install postgresql-15)`,
  },
];

export interface World {
  readonly server: RunningPostgres;
  readonly isApart: boolean;
  /** As the superuser. */
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  /** Makes the roles of one test: names are its own, so that tests do not meet. */
  roles(): Promise<Roles>;
  stop(): Promise<void>;
}

export interface Roles {
  readonly admin: string;
  readonly adminUri: string;
  readonly alice: string;
  readonly aliceUri: string;
  readonly role: string;
  readonly table: string;
}

export async function startWorld(version: Version): Promise<World> {
  const server = await startPostgres(version.binaries === null ? {} : { binaries: version.binaries });
  const superuser = new pg.Client(server.uri());
  await superuser.connect();
  const query = (sql: string, values: unknown[] = []) => superuser.query(sql, values);
  const isApart = Number((await query('SHOW server_version_num')).rows[0].server_version_num) >= 160_000;
  let count = 0;
  return {
    server,
    isApart,
    query,
    roles: async () => {
      count += 1;
      const names = {
        admin: `gatepass_${count}`,
        alice: `Alice "${count}" O'Hara`,
        role: `App ${count}; "read"`,
        table: `t${count}`,
      };
      const quoted = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, pg.escapeIdentifier(name)]));
      await query(`CREATE ROLE ${quoted['admin']} LOGIN PASSWORD 'admin-secret'`);
      await query(`CREATE ROLE ${quoted['alice']} LOGIN PASSWORD 'alice-secret'`);
      await query(`CREATE ROLE ${quoted['role']}`);
      await query(`CREATE TABLE ${names.table} (n int)`);
      await query(`GRANT SELECT ON ${names.table} TO ${quoted['role']}`);
      const options = isApart ? 'WITH ADMIN TRUE, INHERIT FALSE, SET FALSE' : 'WITH ADMIN OPTION';
      await query(`GRANT ${quoted['role']} TO ${quoted['admin']} ${options}`);
      return {
        ...names,
        adminUri: server.uri({ user: names.admin, password: 'admin-secret' }),
        aliceUri: server.uri({ user: names.alice, password: 'alice-secret' }),
      };
    },
    stop: async () => {
      await superuser.end();
      await server.stop();
    },
  };
}

/** An `Io` that only knows these secrets. */
export function ioWith(secrets: Readonly<Record<string, string>>): Io {
  return {
    secret: (name) => {
      const value = secrets[name];
      if (value === undefined) throw new ProviderError('secret-missing', `there is no secret \`${name}\``);
      return value;
    },
    fetch: () => Promise.reject(new Error('no HTTP here')),
    githubApi: 'http://127.0.0.1:9',
    githubToken: () => Promise.reject(new Error('no GitHub here')),
    log: () => undefined,
  };
}

export async function postgresHarness(world: World): Promise<Harness> {
  const roles = await world.roles();
  const proxy: LossyProxy = await startLossyProxy(world.server.port);
  const [role, alice, admin] = [roles.role, roles.alice, roles.admin].map(pg.escapeIdentifier) as [
    string,
    string,
    string,
  ];
  const idOf = async (name: string) =>
    (await world.query('SELECT oid FROM pg_roles WHERE rolname = $1', [name])).rows[0].oid;
  const ids = { role: await idOf(roles.role), alice: await idOf(roles.alice) };
  const heldBy = async (member: number) => {
    const { rows } = await world.query(`SELECT pg_has_role($1::oid, $2::oid, 'USAGE') AS held`, [member, ids.role]);
    return rows[0].held === true ? 'granted' : null;
  };
  return {
    levels: ['granted'],
    io: ioWith({ ORDERS_PG: roles.adminUri }),
    config: { credentials: 'ORDERS_PG', port: proxy.port },
    target: () => ({ role: roles.role }),
    who: { name: 'alice', github: { id: 1001, login: 'alice' }, identity: roles.alice },
    stranger: { name: 'zoe', github: { id: 1999, login: 'zoe' }, identity: 'zoe' },
    secrets: ['admin-secret', roles.adminUri],
    held: () => heldBy(ids.alice),
    setOutside: async (value) => {
      if (value !== null) await world.query(`GRANT ${role} TO ${alice}`);
      else await world.query(`REVOKE ${role} FROM ${alice} ${world.isApart ? `GRANTED BY ${admin}` : ''}`);
    },
    loseNextAnswer: () => proxy.loseAnswerTo('COMMIT'),
    throttle: async (isOn) => {
      await world.query(`ALTER ROLE ${admin} CONNECTION LIMIT ${isOn ? 0 : -1}`);
      // Whoever is connected stays so; the limit turns away the next connection.
      if (isOn)
        await world.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [roles.admin]);
      if (isOn) proxy.refuse(true);
      proxy.refuse(false);
    },
    hideParent: async (isHidden) => proxy.refuse(isHidden),
    rename: async () => {
      await world.query(`ALTER ROLE ${alice} RENAME TO "${roles.table} formerly alice"`);
      await world.query(`CREATE ROLE ${alice} LOGIN`);
      const newcomer = await idOf(roles.alice);
      return () => heldBy(newcomer);
    },
    close: () => proxy.close(),
  };
}
