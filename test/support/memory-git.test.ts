/** What stands in for git in tests names files and folders as git does. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { anEmptyFolder } from './access-repository.ts';
import { git } from './hub.ts';
import { fileOf, MemoryGit } from './memory-git.ts';

/** `a.b` comes before what is in `a`, `a-b` too, `a0` after it. */
const TEXTS = { 'a/b': 'one\n', 'a/c/d': 'two\n', 'a.b': 'three\n', 'a-b': '', a0: 'é\n', 'z/z': 'z' };

it('gives trees the ids, and the order, that git gives them', async () => {
  const folder = await anEmptyFolder();
  await git(folder, 'init', '--quiet');
  for (const [path, text] of Object.entries(TEXTS)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await git(folder, 'add', '.');
  const root = await git(folder, 'write-tree');
  const listed = await git(folder, 'ls-tree', '--format=%(path) %(objectname)', root);

  const memory = new MemoryGit();
  const files = new Map(Object.entries(TEXTS).map(([path, text]) => [path, fileOf(text)]));
  expect(memory.treeOf(files)).toBe(root);
  expect(memory.list(files, false).map(({ path, sha }) => `${path} ${sha}`)).toEqual(listed.split('\n'));
});
