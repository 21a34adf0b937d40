import { expect, it } from 'vitest';
import { WITNESS_BRANCH } from '../../github/witness-store.ts';
import { fileOf } from '../support/memory-git.ts';
import { grantRead, READ_SLOT } from '../support/sweep-steps.ts';
import { aWorld } from '../support/world.ts';

it.each([
  ['has no file', new Map()],
  ['has a file without a line', new Map([['witness/2026/11.jsonl', fileOf('')]])],
  ['has other files only', new Map([['README.md', fileOf('hello')]])],
])('a witness that %s is no witness', async (_, files) => {
  const world = aWorld();
  grantRead(world);
  world.github.git.refs.set(`heads/${WITNESS_BRANCH}`, world.github.git.commit(files, [], 'start').sha);
  const report = await world.as({ witness: 'required' });
  expect(report.stops.map(({ key }) => key)).toEqual(['witness-missing']);
  expect(world.target.held.has(READ_SLOT)).toBe(false);
});
