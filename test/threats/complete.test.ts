import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testsByNumber } from '../support/numbered-tests.ts';
import { THREATS } from './catalog.ts';
import { isFresh } from './page.ts';

describe('the catalogue of threats', () => {
  const tests = testsByNumber('threat');

  it('has each number from 1 to 94 once, in order', () => {
    expect(THREATS.map(({ number }) => number)).toEqual(Array.from({ length: 94 }, (_, index) => index + 1));
  });

  it('leaves no threat without a test, or a check that is made on a live organisation', () => {
    const open = THREATS.filter(({ number, live }) => !tests.has(number) && live === null).map(({ number }) => number);
    expect(open).toEqual([]);
  });

  it('tests no threat that it does not describe', () => {
    const known = new Set(THREATS.map(({ number }) => number));
    expect([...tests.keys()].filter((number) => !known.has(number))).toEqual([]);
  });

  it('says for every threat that only a live organisation can show who checks it', () => {
    const silent = THREATS.filter(({ levels, live }) => levels.includes('L') && live === null);
    expect(silent.map(({ number }) => number)).toEqual([]);
  });

  it('names only files that exist', () => {
    const named = THREATS.flatMap(({ number, defence }) =>
      [...defence.matchAll(/`((?:core|github|app|sweep|action|cli|providers|schema|hub)\/[\w./-]+\.[a-z]+)`/g)].map(
        ([, path]) => `${number} ${path}`,
      ),
    );
    const missing = named.filter((each) => !existsSync(join(import.meta.dirname, '../..', each.split(' ')[1] ?? '')));
    expect(missing).toEqual([]);
  });

  it('is the page `docs/security/threats.md`; else run `npm run threats:page`', () => {
    expect(isFresh()).toBe(true);
  });
});
