/** Removals that fail for days, requests that cannot be dealt with, and ten thousand ends at one instant. */
import { describe, expect } from 'vitest';
import type { Body } from '../../core/ledger/entry.ts';
import { DAY, HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { forgeEntries } from '../support/forge.ts';
import { anEnsure, aSlot, authorised, outcomeOf } from '../support/ledger.ts';
import { fileOf } from '../support/memory-git.ts';
import { alertKeys, entriesOf, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aSigner, aWorld, exampleFiles, people, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

/** Alice's grant is over, and its target refuses to take it back. */
async function overdue(files = exampleFiles()): Promise<TestWorld> {
  const world = aWorld(aSigner(), files);
  grantRead(world, { duration: '1h' });
  await world.sweep();
  world.target.before = ({ value }) => {
    if (value === null) throw new Error('connection refused');
  };
  world.advance(HOUR);
  await world.sweep();
  return world;
}

describe('a removal that does not work', () => {
  fault(47, 'is tried for a week, at least every hour, and done as soon as it works', async () => {
    const world = await overdue();
    const tries: number[] = [];
    world.target.before = () => {
      tries.push(Date.parse(world.github.now));
      throw new Error('connection refused');
    };
    const end = Date.parse(world.github.now) + 7 * DAY;
    let sweeps = 0;
    // As the app's clock does: a sweep whenever one is due.
    while (Date.parse(world.github.now) < end) {
      const { nextDue } = await world.sweep();
      const wait = Date.parse(nextDue ?? '') - Date.parse(world.github.now);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(HOUR);
      world.advance(wait + 1000);
      sweeps += 1;
    }
    expect(sweeps - tries.length).toBeLessThan(3);
    const gaps = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(HOUR);
    expect(tries.length).toBeLessThan(350);
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.target.before = () => {};
    world.advance(HOUR);
    const report = await world.sweep();
    expect(report.revoked.map(({ result }) => result)).toEqual(['done']);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    expect((await world.sweep()).written).toEqual([]);
  });

  fault(47, 'is said after five minutes, again after thirty, and every day; and why', async () => {
    const world = await overdue();
    expect(await alertKeys(world)).toEqual([]);
    world.advance(5 * MINUTE);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`revoke-stuck:${READ_SLOT}`]);
    const { state } = await world.ledger();
    expect(state.alerts.get(`revoke-stuck:${READ_SLOT}`)).toMatchObject({
      severity: 'critical',
      message: expect.stringContaining('connection refused'),
    });
    world.advance(25 * MINUTE);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`revoke-stuck-escalated:${READ_SLOT}`, `revoke-stuck:${READ_SLOT}`]);
    const days = [];
    for (let day = 0; day < 3; day += 1) {
      world.advance(DAY);
      await world.sweep();
      days.push((await alertKeys(world)).filter((key) => key.startsWith('revoke-stuck-daily:')));
    }
    expect(days).toEqual([24, 25, 26].map((day) => [`revoke-stuck-daily:default:2026-11-${day}`]));
  });

  fault(47, 'keeps its subject from new grants of that resource, and break-glass from nobody', async () => {
    const world = await overdue();
    world.advance(5 * MINUTE);
    await world.sweep();
    grantRead(world, {}, 'requests/orders-db/read-only/more.yaml');
    merged(world, {
      by: people.dan,
      approvedBy: [people.bob],
      files: { 'requests/orders-db/read-only/dans.yaml': aRequest() },
    });
    merged(world, {
      by: people.alice,
      approvedBy: [people.bob],
      files: { 'requests/payments/operator/other.yaml': aRequest() },
    });
    const report = await world.sweep();
    expect(report.refused.map(({ request, code }) => [request.path, code])).toEqual([
      ['requests/orders-db/read-only/more.yaml', 'revoke-stuck'],
    ]);
    expect(report.granted.map(({ label }) => label).sort()).toEqual([
      'alice in payments-production',
      'dan in app_read',
    ]);
    world.target.before = () => {};
    world.advance(5 * MINUTE);
    await world.sweep();
    await world.sweep();
    grantRead(world, {}, 'requests/orders-db/read-only/after.yaml');
    expect((await world.sweep()).granted.map(({ result }) => result)).toEqual(['done']);
  });

  fault(47, 'keeps its subject from whatever must not be held together with it', async () => {
    const files = new Map(exampleFiles());
    const organization = files.get('policies/organization.yaml')?.text ?? '';
    const toxic = 'toxic:\n  - { name: read and pay, of: ["orders-db/*", "payments/*"] }\n';
    files.set('policies/organization.yaml', fileOf(organization + toxic));
    const world = await overdue(files);
    world.advance(5 * MINUTE);
    await world.sweep();
    merged(world, {
      by: people.alice,
      approvedBy: [people.bob],
      files: { 'requests/payments/operator/other.yaml': aRequest() },
    });
    expect((await world.sweep()).refused.map(({ code }) => code)).toEqual(['toxic-combination']);
  });
});

describe('a request that cannot be dealt with', () => {
  const BAD = 'requests/orders-db/read-only/bad.yaml';
  const good = Array.from({ length: 9 }, (_, index) => `requests/orders-db/read-only/good-${index}.yaml`);

  /** One bad request among nine good ones; deciding on it ends in something that nobody foresaw. */
  function oneBad(world: TestWorld): void {
    const subjects = [people.alice, people.dan, people.erin];
    const bad = grantRead(world, {}, BAD);
    for (const [index, path] of good.entries()) {
      const by = subjects[index % subjects.length] ?? people.alice;
      merged(world, { by, approvedBy: [people.bob], files: { [path]: aRequest() } });
    }
    const request = world.github.request.bind(world.github);
    world.github.request = async (route, parameters) => {
      const answer = await request(route, parameters);
      if (!route.endsWith('/pulls/{pull_number}/commits') || parameters?.['pull_number'] !== bad) return answer;
      const data: unknown = new Proxy([], {
        get: () => {
          throw new TypeError('Cannot read properties of undefined');
        },
      });
      return { ...answer, data };
    };
  }

  fault(
    46,
    'keeps no other waiting, is tried for an hour, and is then named by an alert until it is removed',
    async () => {
      const world = aWorld();
      oneBad(world);
      const report = await world.sweep();
      expect(report.stops).toEqual([]);
      expect(report.granted.map(({ result }) => result)).toEqual(Array(9).fill('done'));
      expect((await entriesOf(world, 'authorised')).map(({ request }) => request.path).sort()).toEqual(good);
      expect((await entriesOf(world, 'deferred')).map(({ request }) => request.path)).toEqual([BAD]);
      expect(await alertKeys(world)).toEqual([]);
      world.advance(HOUR + MINUTE);
      await world.sweep();
      expect((await entriesOf(world, 'lapsed')).map(({ request, code }) => [request.path, code])).toEqual([
        [BAD, 'fault'],
      ]);
      expect(await alertKeys(world)).toEqual([`undecided:${BAD}`]);
      expect((await world.sweep()).written).toEqual([]);
      world.github.push({ [BAD]: null });
      await world.sweep();
      expect(await alertKeys(world)).toEqual([]);
    },
  );
});

describe('ten thousand grants that end at once', () => {
  const MANY = 10_000;

  /** As a ledger says it: each held by another account, most for orders, a hundred by break-glass. */
  async function crowd(world: TestWorld): Promise<void> {
    const at = world.github.now as Instant;
    const bodies = Array.from({ length: MANY }, (_, number): readonly Body[] => {
      const key = `postgres:app_read/${100_000 + number}`;
      const slot = aSlot({ provider: 'postgres', key, config: { credentials: 'PG' }, levels: ['granted'], label: key });
      const window = { starts: at, expires: plus(at, HOUR) };
      const ensure = anEnsure(number, { slot, after: 'granted', asks: 'granted', ...window, lease: at });
      world.target.held.set(key, 'granted');
      return [
        authorised(number, { breakGlass: number % 100 === 99, length: HOUR }),
        ensure,
        outcomeOf(ensure, { due: at, issued: at, confirmed: at }),
      ];
    });
    await forgeEntries(world, world.signer, bodies.flat());
  }

  fault(54, 'the riskiest first, looked at in batches, written down in two commits, none lost', async () => {
    const world = aWorld();
    await crowd(world);
    world.advance(HOUR);
    const batches: number[] = [];
    world.target.beforeObserve = (slots) => batches.push(slots.length);
    const before = world.github.calls.length;
    const report = await world.sweep();
    expect([report.revoked.length, world.target.held.size]).toEqual([MANY, 0]);
    expect(report.revoked.every(({ result }) => result === 'done')).toBe(true);
    expect(Math.max(...batches)).toBeLessThanOrEqual(1000);
    const calls = world.github.calls.slice(before);
    expect(calls.filter((route) => route.startsWith('PATCH') && route.includes('/git/refs/'))).toHaveLength(2);
    // Not one call to GitHub for each of them, but for the hundred that owe a review.
    expect(calls.length).toBeLessThan(300);
    const glass = world.target.sent.slice(0, MANY / 100).map(({ slot }) => Number(slot.split('/')[1]) % 100);
    expect(new Set(glass)).toEqual(new Set([99]));
    await world.sweep();
    expect((await world.sweep()).written).toEqual([]);
  });
});
