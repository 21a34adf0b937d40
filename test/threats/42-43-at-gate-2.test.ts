/** What moves between the approval and the merge, where gate 1 lost the race: gate 2 decides on what was merged, and under what. */
import { expect } from 'vitest';
import { entriesOf, merged, READ } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';
import { atGate1, stoppedAtGate2 } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob, grace } = people;
const RULES = 'policies/rules/databases.yaml';

/** Asked by alice and approved by bob: as it stands, both gates allow it. */
async function approved(world: TestWorld): Promise<number> {
  const number = world.github.open(alice, { [READ]: aRequest({ duration: '3h' }) });
  world.github.approve(number, bob);
  expect((await atGate1(world, number)).verdict).toBe('allow');
  return number;
}

threat(42, 'merged by hand with the push in it, it grants nothing', async () => {
  const world = aWorld();
  const number = await approved(world);
  world.github.amend(number, { [READ]: aRequest({ duration: '4h' }) });
  world.github.merge(number);
  expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
});

threat(43, 'policy was tightened before the merge: gate 2 decides under what governed then', async () => {
  const world = aWorld();
  const number = await approved(world);
  const text = world.github.git.tip('main').files.get(RULES)?.text ?? '';
  merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: text.replaceAll('max: 4h', 'max: 2h') } });
  world.github.merge(number);
  expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
});

threat(43, 'policy is tightened after the merge, before the sweep: both must allow', async () => {
  const world = aWorld();
  world.github.merge(await approved(world));
  const text = world.github.git.tip('main').files.get(RULES)?.text ?? '';
  merged(world, { by: bob, approvedBy: [grace], files: { [RULES]: text.replaceAll('max: 4h', 'max: 2h') } });
  expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
  expect((await entriesOf(world, 'governing-accepted')).length).toBeGreaterThan(0);
});

threat(43, 'the approver left the team before the merge', async () => {
  const world = aWorld();
  const number = await approved(world);
  world.github.users.splice(world.github.users.indexOf(bob), 1);
  world.github.merge(number);
  expect(await stoppedAtGate2(world)).toEqual({ [READ]: 'refused' });
});
