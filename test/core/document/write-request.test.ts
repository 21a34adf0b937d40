import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequest } from '../../../core/document/parse-request.ts';
import { type RequestFields, slugOf, writeRequest } from '../../../core/document/write-request.ts';

const FIELDS: RequestFields = {
  kind: 'AccessRequest',
  length: '2h',
  reason: 'Replay payments stuck since the deploy',
  ticket: null,
  subject: null,
  starts: null,
  breakGlass: false,
  inputs: {},
};

describe('writeRequest', () => {
  it('writes the least as a person would', () => {
    expect(writeRequest(FIELDS)).toBe(`apiVersion: gatepass/v1
kind: AccessRequest
duration: 2h
reason: Replay payments stuck since the deploy
`);
  });

  it('writes everything, with quotes where they are needed', () => {
    const starts = '2026-11-23T10:00:00Z';
    const subject = 'service:deploy';
    expect(
      writeRequest({ ...FIELDS, reason: 'deploy: broke ', ticket: '#12', subject, starts, breakGlass: true }),
    ).toBe(`apiVersion: gatepass/v1
kind: AccessRequest
duration: 2h
reason: "deploy: broke "
ticket: "#12"
subject: "service:deploy"
starts: "2026-11-23T10:00:00Z"
breakGlass: true
`);
  });

  it('writes an action with its inputs in order', () => {
    const text = writeRequest({
      ...FIELDS,
      kind: 'ActionRequest',
      length: '30m',
      inputs: { region: 'eu', count: '2', zone: 'true' },
    });
    expect(text).toContain('within: 30m\n');
    expect(text).toContain('inputs:\n  count: "2"\n  region: eu\n  zone: "true"\n');
  });

  it('writes what `parseRequest` reads back', () => {
    const reason = fc
      .string({ unit: fc.constantFrom(...'aB1 :#-!&*?|>%@`"\'{}[],é\\') })
      .filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(reason, (text) => {
        const parsed = parseRequest('requests/a/b/c.yaml', writeRequest({ ...FIELDS, reason: text }));
        expect(parsed).toMatchObject({ ok: true, value: { reason: text.trim() } });
      }),
    );
  });
});

describe('slugOf', () => {
  it.each([
    ['Replay payments stuck since', '2026-11-23-replay-payments-stuck-since'],
    ['!!!', '2026-11-23-request'],
    [`${'x'.repeat(52)} yes`, `2026-11-23-${'x'.repeat(52)}`],
  ])('makes a file name of `%s`', (reason, expected) => {
    expect(slugOf('2026-11-23', reason)).toBe(expected);
  });
});
