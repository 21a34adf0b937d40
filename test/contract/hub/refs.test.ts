/** Refs that the look-alike moves by itself, as git reads them; what is not plain is git's own answer. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { moveLoose } from '../../../hub/git/loose-ref.ts';
import { createStore } from '../../../hub/git/store.ts';
import { type GitStore, ZERO } from '../../../hub/git/types.ts';
import { git } from '../../support/hub.ts';

let folder: string;
let store: GitStore;
let commits: readonly string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatepass-refs-'));
  store = await createStore(join(folder, 'refs.git'), 'main');
  const tree = await store.writeTree(null, []);
  const by = { name: 'Alice', email: 'alice@acme.example', date: '2026-11-23T10:00:00Z' };
  commits = await Promise.all(
    ['one', 'two', 'three'].map((message) =>
      store.writeCommit({ tree, parents: [], author: by, committer: by, message }),
    ),
  );
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const commit = (at: number) => commits[at] ?? '';
const toGit = (ref: string) => git(store.directory, 'rev-parse', '--verify', ref);

it('makes and moves them, and git sees the same', async () => {
  expect(await moveLoose(store.directory, 'refs/heads/plain/one', commit(0), ZERO)).toBe(true);
  expect(await toGit('refs/heads/plain/one')).toBe(commit(0));
  expect(await moveLoose(store.directory, 'refs/heads/plain/one', commit(1), commit(0))).toBe(true);
  expect(await toGit('refs/heads/plain/one')).toBe(commit(1));
  expect(await git(store.directory, 'fsck', '--strict', '--no-dangling')).not.toContain('error');
});

it('lets one of those win that move it at once from the same value', async () => {
  await store.swapRef('refs/heads/raced', commit(0), ZERO);
  const won = await Promise.all([1, 2].map((at) => store.swapRef('refs/heads/raced', commit(at), commit(0))));
  expect(won.filter(Boolean)).toHaveLength(1);
  expect(await toGit('refs/heads/raced')).toBe(commit(won.indexOf(true) + 1));
});

it.each([
  ['from another value', 'refs/heads/kept', 2, 1],
  ['that is there already', 'refs/heads/kept', 2, null],
  ['where a name stands in the way', 'refs/heads/kept/below', 2, null],
  ['whose name git refuses', 'refs/heads/a..b', 2, null],
  ['outside of all refs', 'refs/heads/../../config', 2, null],
])('moves none %s', async (_, ref, after, before) => {
  await store.swapRef('refs/heads/kept', commit(0), (await store.resolve('refs/heads/kept')) ?? ZERO);
  expect(await store.swapRef(ref, commit(after), before === null ? ZERO : commit(before))).toBe(false);
  expect(await toGit('refs/heads/kept')).toBe(commit(0));
  expect(existsSync(join(store.directory, 'refs/heads/kept.lock'))).toBe(false);
});

it('moves none to what is no commit', async () => {
  expect(await store.swapRef('refs/heads/nowhere', 'a'.repeat(40), ZERO)).toBe(false);
  expect(await store.resolve('refs/heads/nowhere')).toBe(null);
});

it('leaves them to git where a name with a dot, an empty folder or packed refs are', async () => {
  const plain = ['refs/heads/v1.2', 'refs/heads/left'] as const;
  await store.swapRef('refs/heads/left/below', commit(0), ZERO);
  await git(store.directory, 'update-ref', '-d', 'refs/heads/left/below');
  for (const ref of plain) expect(await store.swapRef(ref, commit(0), ZERO)).toBe(true);
  await git(store.directory, 'pack-refs', '--all');
  expect(await store.swapRef('refs/heads/plain/one', commit(2), commit(1))).toBe(true);
  expect(await toGit('refs/heads/plain/one')).toBe(commit(2));
});
