/** Sessions that are open when their grant ends: what happens to them, and that it is said beforehand. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { whoHeld } from '../../core/audit/who.ts';
import { stickyComment } from '../../core/explain/sticky-comment.ts';
import { terminalText } from '../../core/explain/terminal-text.ts';
import type { JsonObject } from '../../core/json.ts';
import { ENDINGS } from '../../core/policy/ending.ts';
import { HOUR, type Instant, MINUTE } from '../../core/time.ts';
import { postgres } from '../../providers/postgres/postgres.ts';
import { providers } from '../../providers/registry.ts';
import { ioWith, startWorld, VERSIONS, type World } from '../contract/providers/postgres-world.ts';
import { anEvidence } from '../support/evidence.ts';
import { grantRead } from '../support/sweep-steps.ts';
import { aWorld, people, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

describe('in PostgreSQL, a session that set its role', () => {
  let world: World;
  beforeAll(async () => {
    const [version] = VERSIONS;
    if (version === undefined) throw new Error('no PostgreSQL to test on');
    world = await startWorld(version);
  });
  afterAll(() => world.stop());

  /** What the session answers after the role was taken back. */
  async function answerAfter(config: JsonObject, endSessions: boolean): Promise<string> {
    const roles = await world.roles();
    await world.query(`GRANT pg_signal_backend TO ${roles.admin}`);
    const provider = await postgres.open({ credentials: 'PG', ...config }, ioWith({ PG: roles.adminUri }));
    const session = new pg.Client(roles.aliceUri);
    session.on('error', () => undefined);
    try {
      const who = { name: 'alice', github: null, identity: roles.alice };
      const { slot } = await provider.resolve({ role: roles.role }, who);
      await provider.set({ slot, value: 'granted', until: null, endSessions: false });
      await session.connect();
      await session.query(`SET ROLE ${pg.escapeIdentifier(roles.role)}`);
      await provider.set({ slot, value: null, until: null, endSessions });
      return await session.query(`SELECT * FROM ${roles.table}`).then(
        () => 'still reads',
        () => 'is over',
      );
    } finally {
      await session.end().catch(() => undefined);
      await provider.close();
    }
  }

  fault(
    51,
    'lives on, as the provider declares, unless the catalog or the reason of the end says otherwise',
    async () => {
      expect(postgres.capabilities.sessionTailSeconds).toBe('unbounded');
      expect(await answerAfter({}, false)).toBe('still reads');
      expect(await answerAfter({ endSessions: true }, false)).toBe('is over');
      expect(await answerAfter({}, true)).toBe('is over');
    },
  );
});

describe('which ends ask for the sessions too', () => {
  async function endings(end: (world: TestWorld) => void): Promise<readonly boolean[]> {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.advance(10 * MINUTE);
    const asked: boolean[] = [];
    world.target.before = ({ value, endSessions }) => {
      if (value === null) asked.push(endSessions);
    };
    end(world);
    await world.sweep();
    return asked;
  }

  fault(51, 'a lock and a departure do, an expiry leaves it to the catalog', async () => {
    const lock = { name: 'stolen laptop', subjects: ['person:alice'], reason: 'the laptop was stolen' };
    const locks = JSON.stringify({ apiVersion: 'gatepass/v1', kind: 'Lock', locks: [lock] });
    expect(await endings((world) => world.github.push({ 'policies/locks.yaml': locks }))).toEqual([true]);
    expect(
      await endings(({ github }) => {
        github.users.splice(0, 1);
        github.outsiders.push(people.alice);
      }),
    ).toEqual([true]);
    expect(await endings((world) => world.advance(2 * HOUR))).toEqual([false]);
  });
});

describe('what a session may outlive its grant by is said', () => {
  const SAID = 'by the sweep; an open session may outlive it until it is closed';

  fault(51, 'to approver and engineer, as the providers declare it', () => {
    const decision = anEvidence().decide();
    expect(stickyComment(decision, { repository: 'https://github.example/acme/access' })).toContain(`| ${SAID} |`);
    expect(terminalText(decision, { color: false })).toContain(`ended ${SAID}`);
    for (const { type, capabilities } of Object.values(providers))
      expect(ENDINGS[type]).toEqual({ expiry: capabilities.expiry, tail: capabilities.sessionTailSeconds });
  });

  fault(51, 'to the auditor', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    const { entries } = await world.ledger();
    expect(whoHeld(entries, { at: world.github.now as Instant })).toMatchObject([
      { is: 'held', sessionTail: 'unbounded', sessionsUntil: null },
    ]);
  });
});
