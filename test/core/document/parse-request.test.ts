import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRequestPath, parseRequest, parseRequestPath } from '../../../core/document/parse-request.ts';
import { HOUR, MINUTE } from '../../../core/time.ts';

const PATH = 'requests/orders-db/read-only/replay.yaml';
const LEAST = 'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 2h\nreason: Replay payments\n';

function codes(text: string, path = PATH): string[] {
  return parseRequest(path, text).issues.map(({ code }) => code);
}

describe('parseRequest', () => {
  it('reads the least that works', () => {
    expect(parseRequest(PATH, LEAST)).toMatchObject({
      ok: true,
      issues: [],
      value: {
        kind: 'AccessRequest',
        path: { path: PATH, resource: 'orders-db', entitlement: 'read-only', slug: 'replay' },
        duration: 2 * HOUR,
        reason: 'Replay payments',
        ticket: null,
        subject: null,
        starts: null,
        startsBy: null,
        breakGlass: false,
        places: { duration: { file: PATH, line: 3, column: 11 }, reason: { file: PATH, line: 4, column: 9 } },
      },
    });
  });

  it('reads every field', () => {
    const text = `${LEAST}resource: orders-db
role: read-only
subject: service:checkout-deploy
starts: 2026-11-23T11:00:00+01:00
startsBy: 2026-11-23T12:00:00Z
ticket: OPS-12
breakGlass: true
`;
    expect(parseRequest(PATH, text)).toMatchObject({
      ok: true,
      value: {
        subject: { kind: 'service', name: 'checkout-deploy' },
        starts: '2026-11-23T10:00:00.000Z',
        startsBy: '2026-11-23T12:00:00.000Z',
        ticket: 'OPS-12',
        breakGlass: true,
      },
    });
  });

  it('reads an action with its inputs and their places', () => {
    const text = `apiVersion: gatepass/v1
kind: ActionRequest
within: 30m
reason: Clear the pool
action: restart
inputs: { region: eu-west-1, count: 2, force: false }
`;
    const path = 'requests/checkout/restart/now.yaml';
    const parsed = parseRequest(path, text);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        kind: 'ActionRequest',
        within: 30 * MINUTE,
        inputs: { region: 'eu-west-1', count: 2, force: false },
        places: { within: { line: 3 }, 'inputs.region': { file: path, line: 6, column: 19 } },
      },
    });
  });

  it('has no inputs when none are written', () => {
    const text = 'apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 30m\nreason: Clear the pool\n';
    expect(parseRequest('requests/checkout/restart/now.yaml', text)).toMatchObject({ ok: true, value: { inputs: {} } });
  });

  it('gives records without a prototype, so that no inherited name is found in them', () => {
    const parsed = parseRequest(PATH, LEAST);
    expect(parsed.ok && parsed.value.places['constructor']).toBeUndefined();
  });

  it('accepts a `startsBy` that is `starts`', () => {
    expect(codes(`${LEAST}starts: 2026-11-23T10:00:00Z\nstartsBy: 2026-11-23T11:00:00+01:00\n`)).toEqual([]);
  });

  it('tells the issues of the path and of the text together', () => {
    expect(codes('apiVersion: gatepass/v1\nkind: AccessRequest\n', 'requests/x.yml')).toEqual([
      'document-field-missing',
      'document-field-missing',
      'request-path',
    ]);
    expect(codes('[', 'requests/x.yml')).toEqual(['request-path', 'yaml-syntax']);
    expect(codes('kind: Nothing', 'requests/x.yml')).toEqual(['request-path', 'document-kind']);
  });

  it('does not tell a missing field when its name has a slip', () => {
    expect(codes(LEAST.replace('duration', 'duratoin'))).toEqual(['document-field-unknown']);
  });

  it.each(['1.5h', '0h', '90', '2H', '1h30m', '+2h', ' 2h ', '1e9h', '٢h', '1000000m', 'P2D', '0x10h'])(
    'refuses `%s` as a duration',
    (duration) => {
      expect(codes(LEAST.replace('2h', JSON.stringify(duration)))).toEqual(['document-duration']);
    },
  );

  it.each(['2026-11-23', '2026-11-23T10:00:00', '2026-11-23T10:00:00+25:00', '2026-1-1T00:00:00Z', 'now'])(
    'refuses `%s` as an instant',
    (instant) => {
      expect(codes(`${LEAST}starts: "${instant}"\n`)).toEqual(['document-instant']);
    },
  );

  it.each(['2026-02-30T00:00:00Z', '2026-11-23T23:59:60Z', '9999-12-31T23:59:59-01:00'])(
    'refuses `%s`, which there is not',
    (instant) => {
      expect(codes(`${LEAST}starts: "${instant}"\n`)).toEqual(['document-instant-impossible']);
    },
  );

  it('reads an input that only looks like an instant', () => {
    const text = `apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 30m\nreason: x\ninputs: { from: "2026-02-30T00:00:00Z" }\n`;
    expect(codes(text, 'requests/checkout/restart/now.yaml')).toEqual([]);
  });

  it('never throws, whatever path and text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (path, text) => {
        expect(parseRequest(path, text).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever the fields hold', () => {
    const field = fc.constantFrom(
      'duration',
      'reason',
      'subject',
      'starts',
      'startsBy',
      'ticket',
      'role',
      'inputs',
      'other',
    );
    const value = fc.jsonValue({ maxDepth: 2 });
    fc.assert(
      fc.property(fc.dictionary(field, value), (fields) => {
        const text = JSON.stringify({ apiVersion: 'gatepass/v1', kind: 'AccessRequest', ...fields });
        const parsed = parseRequest(PATH, text);
        expect(parsed.ok || parsed.issues.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseRequestPath', () => {
  it('takes the path apart', () => {
    expect(parseRequestPath(PATH)).toEqual({
      ok: true,
      issues: [],
      value: { path: PATH, resource: 'orders-db', entitlement: 'read-only', slug: 'replay' },
    });
  });

  it.each([
    ['requests/a/b/c.yaml', true],
    [`requests/${'a'.repeat(64)}/b/c.yaml`, true],
    [`requests/${'a'.repeat(65)}/b/c.yaml`, false],
    ['requests/0/1/2.yaml', true],
    ['requests/a/b.yaml', false],
    ['requests/a/b/c/d.yaml', false],
    ['requests/a/b/c.yml', false],
    ['requests/a/b/C.yaml', false],
    ['requests/a/b/.yaml', false],
    ['requests/a/b/-c.yaml', false],
    ['requests/a/../b/c.yaml', false],
    ['requests/a//c.yaml', false],
    ['/requests/a/b/c.yaml', false],
    ['./requests/a/b/c.yaml', false],
    ['Requests/a/b/c.yaml', false],
    ['requests/a/b/c.yaml\n', false],
    ['requests/a/b/c.yaml\u0000', false],
    ['requests/a/b/ｃ.yaml', false],
    ['requests/a/b/é.yaml', false],
    ['requests\\a\\b\\c.yaml', false],
    ['policies/a/b/c.yaml', false],
  ])('knows whether `%s` is one: %s', (path, expected) => {
    expect(isRequestPath(path)).toBe(expected);
    expect(parseRequestPath(path).ok).toBe(expected);
  });

  it('accepts nothing that differs from another only in case or Unicode form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (slug) => {
        const path = `requests/a/b/${slug}.yaml`;
        if (isRequestPath(path)) expect(path).toBe(path.toLowerCase().normalize('NFKC'));
      }),
    );
  });
});
