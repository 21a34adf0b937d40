/** GitHub in trouble: it tells of the ledger as it was a while ago, keeps facts to itself, and takes nothing. */
import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { httpError } from '../support/memory-github.ts';
import { alertKeys, grantRead, READ_SLOT } from '../support/sweep-steps.ts';
import { aWorld } from '../support/world.ts';

it('an old ledger that cannot be written to ends nothing that was granted since', async () => {
  const world = aWorld();
  const { github } = world;
  grantRead(world, { duration: '1h' });
  await world.sweep();
  const old = github.git.refs.get(`heads/${LEDGER_BRANCH}`);
  world.advance(31 * MINUTE);
  const second = grantRead(world, { duration: '2h' }, 'requests/orders-db/read-only/second.yaml');
  await world.sweep();
  world.advance(HOUR);
  const { request } = github;
  let isOld = true;
  github.request = async (route, parameters = {}) => {
    if (parameters['pull_number'] === second || route.startsWith('POST')) throw httpError(502, 'Bad Gateway');
    if (!isOld || parameters['ref'] !== `heads/${LEDGER_BRANCH}`) return request.call(github, route, parameters);
    isOld = false;
    return { status: 200, headers: { date: new Date(github.now).toUTCString() }, data: { object: { sha: old } } };
  };
  const report = await world.sweep();
  expect(report.problems.map(({ key }) => key)).toEqual(['ledger-unwritable']);
  expect(world.target.held.has(READ_SLOT)).toBe(true);
  github.request = request;
  await world.sweep();
  expect(world.target.held.has(READ_SLOT)).toBe(true);
  expect(await alertKeys(world)).toEqual([]);
});
