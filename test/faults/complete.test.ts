import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testsByNumber } from '../support/numbered-tests.ts';
import { FAULTS } from './catalog.ts';
import { isFresh } from './page.ts';

describe('the catalogue of faults', () => {
  const tests = testsByNumber('fault');

  it('has each number from 1 to 56 once', () => {
    expect(FAULTS.map(({ number }) => number)).toEqual(Array.from({ length: 56 }, (_, index) => index + 1));
  });

  it('leaves no fault without a test', () => {
    expect(FAULTS.filter(({ number }) => !tests.has(number)).map(({ number }) => number)).toEqual([]);
  });

  it('tests no fault that it does not describe', () => {
    const known = new Set(FAULTS.map(({ number }) => number));
    expect([...tests.keys()].filter((number) => !known.has(number))).toEqual([]);
  });

  it('says of each what is done then, and how long it may take', () => {
    const silent = FAULTS.filter(({ behaviour, bound }) => behaviour === '' || bound === '');
    expect(silent.map(({ number }) => number)).toEqual([]);
  });

  it('names only files that exist', () => {
    const named = FAULTS.flatMap(({ number, behaviour }) =>
      [...behaviour.matchAll(/`((?:core|github|app|sweep|action|cli|providers|schema|hub)\/[\w./-]+\.[a-z]+)`/g)].map(
        ([, path]) => `${number} ${path}`,
      ),
    );
    const missing = named.filter((each) => !existsSync(join(import.meta.dirname, '../..', each.split(' ')[1] ?? '')));
    expect(missing).toEqual([]);
  });

  it('is the page `docs/reliability.md`; else run `npm run faults:page`', () => {
    expect(isFresh()).toBe(true);
  });
});
