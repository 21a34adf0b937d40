import { describe, expect, it } from 'vitest';
import { matchesParts, parseSegment } from '../../../core/codeowners/segment-glob.ts';

describe('the kinds of segments', () => {
  it.each([
    ['foo', { kind: 'literal', text: 'foo' }],
    ['f\\*o', { kind: 'literal', text: 'f*o' }],
    ['a\\\\b', { kind: 'literal', text: 'a\\b' }],
    ['b\\ ar.py', { kind: 'literal', text: 'b ar.py' }],
    ['*', { kind: 'any' }],
    ['**', { kind: 'deep' }],
    ['*.go', { kind: 'suffix', text: '.go' }],
    ['\\**', { kind: 'parts', parts: [['*'], []] }],
    ['f?o', { kind: 'parts', parts: [['f', null, 'o']] }],
    ['*?', { kind: 'parts', parts: [[], [null]] }],
    ['?*', { kind: 'parts', parts: [[null], []] }],
    ['a**b', { kind: 'parts', parts: [['a'], [], ['b']] }],
  ])('`%s`', (written, expected) => {
    expect(parseSegment(written)).toEqual(expected);
  });
});

describe('matching within a segment', () => {
  it.each([
    ['f?o', 'foo', true],
    ['f?o', 'fo', false],
    ['f?o', 'fooo', false],
    ['f*', 'f', true],
    ['f*', 'foo', true],
    ['f*', 'xf', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'axxbxxbxxc', true],
    ['a*b*c', 'acb', false],
    ['a*b*c', 'axxc', false],
    ['a*b*c', 'axxdc', false],
    ['a*b*c', 'axxbc', true],
    ['a*b*b*c', 'abc', false],
    ['a*b*c', 'ab', false],
    ['*bar*', 'rebarrio', true],
    ['*b?r*', 'rebirth', true],
    ['a**b', 'ab', true],
    ['a**b', 'ba', false],
    ['x*yz', 'xz', false],
    ['?', '💣', true],
    ['??', '💣', false],
  ])('`%s` on `%s`: %s', (written, segment, expected) => {
    const glob = parseSegment(written);
    if (glob.kind !== 'parts') throw new Error(`${written} is ${glob.kind}`);
    expect(matchesParts(glob.parts, [...segment])).toBe(expected);
  });

  it('stays quick on patterns made to be slow', () => {
    const glob = parseSegment(`${'*a'.repeat(500)}*b`);
    if (glob.kind !== 'parts') throw new Error(glob.kind);
    const started = performance.now();
    expect(matchesParts(glob.parts, [...'a'.repeat(4000)])).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
