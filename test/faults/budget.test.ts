/** What a sweep costs in calls to GitHub when much is held. */
import { describe, expect } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import type { Body } from '../../core/ledger/entry.ts';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { githubTeam } from '../../providers/github-team/github-team.ts';
import type { Io } from '../../providers/provider.ts';
import { append } from '../../sweep/append.ts';
import { readLedgerView } from '../../sweep/read-ledger.ts';
import { aSlot, authority, outcomeOf, terms } from '../support/ledger.ts';
import { blobId } from '../support/memory-git.ts';
import { GATE, type MemoryUser } from '../support/memory-github.ts';
import { aRequest, aWorld, DEMO_START, people, type TestWorld } from '../support/world.ts';
import { fault } from './fault.ts';

const TEAM = { organization: 9000, team: 9110, slug: 'payments-production' };
const HELD_FOR = 8 * HOUR;

/** So many people hold `payments/operator`, as their sweeps would have written it down. Their ids. */
async function holding(world: TestWorld, count: number): Promise<readonly MemoryUser[]> {
  const holders = Array.from({ length: count }, (_, index) => ({ id: 20_000 + index, login: `holder-${index}` }));
  world.github.users.push(...holders);
  const files: Record<string, string> = {};
  const bodies: Body[] = [];
  for (const [index, { id, login }] of holders.entries()) {
    const number = world.github.open({ id, login }, {});
    const path = `requests/payments/operator/${login}.yaml`;
    const text = aRequest({ duration: '8h', reason: `Work of ${login}` });
    files[path] = text;
    bodies.push(...grantOf({ id, login }, number, { path, blob: blobId(text), pullRequest: number }, index));
  }
  const commit = world.github.push(files);
  world.advance(MINUTE);
  const sweepWorld = world.anew();
  const view = await readLedgerView(sweepWorld);
  const at = world.github.now as Instant;
  const written = await append(sweepWorld, view, [...bodies, { type: 'read', commit }], at);
  expect(written).not.toBe('lost');
  return holders;
}

function grantOf(
  { id, login }: MemoryUser,
  number: number,
  request: { readonly path: string; readonly blob: string; readonly pullRequest: number },
  index: number,
): readonly Body[] {
  const config: JsonObject = { organization: 'acme' };
  const grant = terms(number, {
    resource: 'payments',
    entitlement: 'operator',
    subject: { kind: 'person', name: login, id, login, identities: {} },
    length: HELD_FOR,
    bindings: [{ provider: 'github-team', zone: 'default', with: config, target: { team: TEAM.slug } }],
  });
  const slot = aSlot({
    key: `github-team:${TEAM.team}/${id}`,
    config,
    ids: { ...TEAM, user: id },
    label: `${login} in acme/${TEAM.slug}`,
  });
  const intent = {
    type: 'intent' as const,
    id: `i${index}`,
    grant: grant.id,
    effect: 'ensure' as const,
    slot,
    before: null,
    after: 'member',
    asks: 'member',
    starts: DEMO_START,
    expires: plus(DEMO_START, HELD_FOR),
    run: '1/1',
    lease: plus(DEMO_START, 10 * MINUTE),
    because: { why: 'granted' as const, grants: [grant.id] },
  };
  const done = outcomeOf(intent, { due: DEMO_START, issued: DEMO_START, confirmed: DEMO_START });
  const by = authority({ mergedAt: DEMO_START, opener: { id, login } });
  return [{ type: 'authorised', request, grant, authority: by }, intent, done];
}

/** The GitHub of the provider: one team, its members by pages of a hundred. Counts its calls. */
function aTeam(holders: readonly MemoryUser[]): { readonly io: Io; readonly calls: string[] } {
  const calls: string[] = [];
  const send = async (address: string): Promise<Response> => {
    const { pathname, searchParams } = new URL(address);
    calls.push(pathname);
    if (pathname === '/orgs/acme') return Response.json({ id: TEAM.organization, login: 'acme' });
    if (pathname.endsWith(`/teams/${TEAM.slug}`)) return Response.json({ id: TEAM.team, slug: TEAM.slug });
    if (pathname.endsWith('/teams') || searchParams.get('role') === 'maintainer') return Response.json([]);
    const page = Number(searchParams.get('page'));
    const own = holders.slice((page - 1) * 100, page * 100);
    const next = page * 100 < holders.length ? { link: `<https://api.test/next>; rel="next"` } : {};
    return Response.json(own, { headers: next });
  };
  const io: Io = {
    secret: () => '',
    fetch: ((address: string) => send(address)) as typeof fetch,
    githubApi: 'https://api.test',
    githubToken: async () => 'token',
    log: () => undefined,
  };
  return { io, calls };
}

async function costOf(count: number): Promise<{ readonly calls: number; readonly written: number }> {
  const world = aWorld();
  const holders = await holding(world, count);
  const { io, calls } = aTeam(holders);
  // What the app says under each pull request.
  for (const number of world.github.pulls.keys()) {
    for (const text of ['Approved', 'Granted']) world.github.comment(number, GATE, text, { type: 'Bot' });
  }
  world.github.calls.length = 0;
  const report = await world.as({ openProvider: async (_, config) => githubTeam.open(config, io) });
  expect(report.stops).toEqual([]);
  expect([...report.unseen]).toEqual([]);
  // The GitHub in memory answers in one page where the real one takes a hundred at a time.
  const pages = [world.github.users.length, 2 * count].map((length) => Math.ceil(length / 100) - 1);
  const all = [world.github.calls.length, calls.length, ...pages].reduce((sum, each) => sum + each, 0);
  return { calls: all, written: report.written.length };
}

describe('the budget of a token', () => {
  fault(22, 'two thousand held grants cost a sweep fewer than a hundred and fifty calls', async () => {
    const [few, many] = [await costOf(40), await costOf(2000)];
    expect(many.written).toBe(0);
    // Four an hour by the schedule fit into the thousand of a workflow's own token.
    expect(many.calls).toBeLessThan(150);
    // All that grows are pages: of the team (twice), of the organisation, of the comments.
    expect(many.calls - few.calls).toBeLessThan(110);
  });

  fault(22, 'and one comment among them still gives one back', async () => {
    const world = aWorld();
    const holders = await holding(world, 40);
    const { io } = aTeam(holders);
    for (const [number] of world.github.pulls) world.github.comment(number, people.bob, 'thank you');
    const number = [...world.github.pulls.values()].find(({ author }) => author.login === 'holder-17')?.number ?? 0;
    const author = holders[17] ?? people.alice;
    world.github.comment(number, author, '/gatepass return');
    world.github.comment(number + 1, author, '/gatepass return');
    await world.as({ openProvider: async (_, config) => githubTeam.open(config, io) });
    const { entries } = await world.ledger();
    const returned = entries.filter((entry) => entry.type === 'returned');
    expect(returned.map(({ by }) => by.login)).toEqual(['holder-17']);
  });
});
