/** Somebody's own pull request from the branch by which the gate tidies up: it is theirs, whatever its branch is called. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY } from '../../core/time.ts';
import { HOUSEKEEPING_BRANCH } from '../../github/housekeeping-branch.ts';
import { writeLedger } from '../support/applier.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';

const PATH = 'requests/orders-db/read-only/over.yaml';

let world: GateWorld;
beforeAll(async () => {
  world = await startGateWorld();
});
afterAll(() => world.close());

it('is neither written over nor called tidied away', async () => {
  const asked = await world.open('carol', { [PATH]: request({ duration: '1h' }) });
  const { data } = await world.as('heidi').git.getTree({ ...ACCESS, tree_sha: 'main', recursive: '1' });
  const blob = data.tree.find((file) => file.path === PATH)?.sha ?? '';
  const about = { request: { path: PATH, blob, pullRequest: asked }, commit: 'a'.repeat(40) };
  await writeLedger(world, [{ type: 'refused', ...about, code: 'c', why: 'w', next: 'n' }]);
  const number = await world.open('grace', { 'policies/note.md': 'hello\n' }, { branch: HOUSEKEEPING_BRANCH });
  const before = (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data;
  await world.hub.clock.advance(9 * DAY);
  await world.later();
  await world.later();
  const after = (await world.as('heidi').pulls.get({ ...ACCESS, pull_number: number })).data;
  expect([after.head.sha, after.title]).toEqual([before.head.sha, before.title]);

  const pull = world.hub.state.repositories.get('acme/access')?.pulls.get(number);
  if (pull === undefined) throw new Error('no pull request');
  Object.assign(pull, { state: 'closed', mergedAt: world.hub.clock.now(), mergeCommitSha: pull.head.sha });
  await world.as('grace').issues.createComment({ ...ACCESS, issue_number: number, body: '/gatepass retry' });
  await world.settle();
  expect(await world.sticky(number)).not.toContain('Tidied away');
});
