import { describe, expect, it } from 'vitest';
import { highest, isAbove, lower, rank } from '../../../core/ledger/levels.ts';
import { aSlot } from '../../support/ledger.ts';

const SLOT = aSlot();

describe('levels of a slot', () => {
  it('puts nothing below all, and what it cannot rank above all', () => {
    expect([null, 'member', 'maintainer', 'owner'].map((value) => rank(SLOT, value))).toEqual([-1, 0, 1, Infinity]);
  });

  it.each([
    [[], null],
    [[null, 'member'], 'member'],
    [['maintainer', 'member', null], 'maintainer'],
    [['member', 'owner'], 'owner'],
  ])('finds the highest of %j', (values, expected) => {
    expect(highest(SLOT, values)).toBe(expected);
  });

  it('keeps the value when both are equal', () => {
    expect(isAbove(SLOT, 'member', 'member')).toBe(false);
    expect(lower(SLOT, 'member', 'member')).toBe('member');
    expect(lower(SLOT, 'maintainer', 'member')).toBe('member');
    expect(lower(SLOT, null, 'member')).toBeNull();
  });
});
