/** Two production databases in one real PostgreSQL: rows to read, roles to grant, people who may log in and nothing else. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startPostgres } from '../../hub/postgres.ts';

export interface Databases {
  /** What the sweep's environment holds: secret name to connection URI. */
  readonly secrets: Readonly<Record<string, string>>;
  /** For `psql`, by hand. */
  readonly uri: (person: string, database: string) => string;
  /** Logs in as the person and counts the rows; the server's refusal is thrown as it is. */
  countOrders(person: string): Promise<number>;
  stop(): Promise<void>;
}

const PEOPLE = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'mallory'];

export async function startDatabases(): Promise<Databases> {
  const server = await startPostgres();
  const passwords = new Map([...PEOPLE, 'gatepass'].map((name) => [name, randomBytes(12).toString('hex')]));
  const uri = (user: string, database: string) => server.uri({ user, password: passwords.get(user) ?? '', database });
  const admin = new pg.Client({ connectionString: server.uri() });
  await admin.connect();
  try {
    for (const role of ['app_read', 'app_write']) await admin.query(`CREATE ROLE ${role} NOLOGIN`);
    for (const [name, password] of passwords) await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`);
    // All that the sweep's own role needs: it may hand on these two roles, and end sessions.
    await admin.query('GRANT app_read, app_write TO gatepass WITH ADMIN OPTION');
    await admin.query('GRANT pg_signal_backend TO gatepass');
    for (const database of ['orders', 'billing']) await admin.query(`CREATE DATABASE ${database}`);
  } finally {
    await admin.end();
  }
  const orders = new pg.Client({ connectionString: server.uri({ database: 'orders' }) });
  await orders.connect();
  try {
    await orders.query('CREATE TABLE orders (id int PRIMARY KEY, customer text NOT NULL, total numeric NOT NULL)');
    await orders.query(`INSERT INTO orders VALUES (1, 'Ada', 12.50), (2, 'Grace', 99.00), (3, 'Edsger', 7.20)`);
    await orders.query('GRANT SELECT ON orders TO app_read');
    await orders.query('GRANT SELECT, INSERT, UPDATE ON orders TO app_write');
  } finally {
    await orders.end();
  }
  return {
    secrets: { ORDERS_PG: uri('gatepass', 'orders'), BILLING_PG: uri('gatepass', 'billing') },
    uri,
    countOrders: async (person) => {
      const client = new pg.Client({ connectionString: uri(person, 'orders') });
      await client.connect();
      try {
        const { rows } = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM orders');
        return rows[0]?.count ?? 0;
      } finally {
        await client.end();
      }
    },
    stop: () => server.stop(),
  };
}
