import { describe, expect, it } from 'vitest';
import { newEmergencies } from '../../app/emergency.ts';
import { BASE } from '../support/wire.ts';
import { wiredGate } from '../support/wired-gate.ts';

const asks = (patch: string, filename = 'requests/orders-db/read-only/x.yaml') => {
  const { gate } = wiredGate({ [`GET ${BASE}/pulls/7/files`]: { body: [{ filename, patch }] } });
  return newEmergencies(gate, gate).asks(7);
};

describe('newEmergencies', () => {
  it.each([
    ['+breakGlass: true', true],
    ['@@ -0,0 +1,2 @@\n+reason: down\n+breakGlass: true', true],
    ['+breakGlass: false', false],
    ['-breakGlass: true', false],
    ['+breakGlass:\n+reason: true', false],
  ])('reads the patch %j: %s', async (patch, expected) => {
    expect(await asks(patch)).toBe(expected);
  });

  it('looks at requests alone', async () => {
    expect(await asks('+breakGlass: true', 'docs/glass.md')).toBe(false);
  });

  it('is not held up by a patch that was written to be looked at without end', async () => {
    const began = performance.now();
    expect(await asks(`+${'breakGlass '.repeat(40_000)}`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
