import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../core/canonical.ts';
import { type AlertMemory, NO_MEMORY, readMemory, writeMemory } from '../../../core/explain/alerts-memory.ts';
import type { OpenAlert } from '../../../core/ledger/state.ts';
import type { Instant } from '../../../core/time.ts';

const seal = (text: string) => sha256Hex(`secret ${text}`);
const NOW = '2026-11-23T10:00:00.000Z' as Instant;
const alarm: OpenAlert = { key: 'sweep-silent', severity: 'critical', message: 'm', next: 'n', since: NOW };
const row = { since: NOW, severity: 'warning' } as const;
const memoryOf = (...keys: string[]): AlertMemory => ({
  alarms: [alarm],
  told: {
    issue: { at: NOW, alerts: new Map(keys.map((key) => [key, row])) },
    webhook: { at: null, alerts: new Map() },
  },
});

describe('what is remembered in the issue', () => {
  it('comes back, whatever stands before and after it', () => {
    const memory = memoryOf('a', 'quarantined:requests/x.yaml');
    const body = `### Hello\n${writeMemory(memory, seal)}\r\nbye -->`;
    expect(readMemory(body, seal)).toEqual(memory);
    expect(readMemory(writeMemory(NO_MEMORY, seal), seal)).toEqual(NO_MEMORY);
  });

  it('is one line that ends no comment, mentions nobody and names no issue, whatever a key holds', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('-', '>', '<', '@', '#', '!', 'a', '"', '\n', '\ud800') }),
        (key) => {
          const line = writeMemory(memoryOf(key), seal);
          expect(line.slice(4, -3)).not.toMatch(/[<>@#\n]/);
          expect([...(readMemory(line, seal)?.told.issue.alerts.keys() ?? [])]).toEqual([key]);
        },
      ),
    );
  });

  it.each([
    ['nothing of ours', 'hello'],
    ['a line that is no comment of ours', '<!-- gatepass:alerts x'],
    ['a line without a seal', '<!-- gatepass:alerts {} -->'],
    ['words put in by somebody else', writeMemory(memoryOf('a'), (text) => sha256Hex(text))],
    ['another key', writeMemory(memoryOf('a'), seal).replace('"a"', '"b"')],
  ])('is not read from %s', (_, body) => {
    expect(readMemory(body, seal)).toBeNull();
  });

  it('leaves room for the list: what does not fit is forgotten', () => {
    const keys = Array.from({ length: 2000 }, (_, at) => `quarantined:requests/orders-db/read-only/${at}.yaml`);
    const line = writeMemory(memoryOf(...keys), seal);
    expect(line.length).toBeLessThan(30_200);
    const kept = [...(readMemory(line, seal)?.told.issue.alerts.keys() ?? [])];
    expect(kept.length).toBeGreaterThan(100);
    expect(kept).toEqual(keys.slice(0, kept.length));
  });
});
