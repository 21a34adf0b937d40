/** One connection to one server, opened when first needed, used by one piece of work at a time. */
import type { Client, QueryResultRow } from 'pg';
import type { Connection } from './config.ts';
import { toProviderError } from './errors.ts';

export interface Queries {
  rows<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Session {
  /** Reads only: a failure had no effect. */
  read<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** One transaction. When the answer to its end is lost, the `ProviderError` says `effect: 'unknown'`. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export function openSession(connection: Connection): Session {
  let client: Client | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<Client> => {
    if (client !== null) return client;
    const { default: pg } = await import('pg');
    const fresh = new pg.Client(connection.client);
    // Also said by the query that fails; without a listener it would end the process.
    fresh.on('error', () => discard(fresh));
    try {
      await fresh.connect();
    } catch (error) {
      discard(fresh);
      throw toProviderError(error, connection.place, 'none');
    }
    client = fresh;
    return fresh;
  };
  const discard = (broken: Client): void => {
    if (client === broken) client = null;
    broken.end().catch(() => undefined);
  };
  const alone = <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const turn = queue.then(async () => work(await connect()));
    queue = turn.catch(() => undefined);
    return turn;
  };
  /** What was thrown, told apart. A connection whose state nobody knows is not used again. */
  const failed = (error: unknown, used: Client, effect: 'none' | 'unknown') => {
    const told = toProviderError(error, connection.place, effect);
    if (told.code === 'network') discard(used);
    return told;
  };

  return {
    read: (work) =>
      alone(async (used) => {
        try {
          return await work(queriesOf(used));
        } catch (error) {
          throw failed(error, used, 'none');
        }
      }),
    transaction: (work) =>
      alone(async (used) => {
        let effect: 'none' | 'unknown' = 'none';
        try {
          await used.query('BEGIN');
          const result = await work(queriesOf(used));
          effect = 'unknown';
          await used.query('COMMIT');
          return result;
        } catch (error) {
          const told = failed(error, used, effect);
          if (told.code !== 'network') await used.query('ROLLBACK').catch(() => discard(used));
          throw told;
        }
      }),
    close: async () => {
      await queue;
      const last = client;
      client = null;
      await last?.end();
    },
  };
}

function queriesOf(client: Client): Queries {
  return {
    rows: async <Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(sql, [...values])).rows,
  };
}
