import { describe, expect, it } from 'vitest';
import { parsePrincipal, principalText } from '../../../core/document/parse-principal.ts';

describe('parsePrincipal', () => {
  it.each([
    ['person:alice', { kind: 'person', name: 'alice' }],
    ['team:sre_leads', { kind: 'team', name: 'sre_leads' }],
    ['rota:orders', { kind: 'rota', name: 'orders' }],
    ['service:checkout-deploy', { kind: 'service', name: 'checkout-deploy' }],
    ['owner', { kind: 'owner' }],
    ['owner-rota', { kind: 'owner-rota' }],
    ['codeowners', { kind: 'codeowners' }],
    ['any-rota', { kind: 'any-rota' }],
  ])('reads `%s`, and prints it back', (text, expected) => {
    const principal = parsePrincipal(text);
    expect(principal).toEqual(expected);
    expect(principal === null ? null : principalText(principal)).toBe(text);
  });

  it.each(['alice', 'team:', 'team:Orders', 'group:x', 'owner:x', 'team:a b', 'team:a\n', ''])(
    'refuses `%s`',
    (text) => {
      expect(parsePrincipal(text)).toBeNull();
    },
  );
});
