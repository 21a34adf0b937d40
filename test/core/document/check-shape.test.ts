import { describe, expect, it } from 'vitest';
import { checkShape, type Kind, kindOf } from '../../../core/document/check-shape.ts';
import { readYaml } from '../../../core/document/read-yaml.ts';
import type { YamlDocument } from '../../../core/document/yaml-document.ts';

function documentOf(fields: object): YamlDocument {
  const parsed = readYaml(JSON.stringify({ apiVersion: 'gatepass/v1', ...fields }), 'f.yaml');
  if (!parsed.ok) throw new Error('not YAML');
  return parsed.value;
}

function said(kind: Kind, fields: object) {
  return checkShape(documentOf({ kind, ...fields }), kind).map(({ code, message, found, expected, fix }) => ({
    code,
    message,
    found,
    expected,
    fix,
  }));
}

const REQUEST = { duration: '2h', reason: 'Replay' };

describe('kindOf', () => {
  it.each([
    [{ kind: 'Lock' }, 'Lock'],
    [{ kind: 'Locks' }, 'there is no such `kind` of document'],
    [{ kind: 'People' }, 'this `kind` of document does not belong at this path'],
    [{ kind: 7 }, 'there is no such `kind` of document'],
    [{}, 'the document does not say its `kind`'],
  ])('judges %j', (fields, expected) => {
    const kind = kindOf(documentOf(fields), ['Lock', 'Rota']);
    expect(typeof kind === 'string' ? kind : kind.message).toBe(expected);
  });

  it('proposes the nearest kind, or the first', () => {
    expect(kindOf(documentOf({ kind: 'Rotas' }), ['Lock', 'Rota'])).toMatchObject({ fix: 'write `kind: Rota`' });
    expect(kindOf(documentOf({ kind: true }), ['Lock', 'Rota'])).toMatchObject({ fix: 'write `kind: Lock`' });
  });
});

describe('checkShape', () => {
  it('says nothing of a document that fits', () => {
    expect(said('AccessRequest', REQUEST)).toEqual([]);
  });

  it.each<[string, Kind, object, object]>([
    ['a missing field with an example', 'AccessRequest', { reason: 'x' }, { fix: 'add `duration: 2h`' }],
    ['a missing field without one', 'Catalog', {}, { fix: 'add `resources: …`' }],
    ['a field nobody knows', 'AccessRequest', { ...REQUEST, zzz: 1 }, { found: 'zzz', fix: 'remove the field' }],
    ['a field with a slip', 'AccessRequest', { ...REQUEST, tiket: 'X' }, { fix: 'write `ticket`' }],
    [
      'a number for text',
      'AccessRequest',
      { ...REQUEST, ticket: 12 },
      { found: 'the number 12', fix: 'put it in quotes: `"12"`' },
    ],
    ['a truth value for text', 'AccessRequest', { ...REQUEST, reason: true }, { found: 'the truth value true' }],
    ['a number for a duration', 'AccessRequest', { ...REQUEST, duration: 2 }, { fix: 'write it like this: `2h`' }],
    ['fields for text', 'AccessRequest', { ...REQUEST, reason: {} }, { found: 'a set of fields' }],
    ['text for a list', 'Lock', { locks: 'x' }, { message: '`locks` must be a list', fix: 'make it a list: `[x]`' }],
    ['a list for fields', 'People', { people: [] }, { found: 'a list', message: '`people` must be a set of fields' }],
    ['text for a number', 'Organization', { liveGrants: 'ten' }, { fix: 'write it like this: `10`' }],
    [
      'a fraction for a whole number',
      'Organization',
      { liveGrants: 1.5 },
      { message: '`liveGrants` must be a whole number' },
    ],
    ['a number in quotes', 'Organization', { liveGrants: '5' }, { fix: 'remove the quotes: `5`' }],
    [
      'a value of the wrong kind within free fields',
      'ActionRequest',
      { within: '1h', reason: 'x', inputs: { a: null } },
      { fix: 'write text, or a number, or `true` or `false`' },
    ],
    ['a choice with a slip', 'Settings', { merge: 'autp' }, { fix: 'write `auto`' }],
    [
      'a choice far off',
      'Settings',
      { merge: 'whenever' },
      { expected: '`auto` or `manual`', fix: 'write `auto` or `manual`' },
    ],
    [
      'a list with too few',
      'Organization',
      { toxic: [{ name: 'x', of: ['a/b'] }] },
      { expected: 'at least 2', fix: 'add more' },
    ],
    [
      'a number above its bound',
      'Organization',
      { liveGrants: 2000 },
      { expected: 'at most 1000', fix: 'write 1000 or less' },
    ],
    [
      'a name that is none',
      'Rota',
      { rotas: { 'A B': {} } },
      { code: 'document-name', message: '`A B` cannot be used as a name here' },
    ],
    ['letters that only look right', 'AccessRequest', { ...REQUEST, role: 'аdmin' }, { found: 'аdmin (а is U+0430)' }],
    [
      'a long value, cut',
      'AccessRequest',
      { ...REQUEST, ticket: `!${'x'.repeat(100)}` },
      { found: `!${'x'.repeat(78)}…` },
    ],
    [
      'a name of the prototype as a setting',
      'Catalog',
      { resources: { a: { owner: 'team:x', roles: { r: { grants: [{ toString: null }] } } } } },
      { code: 'document-type', message: '`toString` must be text, or a number, or `true` or `false`, or a list' },
    ],
  ])('says what is wrong with %s', (_, kind, fields, expected) => {
    expect(said(kind, fields)).toEqual([expect.objectContaining(expected)]);
  });

  it('looks no further than fifty mistakes, however many somebody makes', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`f${at}`, 'x']));
    const began = performance.now();
    expect(said('AccessRequest', { ...REQUEST, ...many })).toHaveLength(50);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
