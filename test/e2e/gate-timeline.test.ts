import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GrantTerms, Slot } from '../../core/ledger/entry.ts';
import { parseInstant } from '../../core/time.ts';
import { writeLedger } from '../support/applier.ts';
import { type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

const PATH = 'requests/orders-db/read-only/page.yaml';

describe('the comment after the merge', () => {
  let world: GateWorld;
  let number: number;
  let common: { readonly grant: GrantTerms; readonly slot: Slot };

  beforeAll(async () => {
    world = await startGateWorld();
    number = await world.open('carol', { [PATH]: request({ duration: '1h' }) });
    const subject = {
      kind: 'person',
      name: 'carol',
      id: 1003,
      login: 'carol',
      identities: { postgres: 'carol' },
    } as const;
    common = {
      grant: {
        id: `${number}-0a1b2c3d`,
        kind: 'access',
        resource: 'orders-db',
        entitlement: 'read-only',
        subject,
        reason: 'Paged',
        ticket: null,
        starts: null,
        startsBy: null,
        length: 3_600_000,
        bindings: [],
        run: null,
        breakGlass: false,
      },
      slot: {
        provider: 'postgres',
        zone: 'default',
        key: 'postgres:1/carol/app_read',
        config: {},
        ids: {},
        levels: ['app_read'],
        label: 'carol in orders-db',
      },
    };
  });
  afterAll(() => world.close());

  const instantAfter = (minutes: number) =>
    parseInstant(new Date(Date.parse('2026-11-23T10:00:00Z') + minutes * 60_000).toISOString()) ??
    expect.fail('no instant');

  it('follows the ledger: approved, granted, and how to give it back or ask for more', async () => {
    const { grant, slot } = common;
    const request = { path: PATH, blob: 'c'.repeat(40), pullRequest: number };
    const [now, end] = [instantAfter(0), instantAfter(60)];
    const authority = {
      commit: 'a'.repeat(40),
      head: 'b'.repeat(40),
      mergedAt: now,
      mergedBy: null,
      opener: { id: 1003, login: 'carol' },
      approvals: [],
      rule: "the owners' on-call reads at once",
      governing: { parent: 'a'.repeat(40), tip: 'a'.repeat(40) },
      decision: 'd'.repeat(64),
      evidence: 'e'.repeat(64),
      engine: 'gatepass/0.1.0',
    };
    const because = { why: 'granted', grants: [grant.id] } as const;
    const times = { due: now, issued: now, confirmed: now };
    await writeLedger(world, [
      { type: 'authorised', request, grant, authority },
      {
        type: 'intent',
        id: 'i1',
        grant: grant.id,
        effect: 'ensure',
        slot,
        before: null,
        after: 'app_read',
        asks: 'app_read',
        starts: now,
        expires: end,
        run: 'r',
        lease: end,
        because,
      },
      {
        type: 'outcome',
        intent: 'i1',
        grant: grant.id,
        effect: 'ensure',
        slot: slot.key,
        result: 'done',
        observed: 'app_read',
        detail: null,
        ...times,
      },
    ]);
    const comment = await world.sticky(number);
    expect(comment).toContain('### 🟢 Granted, until 2026-11-23 11:00 UTC');
    const link = /\[Ask for 1h more\]\(([^)]+)\)/.exec(comment ?? '')?.[1] ?? '';
    const { pathname, searchParams } = new URL(link);
    expect(pathname).toBe('/acme/access/new/main');
    expect(searchParams.get('filename')).toBe('requests/orders-db/read-only/2026-11-23-1100-paged.yaml');
    expect(searchParams.get('value')).toContain('duration: 1h\nreason: Paged\nstarts: "2026-11-23T11:00:00.000Z"\n');
  });

  it('ends with the end', async () => {
    const { grant, slot } = common;
    await world.hub.clock.advance(60 * 60_000);
    await world.settle();
    const end = instantAfter(60);
    const because = { why: 'expired', grants: [grant.id] } as const;
    const times = { due: end, issued: end, confirmed: end };
    await writeLedger(world, [
      {
        type: 'intent',
        id: 'i2',
        grant: grant.id,
        effect: 'remove',
        slot,
        before: 'app_read',
        after: null,
        asks: null,
        starts: instantAfter(0),
        expires: end,
        run: 'r',
        lease: end,
        because,
      },
      {
        type: 'outcome',
        intent: 'i2',
        grant: grant.id,
        effect: 'remove',
        slot: slot.key,
        result: 'done',
        observed: null,
        detail: null,
        ...times,
      },
    ]);
    const comment = await world.sticky(number);
    expect(comment).toContain('### ⚫ Ended, removed');
    expect(comment).not.toContain('/gatepass return');
    expect(await world.comments(number)).toBe(1);
  });
});
