/** The gate on the look-alike closes what nobody decided in time; what is closed is told, and recorded by a sweep. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Body } from '../../core/ledger/entry.ts';
import { openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import { DAY, HOUR, type Instant } from '../../core/time.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { readLedger } from '../../github/ledger-store.ts';
import { gitCache } from '../../github/tree.ts';
import { closedRequests } from '../../sweep/closed.ts';
import type { SweepWorld } from '../../sweep/world.ts';
import { writeLedger } from '../support/applier.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { asInstallation } from '../support/hub.ts';

const REPOSITORY = { owner: 'acme', name: 'access' };
const path = (name: string) => `requests/orders-db/read-only/${name}.yaml`;

let world: GateWorld;
beforeAll(async () => {
  world = await startGateWorld();
});
afterAll(() => world.close());

async function stateOf(number: number): Promise<string> {
  return (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data.state;
}

async function bodies(number: number): Promise<readonly string[]> {
  const { data } = await world.as('heidi').issues.listComments({ ...ACCESS, issue_number: number });
  return data.map(({ body }) => body ?? '');
}

/** What the sweep finds, and writes. */
async function record(): Promise<readonly Extract<Body, { type: 'closed' }>[]> {
  const github = asInstallation(world.hub, world.acme.applier);
  const { entries } = openLedger(await readLedger(github, REPOSITORY), { verify: verifyLedgerSignature, pinned: null });
  const { data: ref } = await world.as('heidi').git.getRef({ ...ACCESS, ref: 'heads/main' });
  const { bodies: found } = await closedRequests(
    { github, repository: REPOSITORY, cache: { git: gitCache(), ledger: new Map() } } as unknown as SweepWorld,
    {
      branch: 'main',
      state: replay(entries),
      accepted: ref.object.sha,
      since: entries[0]?.at as Instant,
      now: world.hub.clock.now() as Instant,
    },
  );
  if (found.length > 0) await writeLedger(world, found);
  return found.flatMap((body) => (body.type === 'closed' ? [body] : []));
}

describe('a request that nobody decides', () => {
  it('is closed after the organisation’s `lapse`, and its people are told; an unfinished one, or one of policy, is not', async () => {
    const number = await world.open('alice', { [path('late')]: request({ duration: '2h' }) });
    const draft = await world.open('alice', { [path('draft')]: request({ duration: '2h' }) }, { draft: true });
    const policy = await world.open('grace', { 'policies/note.md': 'hello\n' });
    await world.hub.clock.advance(7 * DAY - HOUR);
    await world.later();
    await world.settle();
    expect(await stateOf(number)).toBe('open');
    await world.hub.clock.advance(HOUR);
    await world.later();
    await world.settle();
    expect(await stateOf(number)).toBe('closed');
    expect((await bodies(number)).at(-1)).toContain(
      'Nobody decided it within 7d, so it lapsed, and nothing was granted. Still needed? Reopen it, or open a new pull request.',
    );
    expect(await world.sticky(number)).toContain('### ⚫ Closed without a merge');
    expect([await stateOf(draft), await stateOf(policy)]).toEqual(['open', 'open']);
    expect((await record()).map(({ is, by }) => [is, by?.login])).toEqual([
      ['lapsed', expect.stringMatching(/\[bot\]$/)],
    ]);
    expect(await world.sticky(number)).toContain('### ⚫ Lapsed');
    expect(await record()).toEqual([]);
  });

  it('has as much time again once somebody reopens it', async () => {
    const number = await world.open('alice', { [path('again')]: request({ duration: '2h' }) });
    await world.hub.clock.advance(7 * DAY);
    await world.later();
    await world.settle();
    expect(await stateOf(number)).toBe('closed');
    await world.as('alice').pulls.update({ ...ACCESS, pull_number: number, state: 'open' });
    await world.settle();
    expect(await stateOf(number)).toBe('open');
    await world.hub.clock.advance(6 * DAY);
    await world.later();
    await world.settle();
    expect(await stateOf(number)).toBe('open');
    await world.hub.clock.advance(DAY);
    await world.later();
    await world.settle();
    expect(await stateOf(number)).toBe('closed');
    await record();
  });

  it('is closed as soon as it cannot begin in time any more', async () => {
    const soon = new Date(Date.parse(world.hub.clock.now()) + HOUR).toISOString();
    const number = await world.open('alice', { [path('soon')]: request({ duration: '2h', startsBy: soon }) });
    await world.hub.clock.advance(HOUR + 1000);
    await world.later();
    await world.settle();
    expect(await stateOf(number)).toBe('closed');
    expect((await bodies(number)).at(-1)).toMatch(/\nIt could not begin by .* any more, so it lapsed/);
    expect((await record()).map(({ is }) => is)).toEqual(['lapsed']);
  });
});

describe('a request that people close', () => {
  it('is withdrawn by its opener, denied by anybody else, and its comment says so once it is recorded', async () => {
    const mine = await world.open('alice', { [path('mine')]: request({ duration: '2h' }) });
    const theirs = await world.open('alice', { [path('theirs')]: request({ duration: '2h' }) });
    await world.as('alice').pulls.update({ ...ACCESS, pull_number: mine, state: 'closed' });
    await world.as('heidi').pulls.update({ ...ACCESS, pull_number: theirs, state: 'closed' });
    await world.settle();
    expect((await record()).map(({ is, by, asked }) => [is, by?.login, asked?.subject])).toEqual([
      ['withdrawn', 'alice', 'alice'],
      ['denied', 'heidi', 'alice'],
    ]);
    expect(await world.sticky(mine)).toContain('### ⚫ Withdrawn');
    expect(await world.sticky(theirs)).toContain('### 🔴 Denied');
  });
});

it('asks nothing of GitHub that its API does not have', () => {
  expect(world.problems).toEqual([]);
});
