import { describe, expect, it } from 'vitest';
import type { Instant } from '../../core/time.ts';
import { HEARTBEAT_BRANCH, listHeartbeats, readHeartbeats, readListed } from '../../github/heartbeat-store.ts';
import { readProvenEntries } from '../../github/proven-entries.ts';
import { type PulseAsked, readSweepPulse } from '../../github/pulse.ts';
import { fileOf } from '../support/memory-git.ts';
import { httpError, REPOSITORY } from '../support/memory-github.ts';
import { aWorld, type TestWorld } from '../support/world.ts';

const BLOB = 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}';
const TREE = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
const REF = 'GET /repos/{owner}/{repo}/git/ref/{ref}';

/** A ledger with one heartbeat, and what somebody else put beside it. */
async function withFiles(added: Readonly<Record<string, string>>): Promise<TestWorld> {
  const world = aWorld();
  await world.sweep();
  const { git } = world.github;
  const tip = git.tip(HEARTBEAT_BRANCH);
  const files = new Map([...tip.files, ...Object.entries(added).map(([path, text]) => [path, fileOf(text)] as const)]);
  git.refs.set(`heads/${HEARTBEAT_BRANCH}`, git.commit(files, [tip.sha], 'more').sha);
  return world;
}

function counting({ github }: TestWorld, fails: (route: string, parameters: Record<string, unknown>) => Error | null) {
  const routes: string[] = [];
  const request: typeof github.request = async (route, parameters = {}) => {
    routes.push(route);
    const error = fails(route, parameters);
    if (error !== null) throw error;
    return github.request(route, parameters);
  };
  return { routes, github: { request } };
}

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`heartbeat/a${at}.json`, `{"of":${at}}`]));

describe('heartbeats', () => {
  it('are read from 64 files at the most, and the main zone’s is among them', async () => {
    const { github, routes } = counting(await withFiles(many(500)), () => null);
    const { beats } = await readHeartbeats(github, REPOSITORY);
    expect([...beats.keys()]).toEqual(['default']);
    expect(routes.filter((route) => route === BLOB)).toHaveLength(64);
  });

  it('of the zones that matter are read before others', async () => {
    const world = await withFiles({ ...many(500), 'heartbeat/prod-eu.json': 'x' });
    const cache = new Map<string, string>();
    const listed = await listHeartbeats(world.github, REPOSITORY);
    const wanted = listed.blobs.get('prod-eu') ?? 'none';
    await readListed(world.github, REPOSITORY, listed, { cache, first: ['prod-eu'] });
    expect([...cache.keys()].some((key) => key.endsWith(wanted))).toBe(true);
  });

  it('that are larger than any heartbeat are not fetched', async () => {
    const { github, routes } = counting(await withFiles({ 'heartbeat/x.json': 'x'.repeat(5000) }), () => null);
    await readHeartbeats(github, REPOSITORY);
    expect(routes.filter((route) => route === BLOB)).toHaveLength(1);
  });
});

describe('the pulse', () => {
  const asked = (
    world: TestWorld,
    fails: Parameters<typeof counting>[1],
    before: ReadonlyMap<string, Instant> | null,
  ): PulseAsked => {
    const { github } = counting(world, fails);
    const place = { github, repository: REPOSITORY };
    const entries = () => readProvenEntries(async () => world.github, REPOSITORY, new Map());
    return { access: place, ledger: place, entries, cache: new Map(), before };
  };
  const BEFORE = new Map([['default', '2026-11-01T10:00:00Z' as Instant]]);
  const isBeat = (route: string, parameters: Record<string, unknown>): boolean =>
    route === REF && parameters['ref'] === `heads/${HEARTBEAT_BRANCH}`;

  it.each([403, 400])('is read without heartbeats where GitHub answers %d to them', async (status) => {
    const world = await withFiles({});
    const fails = (route: string, parameters: Record<string, unknown>) =>
      isBeat(route, parameters) ? httpError(status, 'no') : null;
    expect(await readSweepPulse(asked(world, fails, null))).toMatchObject({ pulse: { beats: new Map() } });
    expect(await readSweepPulse(asked(world, fails, BEFORE))).toMatchObject({ pulse: { beats: BEFORE } });
  });

  it('goes by the heartbeats of before in an outage, and waits for it to pass without any', async () => {
    const world = await withFiles({});
    const fails = (route: string) => (route === TREE || route === BLOB ? httpError(502, 'no') : null);
    expect(await readSweepPulse(asked(world, fails, BEFORE))).toMatchObject({ pulse: { beats: BEFORE } });
    await expect(readSweepPulse(asked(world, fails, null))).rejects.toThrow('502');
  });
});
