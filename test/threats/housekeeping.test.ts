/** Files of requests that are over may go without anybody's agreement: nothing else may hide behind that. */
import { describe, expect } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { HOUSEKEEPING_BRANCH } from '../../github/housekeeping-branch.ts';
import { type Judgement, judgeOpen } from '../../github/judge-open.ts';
import { readProvenEntries } from '../../github/proven-entries.ts';
import { gitCache } from '../../github/tree.ts';
import type { MemoryUser } from '../support/memory-github.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { codesOf } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob, erin, mallory } = people;
const OVER = 'requests/orders-db/read-only/over.yaml';

/** A grant of erin's is over, one of alice's is held. */
async function overAndHeld(): Promise<TestWorld> {
  const world = aWorld();
  merged(world, { by: erin, approvedBy: [bob], files: { [OVER]: aRequest({ duration: '1h' }) } });
  await world.sweep();
  world.advance(HOUR);
  await world.sweep();
  grantRead(world);
  await world.sweep();
  world.advance(10 * MINUTE);
  return world;
}

function tidy(world: TestWorld, by: MemoryUser, ...paths: readonly string[]): number {
  const number = world.github.open(by, Object.fromEntries(paths.map((path) => [path, null])));
  Object.assign(world.github.pulls.get(number) ?? {}, { branch: HOUSEKEEPING_BRANCH });
  return number;
}

/** Gate 1 with the ledger as it is. */
async function gate1(world: TestWorld, number: number): Promise<Extract<Judgement, { is: 'decided' }>['decision']> {
  const repository = { owner: 'acme', name: 'access' };
  const judged = await judgeOpen(world.github, {
    repository,
    pull: { number, head: world.github.pulls.get(number)?.heads.at(-1) ?? '', base: 'main' },
    ledger: () => readProvenEntries(async () => world.github, repository, new Map()),
    cache: gitCache(),
  });
  if (judged.is !== 'decided') throw new Error(judged.is);
  return judged.decision;
}

describe('a pull request that tidies up', () => {
  threat(85, 'of what is over, by anybody: it is allowed, and read, and nothing more', async () => {
    const world = await overAndHeld();
    const number = tidy(world, mallory, OVER);
    expect(await gate1(world, number)).toMatchObject({ verdict: 'allow', pullKind: 'return', returns: [] });
    world.github.merge(number);
    const before = (await world.ledger()).entries.length;
    await world.sweep();
    const written = (await world.ledger()).entries.slice(before);
    expect(written.map(({ type }) => type)).toEqual(['read']);
    expect(await alertKeys(world)).toEqual([]);
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });

  threat(85, 'by the name of housekeeping, a held one among those that are over', async () => {
    const world = await overAndHeld();
    const number = tidy(world, mallory, OVER, READ);
    expect((await gate1(world, number)).verdict).toBe('pending');
    world.github.merge(number);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['deleted']);
  });

  threat(85, 'of what is over and of one’s own gives one’s own back', async () => {
    const world = await overAndHeld();
    const number = tidy(world, alice, OVER, READ);
    expect(await gate1(world, number)).toMatchObject({ verdict: 'allow', returns: [READ] });
    world.github.merge(number);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect(await alertKeys(world)).toEqual([]);
  });

  threat(85, 'of somebody’s own and of another’s that is held gives neither back', async () => {
    const world = await overAndHeld();
    const others = 'requests/orders-db/read-only/hers.yaml';
    merged(world, { by: erin, approvedBy: [bob], files: { [others]: aRequest() } });
    await world.sweep();
    expect(world.target.held.size).toBe(2);
    const number = tidy(world, alice, OVER, READ, others);
    expect((await gate1(world, number)).verdict).toBe('pending');
    world.github.merge(number);
    await world.sweep();
    expect(world.target.held.size).toBe(2);
  });

  threat(85, 'of other bytes than the ledger has closed, put there by hand', async () => {
    const world = await overAndHeld();
    world.github.push({ [OVER]: aRequest({ duration: '3h' }) });
    const number = tidy(world, mallory, OVER);
    expect((await gate1(world, number)).verdict).toBe('pending');
  });

  threat(85, 'of what was quarantined, by whoever pushed it and may have written their own name', async () => {
    const world = aWorld();
    const STRANGE = 'requests/orders-db/read-only/strange.yaml';
    for (const [path, subject] of [
      [STRANGE, 'person:mallory'],
      [READ, 'person:alice'],
    ] as const)
      world.github.push({ [path]: aRequest({ subject }) });
    await world.sweep();
    expect(await alertKeys(world)).toEqual([READ, STRANGE].sort().map((path) => `quarantined:${path}`));
    for (const path of [STRANGE, READ]) {
      expect((await gate1(world, tidy(world, mallory, path))).verdict).toBe('pending');
    }
    const owners = tidy(world, bob, STRANGE);
    expect(await gate1(world, owners)).toMatchObject({ verdict: 'allow', returns: [STRANGE] });
  });

  threat(52, 'its file was tidied away', async () => {
    const world = await overAndHeld();
    world.github.merge(tidy(world, mallory, OVER));
    await world.sweep();
    const number = world.github.open(alice, { [OVER]: aRequest({ duration: '1h' }) });
    world.github.approve(number, bob);
    expect(codesOf(await gate1(world, number))).toContain('request-path-used');
    world.github.merge(number);
    const sent = world.target.sent.length;
    await world.sweep();
    expect(world.target.sent).toHaveLength(sent);
    expect((await entriesOf(world, 'quarantined')).map(({ code }) => code)).toEqual(['path-used']);
  });
});
