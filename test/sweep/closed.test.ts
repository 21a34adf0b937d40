import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../core/time.ts';
import { GATE, httpError } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people } from '../support/world.ts';

const { alice, bob, carol, heidi, mallory } = people;

describe('a request that is closed without a merge', () => {
  it('by who opened it is withdrawn, with what it asked for', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest({ ticket: 'OPS-1' }) });
    world.github.close(number, alice);
    await world.sweep();
    const [closed] = await entriesOf(world, 'closed');
    expect(closed).toMatchObject({
      is: 'withdrawn',
      request: { path: READ, pullRequest: number },
      opener: { id: 1001, login: 'alice' },
      by: { id: 1001, login: 'alice' },
      asked: {
        resource: 'orders-db',
        entitlement: 'read-only',
        subject: 'alice',
        length: 2 * HOUR,
        reason: 'Replay payments stuck since the deploy',
        ticket: 'OPS-1',
      },
      verdict: 'pending',
      reviews: [],
    });
  });

  it.each<[string, (world: ReturnType<typeof aWorld>, number: number) => void]>([
    ['by somebody else', (world, number) => world.github.close(number, bob)],
    ['by a bot before its time', (world, number) => world.github.close(number, GATE)],
    [
      'by its opener after an owner asked for changes',
      (world, number) => {
        world.github.requestChanges(number, bob);
        world.github.close(number, alice);
      },
    ],
  ])('%s is denied', async (_, close) => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    close(world, number);
    await world.sweep();
    expect((await entriesOf(world, 'closed')).map(({ is }) => is)).toEqual(['denied']);
  });

  it('by its opener after somebody asked for changes who may not approve is withdrawn, and the review is kept', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.requestChanges(number, mallory);
    world.github.close(number, alice);
    await world.sweep();
    const [closed] = await entriesOf(world, 'closed');
    expect(closed).toMatchObject({ is: 'withdrawn', reviews: [{ user: { id: 1009 }, state: 'CHANGES_REQUESTED' }] });
  });

  it('by the gate once its time is over has lapsed', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.advance(7 * DAY);
    world.github.close(number, GATE);
    await world.sweep();
    expect((await entriesOf(world, 'closed')).map(({ is }) => is)).toEqual(['lapsed']);
  });

  it('is written once, however often it is looked at, and an idle sweep writes nothing', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.close(number, alice);
    await world.sweep();
    for (const wait of [MINUTE, 2 * HOUR, DAY]) {
      world.advance(wait);
      expect((await world.sweep()).written).toEqual([]);
    }
    grantRead(world, {}, 'requests/orders-db/read-only/other.yaml');
    await world.sweep();
    expect(await entriesOf(world, 'closed')).toHaveLength(1);
  });

  it('that was never understood is recorded with what stood against it', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: 'nonsense' });
    world.github.close(number, alice);
    await world.sweep();
    const [closed] = await entriesOf(world, 'closed');
    expect(closed).toMatchObject({ is: 'withdrawn', asked: null, verdict: 'invalid' });
  });

  it('does not use its path up: who asks again under the same name is granted', async () => {
    const world = aWorld();
    world.github.close(world.github.open(alice, { [READ]: aRequest() }), alice);
    await world.sweep();
    grantRead(world);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('that is opened again and merged is granted; that is closed again is recorded again', async () => {
    const world = aWorld();
    const number = world.github.open(alice, { [READ]: aRequest() });
    world.github.close(number, alice);
    await world.sweep();
    world.advance(MINUTE);
    world.github.reopen(number, alice);
    world.github.close(number, carol);
    await world.sweep();
    expect((await entriesOf(world, 'closed')).map(({ is }) => is)).toEqual(['withdrawn', 'denied']);
    world.github.reopen(number, alice);
    world.github.approve(number, bob);
    world.github.merge(number);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  it('is found by a later sweep where GitHub did not answer, and nothing else waits for it', async () => {
    const world = aWorld();
    world.github.close(world.github.open(alice, { [READ]: aRequest() }), alice);
    world.advance(2 * HOUR);
    grantRead(world, {}, 'requests/orders-db/read-only/other.yaml');
    world.github.before = (route, { sort }) => {
      if (route === 'GET /repos/{owner}/{repo}/pulls' && sort === 'updated') throw httpError(502, 'Bad gateway');
    };
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect(await entriesOf(world, 'closed')).toEqual([]);
    world.github.before = () => {};
    world.advance(3 * HOUR);
    await world.sweep();
    expect(await entriesOf(world, 'closed')).toHaveLength(1);
  });
});

describe('whoever opens and closes very many', () => {
  it('requests has so many calls a sweep made for them, until all are recorded', async () => {
    const world = aWorld();
    for (let index = 0; index < 45; index += 1) {
      const path = `requests/orders-db/read-only/flood-${index}.yaml`;
      world.github.close(world.github.open(mallory, { [path]: aRequest() }), mallory);
      world.advance(1000);
    }
    let known = 0;
    for (let round = 0; known < 45 && round < 12; round += 1) {
      const before = world.github.calls.length;
      await world.sweep();
      expect(world.github.calls.length - before).toBeLessThan(250);
      const count = (await entriesOf(world, 'closed')).length;
      expect(count).toBeGreaterThan(known);
      known = count;
    }
    expect(known).toBe(45);
    world.advance(2 * HOUR);
    expect((await world.sweep()).written).toEqual([]);
  });

  it('pull requests that ask for nothing has them looked at fifty a sweep, and once', async () => {
    const world = aWorld();
    for (let index = 0; index < 60; index += 1) {
      world.github.close(world.github.open(mallory, { [`notes/${index}.md`]: 'x' }), mallory);
      world.advance(1000);
    }
    world.github.close(world.github.open(alice, { [READ]: aRequest() }), alice);
    const looks = async () => {
      const before = world.github.calls.length;
      await world.sweep();
      return world.github.calls.slice(before).filter((route) => route.endsWith('/files')).length;
    };
    expect(await looks()).toBe(50);
    expect(await entriesOf(world, 'closed')).toEqual([]);
    await looks();
    expect(await entriesOf(world, 'closed')).toHaveLength(1);
    world.advance(2 * HOUR);
    await looks();
    expect(await looks()).toBe(0);
    expect((await world.sweep()).written).toEqual([]);
  });
});

it('no closed pull request is looked at before the removals that are due are sent and written down', async () => {
  const world = aWorld();
  grantRead(world, { duration: '1h' });
  await world.sweep();
  world.advance(HOUR);
  const files = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`notes/${index}.md`, 'x']));
  const path = 'requests/orders-db/read-only/hidden.yaml';
  world.github.close(world.github.open(mallory, { ...files, [path]: aRequest() }), mallory);
  for (let index = 0; index < 20; index += 1) world.github.close(world.github.open(mallory, files), mallory);
  world.advance(1000);
  const looks = (calls: readonly string[]) => calls.filter((route) => /\/files$|\/events$/.test(route)).length;
  const start = world.github.calls.length;
  let before = -1;
  world.target.before = () => {
    before = looks(world.github.calls.slice(start));
  };
  world.github.before = async (route) => {
    if (route.endsWith('/files'))
      expect((await entriesOf(world, 'outcome')).at(-1)).toMatchObject({ effect: 'remove' });
  };
  await world.sweep();
  expect(world.target.held.has(READ_SLOT)).toBe(false);
  expect(before).toBe(0);
  // One page of each, and no more of what brings more files than anybody could approve.
  expect(looks(world.github.calls.slice(start))).toBe(21);
  expect(await entriesOf(world, 'closed')).toEqual([]);
});

it('more that were closed in one second than one sweep looks at are all looked at, once', async () => {
  const world = aWorld();
  for (let index = 0; index < 60; index += 1) {
    world.github.close(world.github.open(mallory, { [`notes/${index}.md`]: 'x' }), mallory);
  }
  world.github.close(world.github.open(alice, { [READ]: aRequest() }), alice);
  await world.sweep();
  await world.sweep();
  expect(await entriesOf(world, 'closed')).toHaveLength(1);
  expect((await world.sweep()).written).toEqual([]);
  world.advance(2 * HOUR);
  await world.sweep();
  expect((await world.sweep()).written).toEqual([]);
});

describe('a closed pull request that GitHub does not give', () => {
  const unlisted = (world: ReturnType<typeof aWorld>, number: number) => {
    world.github.before = (route, { pull_number }) => {
      if (route.endsWith('/files') && pull_number === number) throw httpError(503, 'the diff takes too long');
    };
  };

  it('hides no other, and is asked for again', async () => {
    const world = aWorld();
    const lost = world.github.open(mallory, { 'requests/orders-db/read-only/lost.yaml': aRequest() });
    world.github.close(lost, mallory);
    world.advance(1000);
    world.github.close(world.github.open(alice, { [READ]: aRequest() }), alice);
    unlisted(world, lost);
    await world.sweep();
    expect((await entriesOf(world, 'closed')).map(({ opener }) => opener.login)).toEqual(['alice']);
    expect((await world.sweep()).written).toEqual([]);
    world.github.before = () => {};
    await world.sweep();
    expect(await entriesOf(world, 'closed')).toHaveLength(2);
  });

  it('is waited for an hour at most by what comes after very many others', async () => {
    const world = aWorld();
    const lost = world.github.open(mallory, { 'notes/big.md': 'x' });
    world.github.close(lost, mallory);
    for (let index = 0; index < 60; index += 1) {
      world.advance(1000);
      world.github.close(world.github.open(mallory, { [`notes/${index}.md`]: 'x' }), mallory);
    }
    world.github.close(world.github.open(alice, { [READ]: aRequest() }), alice);
    unlisted(world, lost);
    await world.sweep();
    expect((await world.sweep()).written).toEqual([]);
    world.advance(HOUR);
    await world.sweep();
    await world.sweep();
    expect(await entriesOf(world, 'closed')).toHaveLength(1);
    expect((await world.sweep()).written).toEqual([]);
  });

  it('in part is recorded after an hour with what there is', async () => {
    const world = aWorld();
    world.github.close(world.github.open(alice, { [READ]: aRequest() }), alice);
    world.github.before = (route) => {
      if (route.endsWith('/pulls/{pull_number}/reviews')) throw httpError(502, 'Bad gateway');
    };
    await world.sweep();
    expect(await entriesOf(world, 'closed')).toEqual([]);
    world.advance(HOUR + MINUTE);
    await world.sweep();
    expect(await entriesOf(world, 'closed')).toMatchObject([{ verdict: null, by: { login: 'alice' } }]);
  });
});

describe('a pull request that asks for nothing', () => {
  it.each<[string, Readonly<Record<string, string | null>>]>([
    ['a policy change', { 'policies/settings.yaml': 'apiVersion: gatepass/v1\nkind: Settings\n' }],
    ['a file that is no request', { 'requests/README.md': 'hello' }],
  ])('(%s) leaves no entry when it is closed', async (_, files) => {
    const world = aWorld();
    world.github.close(world.github.open(heidi, files), heidi);
    expect((await world.sweep()).written).toEqual([]);
  });

  it('(a return) leaves none either', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.github.close(world.github.open(alice, { [READ]: null }), alice);
    expect((await world.sweep()).written).toEqual([]);
  });
});

it('a merged request leaves no such entry', async () => {
  const world = aWorld();
  merged(world, { by: alice, approvedBy: [bob], files: { [READ]: aRequest() } });
  await world.sweep();
  expect(await entriesOf(world, 'closed')).toEqual([]);
  expect(await alertKeys(world)).toEqual([]);
});
