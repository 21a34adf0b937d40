import { describe, expect, it } from 'vitest';
import { readGoverning } from '../../github/governing.ts';
import { gitCache } from '../../github/tree.ts';
import { BASE, REPOSITORY, wire } from '../support/wire.ts';

const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((digit) => digit.repeat(40)) as [string, string, string];
const [RULES, STRICTER] = ['a', 'b'].map((digit) => digit.repeat(40)) as [string, string];

/** A commit whose tree holds these. */
const tree = (blobs: Readonly<Record<string, string>>) => ({
  body: {
    truncated: false,
    tree: Object.entries(blobs).map(([path, sha]) => ({ path, mode: '100644', type: 'blob', sha, size: 5 })),
  },
});
const blob = (text: string) => ({ body: { encoding: 'base64', content: Buffer.from(text).toString('base64') } });
const rows = (base: string) => ({
  [`GET ${base}/git/trees/${FIRST}`]: tree({ 'policies/all.yaml': RULES }),
  [`GET ${base}/git/trees/${SECOND}`]: tree({ 'policies/all.yaml': RULES, 'requests/db/read/a.yaml': STRICTER }),
  [`GET ${base}/git/trees/${THIRD}`]: tree({ 'policies/all.yaml': STRICTER }),
  [`GET ${base}/git/blobs/${RULES}`]: blob('rules'),
  [`GET ${base}/git/blobs/${STRICTER}`]: blob('other'),
});

describe('readGoverning', () => {
  it('names the first commit that it saw with the same files, while only requests change', async () => {
    const { github, calls } = wire(rows(BASE));
    const cache = gitCache();
    const first = await readGoverning(github, REPOSITORY, FIRST, cache);
    expect(first).toMatchObject({ commit: FIRST, firstSeen: FIRST, files: [{ text: 'rules' }] });
    const second = await readGoverning(github, REPOSITORY, SECOND, cache);
    expect(second).toMatchObject({ commit: SECOND, firstSeen: FIRST });
    expect(second.files).toBe(first.files);
    expect(await readGoverning(github, REPOSITORY, THIRD, cache)).toMatchObject({
      firstSeen: THIRD,
      files: [{ text: 'other' }],
    });
    expect(calls().filter((call) => call.endsWith(RULES))).toHaveLength(1);
  });

  it('names no commit of another repository', async () => {
    const other = { owner: 'acme', name: 'other' };
    const { github } = wire({ ...rows(BASE), ...rows('/repos/acme/other') });
    const cache = gitCache();
    await readGoverning(github, REPOSITORY, FIRST, cache);
    expect(await readGoverning(github, other, SECOND, cache)).toMatchObject({ firstSeen: SECOND });
  });
});
