import { describe, expect, it } from 'vitest';
import { nearest, oneOf } from '../../../core/document/did-you-mean.ts';

describe('nearest', () => {
  it.each([
    ['duraton', ['duration', 'reason'], 'duration'],
    ['duratoin', ['duration', 'reason'], 'duration'],
    ['Duration', ['duration'], 'duration'],
    ['reasn', ['duration', 'reason'], 'reason'],
    ['aproves', ['approvals', 'role'], null],
    ['x', ['duration'], null],
    ['ba', ['ab'], 'ab'],
    ['a', ['c', 'b'], 'b'],
    ['', ['a'], 'a'],
    ['anything', [], null],
  ])('finds for `%s` among %j: %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});

describe('oneOf', () => {
  it('lists words for people', () => {
    expect(oneOf([])).toBe('nothing');
    expect(oneOf(['a'])).toBe('`a`');
    expect(oneOf(['a', 'b', 'c'])).toBe('`a`, `b` or `c`');
  });
});
