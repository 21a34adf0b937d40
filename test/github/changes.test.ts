import { describe, expect, it } from 'vitest';
import { diffTrees, readMergedChanges, readPullChanges } from '../../github/changes.ts';
import { gitCache, type Tree, type TreeEntry } from '../../github/tree.ts';
import { BASE, REPOSITORY, type Row, wire } from '../support/wire.ts';

const TIP = '1'.repeat(40);
const HEAD = '2'.repeat(40);
const FORK = '3'.repeat(40);

const blob = (letter: string) => letter.repeat(40);

/** `path: blob letter`, or `mode blob letter`. */
type Written = Readonly<Record<string, string>>;

function entries(written: Written): readonly TreeEntry[] {
  return Object.entries(written).map(([path, value]) => {
    const [letter = '', mode = '100644'] = value.split(' ').reverse();
    return { path, mode, blob: blob(letter), size: 5 };
  });
}

const tree = (written: Written): Tree => new Map(entries(written).map((entry) => [entry.path, entry]));

const treeRow = (written: Written): Row => ({
  body: {
    sha: 'x',
    truncated: false,
    tree: entries(written).map(({ path, mode, blob: sha, size }) => ({ path, mode, sha, size, type: 'blob' })),
  },
});

interface World {
  readonly tip: Written;
  readonly head: Written;
  readonly files: readonly Record<string, unknown>[];
  readonly fork?: Written;
}

/** Without `fork` the branch forked from the tip. */
function read({ tip, head, files, fork = tip }: World) {
  const blobs = Object.fromEntries(
    ['a', 'b', 'c', 'd'].map((letter) => [
      `GET ${BASE}/git/blobs/${blob(letter)}`,
      { body: { content: Buffer.from(`${letter}bytes`.slice(0, 5)).toString('base64'), encoding: 'base64' } },
    ]),
  );
  const { github, calls } = wire({
    ...blobs,
    [`GET ${BASE}/git/trees/${TIP}`]: treeRow(tip),
    [`GET ${BASE}/git/trees/${HEAD}`]: treeRow(head),
    [`GET ${BASE}/pulls/7/files`]: { body: files },
    [`GET ${BASE}/compare/${TIP}...${HEAD}`]: { body: { merge_base_commit: { sha: FORK } } },
    [`GET ${BASE}/git/trees/${FORK}`]: treeRow(fork),
  });
  return { changes: readPullChanges(github, REPOSITORY, { number: 7, head: HEAD, tip: TIP }, gitCache()), calls };
}

const brief = (changes: readonly { status: string; path: string; previousPath: string | null }[]) =>
  changes.map(({ status, path, previousPath }) => [status, path, ...(previousPath === null ? [] : [previousPath])]);

describe('diffTrees', () => {
  it.each<[string, Written, Written, readonly (readonly string[])[]]>([
    ['nothing', { x: 'a' }, { x: 'a' }, []],
    ['an addition', {}, { x: 'a' }, [['added', 'x']]],
    ['a removal', { x: 'a' }, {}, [['removed', 'x']]],
    ['other bytes', { x: 'a' }, { x: 'b' }, [['modified', 'x']]],
    ['an executable bit', { x: 'a' }, { x: '100755 a' }, [['modified', 'x']]],
    ['a file become a link', { x: 'a' }, { x: '120000 a' }, [['changed', 'x']]],
    ['a rename', { x: 'a' }, { y: 'a' }, [['renamed', 'y', 'x']]],
    [
      'a rename that also changes the mode',
      { x: 'a' },
      { y: '100755 a' },
      [
        ['removed', 'x'],
        ['added', 'y'],
      ],
    ],
    ['a copy', { x: 'a' }, { x: 'a', y: 'a' }, [['added', 'y']]],
    [
      'two renames of the same bytes, in the order of paths',
      { b: 'a', a: 'a' },
      { d: 'a', c: 'a' },
      [
        ['renamed', 'c', 'a'],
        ['renamed', 'd', 'b'],
      ],
    ],
  ])('sees %s', (_, from, to, expected) => {
    expect(brief(diffTrees(tree(from), tree(to)))).toEqual(expected);
  });
});

describe('readPullChanges', () => {
  it.each<[string, World, readonly (readonly string[])[]]>([
    [
      'an addition',
      { tip: {}, head: { x: 'a' }, files: [{ filename: 'x', status: 'added', sha: blob('a') }] },
      [['added', 'x']],
    ],
    [
      'a removal',
      { tip: { x: 'a' }, head: {}, files: [{ filename: 'x', status: 'removed', sha: blob('a') }] },
      [['removed', 'x']],
    ],
    [
      'a change',
      { tip: { x: 'a' }, head: { x: 'b' }, files: [{ filename: 'x', status: 'modified', sha: blob('b') }] },
      [['modified', 'x']],
    ],
    [
      'a rename that also changes the bytes, as GitHub pairs it',
      {
        tip: { x: 'a' },
        head: { y: 'b' },
        files: [{ filename: 'y', previous_filename: 'x', status: 'renamed', sha: blob('b') }],
      },
      [['renamed', 'y', 'x']],
    ],
    [
      'an addition that the tip has got meanwhile: a merge adds nothing',
      { tip: { x: 'a' }, head: { x: 'a' }, files: [{ filename: 'x', status: 'added', sha: blob('a') }] },
      [['unchanged', 'x']],
    ],
    [
      'an addition where the tip has other bytes meanwhile',
      { tip: { x: 'b' }, head: { x: 'a' }, files: [{ filename: 'x', status: 'added', sha: blob('a') }] },
      [['modified', 'x']],
    ],
    [
      'a removal of what the tip has lost meanwhile',
      { tip: {}, head: {}, files: [{ filename: 'x', status: 'removed', sha: blob('a') }] },
      [['unchanged', 'x']],
    ],
    [
      'one addition beside what only the base changed since',
      {
        tip: { old: 'b', new: 'c' },
        head: { old: 'a', x: 'a' },
        fork: { old: 'a' },
        files: [{ filename: 'x', status: 'added', sha: blob('a') }],
      },
      [['added', 'x']],
    ],
  ])('tells %s', async (_, world, expected) => {
    expect(brief(await read(world).changes)).toEqual(expected);
  });

  const changed = { filename: 'x', status: 'modified', sha: blob('b') };
  const renamed = { filename: 'y', previous_filename: 'x', status: 'renamed', sha: blob('b') };
  const gone = { filename: 'x', status: 'removed', sha: blob('a') };

  it.each<[string, World]>([
    ['a change', { fork: { x: 'a' }, tip: { x: 'c' }, head: { x: 'b' }, files: [changed] }],
    ['a change of what it removed', { fork: { x: 'a' }, tip: {}, head: { x: 'b' }, files: [changed] }],
    ['a rename', { fork: { x: 'a' }, tip: { x: 'c' }, head: { y: 'b' }, files: [renamed] }],
    ['a removal', { fork: { x: 'a' }, tip: { x: 'c' }, head: {}, files: [gone] }],
  ])('says that the base has changed the file of %s too, so that a merge holds what nobody saw', async (_, world) => {
    expect(await read(world).changes).toMatchObject([{ behind: true }]);
  });

  it('says nothing of a file that the base left alone', async () => {
    const world = { fork: { x: 'a' }, tip: { x: 'a', z: 'c' }, head: { x: 'b' }, files: [changed] };
    expect((await read(world).changes).map((change) => Object.keys(change).includes('behind'))).toEqual([false]);
  });

  it('gives the texts of what stays and none of what goes', async () => {
    const { changes } = read({
      tip: { y: 'b' },
      head: { x: 'a' },
      files: [
        { filename: 'x', status: 'added', sha: blob('a') },
        { filename: 'y', status: 'removed', sha: blob('b') },
      ],
    });
    expect((await changes).map(({ text }) => text)).toEqual(['abyte', null]);
  });

  it.each<[string, World]>([
    [
      'other bytes than the tree',
      { tip: {}, head: { x: 'a' }, files: [{ filename: 'x', status: 'added', sha: blob('b') }] },
    ],
    [
      'a file that the tree has not',
      { tip: {}, head: {}, files: [{ filename: 'x', status: 'added', sha: blob('a') }] },
    ],
    [
      'a removal of what is still there',
      { tip: { x: 'a' }, head: { x: 'a' }, files: [{ filename: 'x', status: 'removed', sha: blob('a') }] },
    ],
    [
      'a rename whose source is still there',
      {
        tip: { x: 'a' },
        head: { x: 'a', y: 'a' },
        files: [{ filename: 'y', previous_filename: 'x', status: 'renamed', sha: blob('a') }],
      },
    ],
    [
      'not what the branch added',
      { tip: {}, head: { x: 'a', hidden: 'b' }, fork: {}, files: [{ filename: 'x', status: 'added', sha: blob('a') }] },
    ],
    [
      'not what the branch changed',
      {
        tip: { hidden: 'a' },
        head: { x: 'a', hidden: 'b' },
        fork: { hidden: 'a' },
        files: [{ filename: 'x', status: 'added', sha: blob('a') }],
      },
    ],
    [
      'not what the branch removed',
      {
        tip: { hidden: 'a' },
        head: { x: 'a' },
        fork: { hidden: 'a' },
        files: [{ filename: 'x', status: 'added', sha: blob('a') }],
      },
    ],
  ])('does not believe a list that names %s', async (_, world) => {
    await expect(read(world).changes).rejects.toMatchObject({ code: 'inconsistent' });
  });

  it('refuses a status that GitHub has not documented', async () => {
    const { changes } = read({
      tip: {},
      head: { x: 'a' },
      files: [{ filename: 'x', status: 'teleported', sha: blob('a') }],
    });
    await expect(changes).rejects.toMatchObject({ code: 'unexpected' });
  });
});

describe('readMergedChanges', () => {
  it('takes the trees’ word for what changed and GitHub’s for what is a rename', async () => {
    const content = Buffer.from('abyte').toString('base64');
    const { github } = wire({
      [`GET ${BASE}/git/trees/${TIP}`]: treeRow({ x: 'b', z: 'c' }),
      [`GET ${BASE}/git/trees/${HEAD}`]: treeRow({ y: 'a' }),
      [`GET ${BASE}/git/blobs/${blob('a')}`]: { body: { content, encoding: 'base64' } },
      [`GET ${BASE}/pulls/7/files`]: {
        body: [
          { filename: 'y', previous_filename: 'x', status: 'renamed', sha: blob('a') },
          { filename: 'invented', status: 'added', sha: blob('d') },
        ],
      },
    });
    const changes = await readMergedChanges(github, REPOSITORY, { number: 7, parent: TIP, commit: HEAD }, gitCache());
    expect(brief(changes)).toEqual([
      ['renamed', 'y', 'x'],
      ['removed', 'z'],
    ]);
  });
});
