import { describe, expect, it } from 'vitest';
import { gitCache, keep, MOST_BYTES, readText, readTree } from '../../github/tree.ts';
import { BASE, REPOSITORY, wire } from '../support/wire.ts';

const COMMIT = '1'.repeat(40);
const BLOB = 'a'.repeat(40);
const TREE = `GET ${BASE}/git/trees/${COMMIT}`;
const READ = `GET ${BASE}/git/blobs/${BLOB}`;

const file = (bytes: Uint8Array | string) => ({
  body: { encoding: 'base64', content: Buffer.from(bytes).toString('base64') },
});
const entry = (size: number, mode = '100644') => ({ path: 'x', mode, blob: BLOB, size });

describe('readTree', () => {
  it('lists files, links and submodules, and no folders', async () => {
    const { github } = wire({
      [TREE]: {
        body: {
          truncated: false,
          tree: [
            { path: 'd', mode: '040000', type: 'tree', sha: BLOB },
            { path: 'd/x', mode: '100644', type: 'blob', sha: BLOB, size: 3 },
            { path: 'link', mode: '120000', type: 'blob', sha: BLOB, size: 4 },
            { path: 'sub', mode: '160000', type: 'commit', sha: BLOB },
          ],
        },
      },
    });
    const tree = await readTree(github, REPOSITORY, COMMIT, gitCache());
    expect([...tree.values()].map(({ path, mode, size }) => [path, mode, size])).toEqual([
      ['d/x', '100644', 3],
      ['link', '120000', 4],
      ['sub', '160000', 0],
    ]);
  });

  it.each([
    ['was cut short', { truncated: true, tree: [] }],
    ['does not say whether it was', { tree: [] }],
  ])('is an error when the tree %s', async (_, body) => {
    const { github } = wire({ [TREE]: { body } });
    await expect(readTree(github, REPOSITORY, COMMIT, gitCache())).rejects.toMatchObject({ code: 'truncated' });
  });

  it('asks once for what never changes', async () => {
    const { github, calls } = wire({ [TREE]: { body: { truncated: false, tree: [] } } });
    const cache = gitCache();
    await readTree(github, REPOSITORY, COMMIT, cache);
    await readTree(github, REPOSITORY, COMMIT, cache);
    expect(calls()).toEqual([TREE]);
  });

  it('keeps no more of large trees than fits', async () => {
    const cache = gitCache();
    const large = new Map(
      Array.from({ length: 90_000 }, (_, at) => [`${at}`, { path: `${at}`, mode: '', blob: '', size: 0 }]),
    );
    for (let at = 0; at < 12; at += 1) cache.trees.set(`${at}`, large);
    await readTree(wire({ [TREE]: { body: { truncated: false, tree: [] } } }).github, REPOSITORY, COMMIT, cache);
    expect([...cache.trees.keys()]).toEqual(['8', '9', '10', '11', `acme/access@${COMMIT}`]);
  });

  it('keeps the newest, whatever it weighs', () => {
    const cache = new Map([['old', 'x']]);
    keep(cache, 'new', 'xxx', { most: 9, weight: 2, weigh: (text) => text.length });
    expect([...cache.keys()]).toEqual(['new']);
  });

  it('keeps no more of large texts than fits', async () => {
    const cache = gitCache();
    const text = 'x'.repeat(MOST_BYTES);
    for (let at = 0; at < 800; at += 1) cache.blobs.set(`${at}`, text);
    await readText(wire({ [READ]: file(text) }).github, REPOSITORY, entry(MOST_BYTES), cache);
    expect(cache.blobs.size * MOST_BYTES).toBeLessThanOrEqual(50_000_000);
    expect(cache.blobs.has(BLOB)).toBe(true);
  });

  it.each(['main', '../../orgs/acme', `${COMMIT}/x`, 'A'.repeat(40)])(
    'asks GitHub only for object ids: %s',
    async (name) => {
      const { github, calls } = wire({});
      await expect(readTree(github, REPOSITORY, name, gitCache())).rejects.toMatchObject({ code: 'unexpected' });
      expect(calls()).toEqual([]);
    },
  );
});

describe('readText', () => {
  it('decodes UTF-8 and keeps a byte order mark for the parser to refuse', async () => {
    const { github } = wire({ [READ]: file('\ufeffé') });
    expect(await readText(github, REPOSITORY, entry(5), gitCache())).toBe('\ufeffé');
  });

  it('is nothing for bytes that are no UTF-8', async () => {
    const { github } = wire({ [READ]: file(new Uint8Array([0xc3, 0x28])) });
    expect(await readText(github, REPOSITORY, entry(2), gitCache())).toBeNull();
  });

  it.each([
    ['is larger than 64 KiB', entry(MOST_BYTES + 1)],
    ['is a submodule', entry(0, '160000')],
  ])('fetches nothing that %s', async (_, tooMuch) => {
    const { github, calls } = wire({});
    expect(await readText(github, REPOSITORY, tooMuch, gitCache())).toBeNull();
    expect(calls()).toEqual([]);
  });

  it('does not believe bytes of another length than the tree says', async () => {
    const { github } = wire({ [READ]: file('abc') });
    await expect(readText(github, REPOSITORY, entry(4), gitCache())).rejects.toMatchObject({ code: 'inconsistent' });
  });

  it('asks once for each blob', async () => {
    const { github, calls } = wire({ [READ]: file('abc') });
    const cache = gitCache();
    await readText(github, REPOSITORY, entry(3), cache);
    expect(await readText(github, REPOSITORY, entry(3), cache)).toBe('abc');
    expect(calls()).toEqual([READ]);
  });
});
