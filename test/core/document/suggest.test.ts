import { describe, expect, it } from 'vitest';
import { suggest } from '../../../core/document/suggest.ts';

describe('suggest', () => {
  it.each([
    ['duration', '3 days', '3d'],
    ['duration', '2 Hours', '2h'],
    ['duration', '1h30m', '90m'],
    ['duration', '1 hr, 30 mins', '90m'],
    ['duration', 'PT2H', '2h'],
    ['duration', 'P1D', '1d'],
    ['duration', '2 weeks', '14d'],
    ['duration', '24h', '1d'],
    ['duration', '30s', null],
    ['duration', '0h', null],
    ['duration', 'soon', null],
    ['duration', '2', null],
    ['duration', `${'1h'.repeat(30)}`, null],
    ['instant', '2026-11-23', '2026-11-23T00:00:00Z'],
    ['instant', '2026-11-23 10:00', '2026-11-23T10:00:00Z'],
    ['instant', '2026-11-23T10:00:30', '2026-11-23T10:00:30Z'],
    ['instant', '2026-02-30', null],
    ['instant', 'tomorrow', null],
    ['owner', 'Orders', 'team:orders'],
    ['owner', '@alice', 'person:alice'],
    ['controller', 'payments', 'team:payments'],
    ['seat', 'dba', 'team:dba'],
    ['seat', '@alice', null],
    ['receiver', 'alice', 'person:alice'],
    ['receiver', '@acme/dba', null],
    ['approver', '@acme/dba', 'team:dba'],
    ['approver', 'dba', null],
    ['subject', '@alice', 'person:alice'],
    ['subject', 'group:x', null],
    ['name', 'Orders_DB prod', 'orders-db-prod'],
    ['person', 'Alice', 'alice'],
    ['name', 'орdеrs', null],
    ['ticket', 'see chat', null],
    ['', 'anything', null],
  ])('proposes for the %s `%s`: %s', (format, text, expected) => {
    expect(suggest(format, text)).toBe(expected);
  });
});
