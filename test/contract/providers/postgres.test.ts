import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../core/json.ts';
import { quote } from '../../../providers/postgres/change.ts';
import { postgres } from '../../../providers/postgres/postgres.ts';
import type { Identity, Provider } from '../../../providers/provider.ts';
import { providerContract } from './contract.ts';
import { ioWith, postgresHarness, type Roles, startWorld, VERSIONS, type World } from './postgres-world.ts';

for (const version of VERSIONS) {
  if (version.missing !== null) console.warn(`SKIPPED: the postgres provider on ${version.name}, ${version.missing}`);
  describe.skipIf(version.missing !== null)(
    `${version.name}${version.missing === null ? '' : ` — SKIPPED, ${version.missing}`}`,
    () => {
      let world: World;
      beforeAll(async () => {
        world = await startWorld(version);
      });
      afterAll(() => world.stop());

      providerContract(version.name, postgres, () => postgresHarness(world));

      const as = async <T>(uri: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
        const client = new pg.Client(uri);
        client.on('error', () => undefined);
        await client.connect();
        try {
          return await work(client);
        } finally {
          await client.end().catch(() => undefined);
        }
      };
      const person = (identity: string): Identity => ({ name: 'alice', github: null, identity });
      const opened = async <T>(
        roles: Roles,
        config: JsonObject,
        work: (provider: Provider) => Promise<T>,
      ): Promise<T> => {
        const provider = await postgres.open({ credentials: 'PG', ...config }, ioWith({ PG: roles.adminUri }));
        try {
          return await work(provider);
        } finally {
          await provider.close();
        }
      };
      const slotOf = async (provider: Provider, roles: Roles) =>
        (await provider.resolve({ role: roles.role }, person(roles.alice))).slot;

      describe('what the person can do', () => {
        it('reads only while the role is granted', async () => {
          const roles = await world.roles();
          const reads = () =>
            as(roles.aliceUri, (client) => client.query(`SELECT * FROM ${roles.table}`)).then(
              () => 'reads',
              (error: Error) => error.message,
            );
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            expect(await reads()).toContain('permission denied');
            await provider.set({ slot, value: 'granted', until: null, endSessions: false });
            expect(await reads()).toBe('reads');
            await provider.set({ slot, value: null, until: null, endSessions: false });
            expect(await reads()).toContain('permission denied');
          });
        });

        it('cannot hand the role on', async () => {
          const roles = await world.roles();
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            await provider.set({ slot, value: 'granted', until: null, endSessions: false });
            const grant = `GRANT ${pg.escapeIdentifier(roles.role)} TO ${pg.escapeIdentifier(roles.admin)}`;
            await expect(as(roles.aliceUri, (client) => client.query(grant))).rejects.toThrow(
              /admin option|permission denied/,
            );
          });
        });

        it('keeps a role it had set in a session that lives on, unless sessions are ended', async () => {
          const roles = await world.roles();
          await world.query(`GRANT pg_signal_backend TO ${roles.admin}`);
          await opened(roles, {}, (provider) =>
            as(roles.aliceUri, async (client) => {
              const slot = await slotOf(provider, roles);
              await provider.set({ slot, value: 'granted', until: null, endSessions: false });
              await client.query(`SET ROLE ${pg.escapeIdentifier(roles.role)}`);
              await provider.set({ slot, value: null, until: null, endSessions: false });
              expect((await client.query(`SELECT count(*)::int AS n FROM ${roles.table}`)).rows).toEqual([{ n: 0 }]);
              await provider.set({ slot, value: null, until: null, endSessions: true });
              await expect(client.query('SELECT 1')).rejects.toThrow();
            }),
          );
        });

        it('loses the role also where sessions cannot be ended, and that is said', async () => {
          const roles = await world.roles();
          await opened(roles, {}, (provider) =>
            as(roles.aliceUri, async (client) => {
              const slot = await slotOf(provider, roles);
              await provider.set({ slot, value: 'granted', until: null, endSessions: false });
              await client.query('SELECT 1');
              const removal = provider.set({ slot, value: null, until: null, endSessions: true });
              await expect(removal).rejects.toMatchObject({
                code: 'sessions-not-ended',
                retry: 'backoff',
                effect: 'unknown',
              });
              expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: null }]);
            }),
          );
        });

        it('ends sessions when the configuration at the grant said so', async () => {
          const roles = await world.roles();
          await world.query(`GRANT pg_signal_backend TO ${roles.admin}`);
          await opened(roles, { endSessions: true }, (provider) =>
            as(roles.aliceUri, async (client) => {
              const slot = await slotOf(provider, roles);
              await provider.set({ slot, value: 'granted', until: null, endSessions: false });
              await client.query('SELECT 1');
              await provider.set({ slot, value: null, until: null, endSessions: false });
              await expect(client.query('SELECT 1')).rejects.toThrow();
            }),
          );
        });
      });

      describe('what somebody else granted', () => {
        it('is left alone', async () => {
          const roles = await world.roles();
          await world.query(`GRANT ${pg.escapeIdentifier(roles.role)} TO ${pg.escapeIdentifier(roles.alice)}`);
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            const outcome = await provider.set({ slot, value: null, until: null, endSessions: false });
            expect(outcome).toEqual({
              is: 'refused',
              why: 'managed-elsewhere',
              detail: 'the role is also granted by `postgres`',
            });
            expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: 'granted' }]);
          });
        });

        it.runIf(version.binaries === null)('outlives ours when it came later, and is said', async () => {
          const roles = await world.roles();
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            await provider.set({ slot, value: 'granted', until: null, endSessions: false });
            await world.query(`GRANT ${pg.escapeIdentifier(roles.role)} TO ${pg.escapeIdentifier(roles.alice)}`);
            const outcome = await provider.set({ slot, value: null, until: null, endSessions: false });
            expect(outcome).toMatchObject({ is: 'refused', why: 'managed-elsewhere' });
            const left = await world.query(
              'SELECT grantor::regrole::text FROM pg_auth_members WHERE roleid = $1 AND member = $2',
              [slot.ids['role'], slot.ids['member']],
            );
            expect(left.rows).toEqual([{ grantor: 'postgres' }]);
          });
        });

        it.runIf(version.binaries === null)(
          'does not count when it only lets the member hand the role on',
          async () => {
            const roles = await world.roles();
            const [role, alice] = [roles.role, roles.alice].map(pg.escapeIdentifier);
            await world.query(`GRANT ${role} TO ${alice} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`);
            await opened(roles, {}, async (provider) => {
              const slot = await slotOf(provider, roles);
              expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: null }]);
            });
          },
        );
      });

      describe('what is never granted', () => {
        it.each([
          ['a superuser', 'ALTER ROLE $role SUPERUSER', /is a superuser/],
          ['a role that creates roles', 'ALTER ROLE $role CREATEROLE', /can create roles/],
          ['a role that replicates', 'ALTER ROLE $role REPLICATION', /can replicate/],
          [
            'a role that runs programs',
            'GRANT pg_execute_server_program TO $role',
            /leads to `pg_execute_server_program`, which is a predefined/,
          ],
          ['a role that leads to a superuser', 'GRANT postgres TO $role', /leads to `postgres`, which is a superuser/],
          [
            'a role that leads to ours',
            'CREATE ROLE $other; GRANT $other TO $role; GRANT $other TO $alice WITH ADMIN OPTION; ALTER ROLE $other CREATEROLE',
            /leads to .* can create roles/,
          ],
          [
            'a role that hands out roles',
            'CREATE ROLE $other; GRANT $other TO $role WITH ADMIN OPTION',
            /can grant roles to others/,
          ],
          ['a role that creates databases', 'ALTER ROLE $role CREATEDB', /can create databases/],
          ['a role that owns a table', 'ALTER TABLE $table OWNER TO $role', /owns objects/],
          [
            'a role that may hand on a right',
            'GRANT SELECT ON $table TO $role WITH GRANT OPTION',
            /can give its rights/,
          ],
          [
            'a role that may hand on a right on a column',
            'GRANT SELECT (n) ON $table TO $role WITH GRANT OPTION',
            /can give its rights/,
          ],
          [
            'a role that leads to an owner',
            'CREATE ROLE $other; ALTER TABLE $table OWNER TO $other; GRANT $other TO $role',
            /leads to .* owns objects/,
          ],
          ['a role that creates in a schema', 'GRANT CREATE ON SCHEMA public TO $role', /can leave functions behind/],
          ['a role that creates schemas', 'GRANT CREATE ON DATABASE postgres TO $role', /can create schemas/],
          ['to a group', 'ALTER ROLE $alice NOLOGIN', /cannot log in/],
          ['to a superuser', 'ALTER ROLE $alice SUPERUSER', /is a superuser, so nothing/],
          ['to a login that others are members of', 'CREATE ROLE $other; GRANT $alice TO $other', /is a member of/],
        ])('%s', async (_, sql, message) => {
          const roles = await world.roles();
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            const names = { role: roles.role, alice: roles.alice, table: roles.table, other: `${roles.table} other` };
            await world.query(
              sql.replace(/\$(\w+)/g, (_, name: keyof typeof names) => pg.escapeIdentifier(names[name])),
            );
            await expect(provider.resolve({ role: roles.role }, person(roles.alice))).rejects.toMatchObject({
              code: 'policy',
              message,
            });
            // What was fine when it was approved is looked at again before it is granted.
            const outcome = await provider.set({ slot, value: 'granted', until: null, endSessions: false });
            expect(outcome).toMatchObject({ is: 'refused', why: 'policy', detail: message });
            // And never in the way of taking it back.
            expect(await provider.set({ slot, value: null, until: null, endSessions: false })).toMatchObject({
              is: 'done',
            });
          });
        });

        it('but a role in whose name somebody has a temporary table just now', async () => {
          const roles = await world.roles();
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            await provider.set({ slot, value: 'granted', until: null, endSessions: false });
            await as(roles.aliceUri, async (client) => {
              await client.query(`SET ROLE ${pg.escapeIdentifier(roles.role)}`);
              await client.query('CREATE TEMPORARY TABLE mine (n int)');
              expect(await slotOf(provider, roles)).toEqual(slot);
            });
          });
        });

        it('a role that leads to the one Gatepass itself uses', async () => {
          const roles = await world.roles();
          await world.query(`CREATE ROLE ${roles.table}_ours; GRANT postgres TO ${roles.table}_ours`);
          await opened({ ...roles, adminUri: world.server.uri() }, {}, async (provider) => {
            await expect(provider.resolve({ role: `${roles.table}_ours` }, person(roles.alice))).rejects.toMatchObject({
              code: 'policy',
              message: `the role \`${roles.table}_ours\` leads to \`postgres\`, which is the role that Gatepass itself uses`,
            });
          });
        });

        it('a role that Gatepass may not hand out', async () => {
          const roles = await world.roles();
          await world.query(`CREATE ROLE ${roles.table}_foreign`);
          await opened(roles, {}, async (provider) => {
            await expect(
              provider.resolve({ role: `${roles.table}_foreign` }, person(roles.alice)),
            ).rejects.toMatchObject({
              code: 'forbidden',
              message: expect.stringContaining(`GRANT "${roles.table}_foreign" TO "${roles.admin}" WITH ADMIN OPTION`),
            });
            await expect(provider.resolve({ role: 'nothing' }, person(roles.alice))).rejects.toMatchObject({
              code: 'unknown-role',
            });
            await expect(
              provider.resolve({ role: roles.role }, { name: 'grace', github: null, identity: null }),
            ).rejects.toMatchObject({
              code: 'unknown-principal',
              message: expect.stringContaining('people.yaml'),
            });
          });
        });
      });

      describe('what changes underneath', () => {
        it('a login that was dropped holds nothing, and gets nothing', async () => {
          const roles = await world.roles();
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            await provider.set({ slot, value: 'granted', until: null, endSessions: false });
            await world.query(`DROP ROLE ${pg.escapeIdentifier(roles.alice)}`);
            expect(await provider.observe([slot])).toEqual([{ slot: slot.key, value: null }]);
            expect(await provider.set({ slot, value: null, until: null, endSessions: false })).toEqual({
              is: 'done',
              changed: false,
            });
            expect(await provider.set({ slot, value: 'granted', until: null, endSessions: false })).toMatchObject({
              why: 'unknown-principal',
            });
          });
        });

        it('a role that was dropped and made anew is another role', async () => {
          const roles = await world.roles();
          const role = pg.escapeIdentifier(roles.role);
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            await world.query(
              `DROP OWNED BY ${role}; DROP ROLE ${role}; CREATE ROLE ${role}; GRANT ${role} TO ${roles.admin} WITH ADMIN OPTION`,
            );
            expect(await provider.set({ slot, value: 'granted', until: null, endSessions: false })).toMatchObject({
              is: 'refused',
              why: 'policy',
            });
            expect((await slotOf(provider, roles)).key).not.toBe(slot.key);
          });
        });

        it('another cluster at the same address says nothing of a slot', async () => {
          const roles = await world.roles();
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            const foreign = { ...slot, ids: { ...slot.ids, system: '1' } };
            await expect(provider.observe([foreign])).rejects.toMatchObject({ code: 'parent-changed' });
            await expect(
              provider.set({ slot: foreign, value: null, until: null, endSessions: false }),
            ).rejects.toMatchObject({ code: 'parent-changed' });
            const nameless = { ...slot, ids: { system: slot.ids['system'] as string } };
            await expect(provider.observe([nameless])).rejects.toMatchObject({ code: 'configuration' });
          });
        });

        it('takes many changes at once from several sweeps', async () => {
          const roles = await world.roles();
          const results = await Promise.all(
            Array.from({ length: 6 }, (_, sweeper) =>
              opened(roles, {}, async (provider) => {
                const slot = await slotOf(provider, roles);
                const outcomes = Array.from({ length: 8 }, (_, at) =>
                  provider.set({
                    slot,
                    value: (sweeper + at) % 2 === 0 ? 'granted' : null,
                    until: null,
                    endSessions: false,
                  }),
                );
                return (await Promise.all(outcomes)).map(({ is }) => is);
              }),
            ),
          );
          expect(new Set(results.flat())).toEqual(new Set(['done']));
        });
      });

      describe('the inventory', () => {
        it('is what our account granted, and nothing that others did', async () => {
          const roles = await world.roles();
          const others = await world.roles();
          await opened(roles, {}, async (provider) => {
            const slot = await slotOf(provider, roles);
            expect(await provider.inventory?.([])).toEqual([]);
            await provider.set({ slot, value: 'granted', until: null, endSessions: false });
            await world.query(`GRANT ${quote(roles.role)} TO ${quote(others.alice)}`);
            expect(await provider.inventory?.([])).toEqual(world.isApart ? [{ slot, value: 'granted' }] : []);
            await provider.set({ slot, value: null, until: null, endSessions: false });
            expect(await provider.inventory?.([])).toEqual([]);
          });
        });
      });

      describe('the check', () => {
        const diagnosticsOf = async (uri: string, config: JsonObject = {}) => {
          const provider = await postgres.open({ credentials: 'PG', ...config }, ioWith({ PG: uri }));
          try {
            return (await provider.check()).map(({ severity, message, fix }) => `${severity}: ${message} → ${fix}`);
          } finally {
            await provider.close();
          }
        };

        it('warns of a superuser', async () => {
          expect(await diagnosticsOf(world.server.uri())).toEqual([
            expect.stringContaining('warning: `postgres` is a superuser'),
          ]);
        });

        it('says how to be allowed to end sessions', async () => {
          const roles = await world.roles();
          expect(await diagnosticsOf(roles.adminUri, { endSessions: true })).toEqual([
            `error: \`${roles.admin}\` may not end sessions, but \`endSessions\` is set → GRANT pg_signal_backend TO "${roles.admin}"`,
          ]);
        });

        it.each([
          ['a wrong password', { user: 'postgres', password: 'wrong-secret' }, {}, /password authentication failed/],
          ['a database that is not there', { database: 'nothing' }, {}, /"nothing" does not exist/],
          ['a port where nobody listens', {}, { port: 1 }, /ECONNREFUSED/],
        ])('finds %s', async (_, as, config, message) => {
          const found = await diagnosticsOf(world.server.uri(as), config);
          expect(found).toEqual([expect.stringMatching(message)]);
          expect(found.join()).not.toContain('wrong-secret');
        });
      });
    },
  );
}
