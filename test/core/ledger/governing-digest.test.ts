import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../core/canonical.ts';
import { governingDigest } from '../../../core/ledger/governing-digest.ts';
import { sha } from '../../support/ledger.ts';

const ROOT = [
  { path: 'policies', mode: '040000', sha: sha(1) },
  { path: 'CODEOWNERS', mode: '100644', sha: sha(2) },
  { path: 'requests', mode: '040000', sha: sha(3) },
];

describe('governingDigest', () => {
  it('covers everything in the root but the requests', () => {
    expect(governingDigest(ROOT)).toBe(
      digestOf([
        ['CODEOWNERS', '100644', sha(2)],
        ['policies', '040000', sha(1)],
      ]),
    );
    expect(governingDigest(ROOT.map((entry) => (entry.path === 'requests' ? { ...entry, sha: sha(9) } : entry)))).toBe(
      governingDigest(ROOT),
    );
  });

  it('does not depend on the order, nor on how a mode is padded', () => {
    expect(governingDigest([...ROOT].reverse())).toBe(governingDigest(ROOT));
    const short = ROOT.map((entry) => ({ ...entry, mode: entry.mode.replace(/^0/, '') }));
    expect(governingDigest(short)).toBe(governingDigest(ROOT));
  });

  it.each([
    ['an id', { sha: sha(9) }],
    ['a mode', { mode: '120000' }],
    ['a name', { path: 'codeowners' }],
  ])('changes with %s', (_, change) => {
    const changed = ROOT.map((entry) => (entry.path === 'CODEOWNERS' ? { ...entry, ...change } : entry));
    expect(governingDigest(changed)).not.toBe(governingDigest(ROOT));
  });
});
