import { describe, expect, it } from 'vitest';
import { HOUSEKEEPING_BRANCH, isHousekeeping, readHousekeepingPull } from '../../github/housekeeping-branch.ts';
import { BASE, REPOSITORY, wire } from '../support/wire.ts';

const AT = '2026-11-23T10:00:00Z';
const SELF = 'gatepass-gate[bot]';
const bot = (login: string) => ({ id: 9, login, type: 'Bot' }) as const;

describe('readHousekeepingPull', () => {
  const pull = (number: number, login: string, state = 'open', type = 'Bot') => ({
    number,
    state,
    user: { id: 9, login, type },
    head: { sha: 'a'.repeat(40) },
    created_at: AT,
    closed_at: null,
    merged_at: null,
  });
  const read = (...pulls: readonly unknown[]) =>
    readHousekeepingPull(wire({ [`GET ${BASE}/pulls`]: { body: pulls } }).github, REPOSITORY, 'main', SELF);

  it('finds the newest of its own, and none where only others had one', async () => {
    expect(await read(pull(8, 'other[bot]', 'closed'), pull(7, SELF), pull(6, SELF))).toMatchObject({ number: 7 });
    expect(await read(pull(8, 'other[bot]', 'closed'), pull(7, 'mallory', 'closed', 'User'))).toBeNull();
  });

  it.each([
    ['a person', pull(8, 'mallory', 'open', 'User')],
    ['another app', pull(8, 'other[bot]')],
    ['a deleted account', { ...pull(8, ''), user: null }],
  ])('writes over no pull request of %s', async (_, theirs) => {
    expect(await read(theirs, pull(7, SELF))).toBe('taken');
  });
});

describe('isHousekeeping', () => {
  it.each([
    ['the gate’s own', HOUSEKEEPING_BRANCH, bot(SELF), true],
    ['another app’s from the branch', HOUSEKEEPING_BRANCH, bot('other[bot]'), false],
    ['the gate’s from another branch', 'x', bot(SELF), false],
    ['a person’s', HOUSEKEEPING_BRANCH, { id: 1, login: SELF, type: 'User' } as const, false],
  ])('%s: %s', (_, branch, author, expected) => {
    expect(isHousekeeping(branch, author, SELF)).toBe(expected);
  });
});
