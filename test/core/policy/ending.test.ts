import { describe, expect, it } from 'vitest';
import { ENDINGS, endingOf, endingText, sessionsUntil, tailOf, tailText } from '../../../core/policy/ending.ts';
import { providers } from '../../../providers/registry.ts';
import { NOW } from '../../support/evidence.ts';

describe('how grants end', () => {
  it('is what the providers declare of themselves', () => {
    const declared = Object.values(providers).map(({ type, capabilities }) => {
      const { expiry, sessionTailSeconds: tail } = capabilities;
      return [type, { expiry, tail }];
    });
    expect(ENDINGS).toEqual(Object.fromEntries(declared));
  });

  it.each([
    ['github-team', {}, 'by the sweep; no session outlives it'],
    ['postgres', { endSessions: false }, 'by the sweep; an open session may outlive it until it is closed'],
    ['postgres', { endSessions: true }, 'by the sweep; no session outlives it'],
    ['constructor', {}, 'not known'],
    ['mainframe', { endSessions: true }, 'not known'],
  ])('of `%s` with %j is told as: %s', (provider, config, text) => {
    expect(endingText(endingOf(provider, config))).toBe(text);
  });

  it.each([
    [{ expiry: 'enforced', tail: 3600 } as const, 'by the platform itself; an open session may outlive it by 1h'],
    [{ expiry: 'delegated', tail: 90 } as const, 'by a job in the platform; an open session may outlive it by 90s'],
  ])('names who ends it and for how long a session may go on: %j', (ending, text) => {
    expect(endingText(ending)).toBe(text);
  });

  it.each([
    [[0, 60, 30], 60],
    [[0, 'unbounded'], 'unbounded'],
    [[0], 0],
    [[], null],
  ] as const)('of several is the longest: %j → %s', (tails, longest) => {
    expect(tailOf(tails.map((tail) => ({ expiry: 'none', tail })))).toBe(longest);
  });

  it('is not known where one of several is not', () => {
    expect(tailOf([{ expiry: 'none', tail: 0 }, null])).toBeNull();
    expect(tailText(null)).toBe('how long sessions live on is not known');
  });

  it('says until when, where anybody can say', () => {
    expect(sessionsUntil(NOW, 60)).toBe('2026-11-23T10:01:00.000Z');
    expect(sessionsUntil(NOW, 'unbounded')).toBeNull();
    expect(sessionsUntil(NOW, null)).toBeNull();
  });
});
