/** What fuzzing found. Each was mended; each stays tried. */
import { expect, it } from 'vitest';
import { parseRequest } from '../../core/document/parse-request.ts';
import { parseLedger } from '../../core/ledger/chain.ts';
import { stopwatch, TOO_LONG } from './campaign.ts';

it.each([
  ['a field whose name is 64 KiB of braces', `kind: AccessReque${'}'.repeat(65_000)}`],
  ['a field whose name is 16 KiB of dashes', `st${'- '.repeat(8000)}arts: x`],
])('is told in time: %s', (_, line) => {
  const text = `apiVersion: gatepass/v1\n${line}\nduration: 2h\nreason: x\n`;
  expect(
    fastest(() => expect(parseRequest('requests/orders-db/read-only/fix.yaml', text).ok).toBe(false)),
  ).toBeLessThan(TOO_LONG);
});

it('names 32,000 broken lines of a ledger in time', () => {
  const segments = [{ path: 'ledger/2026/11/23.jsonl', text: '\r\n'.repeat(32_000) }];
  expect(fastest(() => expect(parseLedger(segments).faults).toHaveLength(32_000))).toBeLessThan(TOO_LONG);
});

/** Of a few runs, in milliseconds: a pause of the machine is no hang. */
function fastest(work: () => void): number {
  const took = Array.from({ length: 5 }, () => {
    const took = stopwatch();
    work();
    return took();
  });
  return Math.min(...took);
}
