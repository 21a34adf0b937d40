/** Patterns of policies and CODEOWNERS: how much work one can make is counted, since a clock says more of the machine. */
import fc from 'fast-check';
import { expect } from 'vitest';
import { createIndex } from '../../core/codeowners/rule-index.ts';
import { matchesParts, parseSegment } from '../../core/codeowners/segment-glob.ts';
import { anEvidence } from '../support/evidence.ts';
import { expectAllowed, expectStopped } from './gates.ts';
import { threat } from './threat.ts';

threat(41, 'no regular expression in a condition', () => {
  const when = (condition: string) =>
    anEvidence()
      .governing('policies/rules/databases.yaml', (text) => text.replace(/when: .*/, `when: '${condition}'`))
      .approvedBy('bob');
  expectStopped(when('request.reason.matches("(a+)+b")'), 'governance-invalid');
  expectAllowed(when('request.reason.contains("x")'));
});

/** Made so that whoever tries places again tries very many: stars between what is alike, and text that almost fits. */
const piece = fc.constantFrom('*', '*', '*', '**', '?', 'a', 'a', 'aa', 'a*', '*a', '*aab', '\\*', 'b');
const segment = fc.array(piece, { minLength: 1, maxLength: 40 }).map((pieces) => pieces.join(''));
const almost = fc
  .tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom('', 'b', 'a', 'ab', '*'))
  .map(([length, end]) => `${'a'.repeat(length)}${end}`);

/** Looks at one place: a length, a method, the character here and there. */
const PER_PLACE = 8;

threat(41, 'within a segment: both are looked at no more often than their lengths multiplied', () => {
  let looks = 0;
  fc.assert(
    fc.property(segment, almost, (written, text) => {
      const glob = parseSegment(written);
      if (glob.kind !== 'parts') return;
      const chars = [...text];
      const watch = watching(PER_PLACE * (written.length + 1) * (chars.length + 1));
      matchesParts(watch.list(glob.parts.map(watch.list)), watch.list(chars));
      looks += watch.count();
    }),
    // To shrink a case that is slow takes longer than to read it.
    { numRuns: 2000, seed: 41, endOnFailure: true },
  );
  expect(looks).toBeGreaterThan(2000);
});

/** The worst for whoever tries places again: each `**` may end at each segment of the path. */
const chain = fc
  .tuple(fc.constantFrom('a', 'a*', '*', '?', '*a'), fc.integer({ min: 1, max: 12 }))
  .map(([name, times]) => `/${`**/${name}/`.repeat(times)}z`);
const mixed = fc
  .tuple(
    fc.constantFrom('', '/', '**/'),
    // What a segment costs is counted above, and is not watched here.
    fc.array(fc.constantFrom('**', '**', '*', 'a', 'a*', '*a', '?a*', 'a*b'), { minLength: 1, maxLength: 25 }),
    fc.constantFrom('', '/', '/**', '/z'),
  )
  .map(([head, segments, tail]) => `${head}${segments.join('/')}${tail}`);
const pattern = fc.oneof(chain, mixed);
const path = fc
  .array(
    fc.oneof({ weight: 9, arbitrary: fc.constant('a') }, { weight: 1, arbitrary: fc.constantFrom('aa', 'ab', 'b') }),
    {
      minLength: 1,
      maxLength: 60,
    },
  )
  .map((segments) => segments.join('/'));

threat(41, 'between segments: each place of a pattern is stood on once for a segment of the path', () => {
  fc.assert(
    fc.property(fc.array(pattern, { minLength: 1, maxLength: 12 }), path, (patterns, at) => {
      const index = createIndex(patterns.map((each) => ({ pattern: each })));
      // Each place asks for what is written out, and for what ends alike.
      const places = patterns.reduce((sum, each) => sum + each.split('/').length + 1, 1);
      const asked = lookups(2 * places * at.split('/').length, () => index.last(at));
      expect(asked).toBeGreaterThan(0);
    }),
    { numRuns: 500, seed: 41 },
  );
});

/** The same lists; looking more often than allowed throws at once, so that a slow matcher fails and does not hang. */
function watching(most: number) {
  let count = 0;
  const list = <Item>(items: readonly Item[]): readonly Item[] =>
    new Proxy(items, {
      get(target, key, receiver) {
        count += 1;
        if (count > most) throw new Error(`looked more than ${most} times`);
        return Reflect.get(target, key, receiver) as unknown;
      },
    });
  return { list, count: () => count };
}

/** How often a map is asked meanwhile, which the index does at each place that it stands on; beyond `most` it throws. */
function lookups(most: number, work: () => void): number {
  const { get } = Map.prototype;
  let count = 0;
  Map.prototype.get = function counted(this: Map<unknown, unknown>, key: unknown) {
    count += 1;
    if (count > most) throw new Error(`more than ${most} lookups`);
    return get.call(this, key) as unknown;
  };
  try {
    work();
  } finally {
    Map.prototype.get = get;
  }
  return count;
}
