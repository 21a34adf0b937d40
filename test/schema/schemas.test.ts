import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type SchemaObject } from 'ajv';
import { describe, expect, it } from 'vitest';
import { compileSchemas } from '../../schema/compile.ts';
import * as validators from '../../schema/validators.generated.js';

const FOLDER = fileURLToPath(new URL('../../schema/', import.meta.url));
const FILES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.schema.json'))
  .sort();
const SCHEMAS = FILES.map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as SchemaObject);
const ajv = new Ajv({ schemas: SCHEMAS, allErrors: true, discriminator: true, strict: true, allowUnionTypes: true });

/** Keywords under which no schema stands, or not one of a value. */
const NO_SCHEMAS = new Set([
  'examples',
  'enum',
  'const',
  'default',
  'required',
  'discriminator',
  'if',
  'propertyNames',
]);

interface Node {
  readonly at: string;
  readonly schema: SchemaObject;
  /** Whether it is a field or item that an editor shows. */
  readonly isShown: boolean;
}

function* nodes(schema: SchemaObject, at: string, isShown: boolean): Generator<Node> {
  yield { at, schema, isShown };
  for (const [keyword, value] of Object.entries(schema)) {
    if (NO_SCHEMAS.has(keyword) || typeof value !== 'object' || value === null) continue;
    const isNamed = keyword === 'properties' || keyword === 'definitions';
    const inner: [string, unknown][] = isNamed || Array.isArray(value) ? Object.entries(value) : [['', value]];
    for (const [name, each] of inner) {
      if (typeof each !== 'object' || each === null) continue;
      yield* nodes(each as SchemaObject, [at, keyword, ...(name === '' ? [] : [name])].join('/'), isNamed);
    }
  }
}

const ALL = SCHEMAS.flatMap((schema) => [...nodes(schema, String(schema.$id), true)]);

/** Documents that people write, and what is made of them. */
const WRITTEN = ALL.filter(({ at }) => !/^(?:facts|evidence|decision|ledger-entry|ledger-head)\./.test(at));

describe('the schemas', () => {
  it.each(FILES)('%s has the name of its file, a title and a description', (file) => {
    const schema = SCHEMAS[FILES.indexOf(file)];
    expect(schema).toMatchObject({ $id: file, $schema: 'http://json-schema.org/draft-07/schema#' });
    expect(schema).toMatchObject({ title: expect.stringMatching(/./), description: expect.stringMatching(/./) });
  });

  it('refuse every field that they do not name', () => {
    const open = ALL.filter(
      ({ schema, at }) =>
        [schema['type']].flat().includes('object') &&
        schema['additionalProperties'] === undefined &&
        schema['oneOf'] === undefined &&
        schema.$ref === undefined &&
        at !== 'gatepass.schema.json',
    );
    expect(open.map(({ at }) => at)).toEqual([]);
    expect(ALL.filter(({ schema }) => schema['additionalProperties'] === true).map(({ at }) => at)).toEqual([]);
  });

  it('describe every field that a person writes, here or where they refer to', () => {
    const described = (schema: SchemaObject): boolean => {
      if (schema['description'] !== undefined) return true;
      const [file, path] = String(schema.$ref ?? '').split('#/definitions/');
      const home = file === '' ? 'common.schema.json' : file;
      const target = SCHEMAS.find(({ $id }) => $id === home)?.['definitions']?.[String(path)];
      return target !== undefined && described(target);
    };
    const bare = WRITTEN.filter(
      ({ schema, isShown, at }) => isShown && !at.startsWith('gatepass') && !described(schema),
    );
    expect(bare.map(({ at }) => at)).toEqual([]);
  });

  it('give an example of every text with a form of its own', () => {
    const bare = WRITTEN.filter(({ schema }) => schema['pattern'] !== undefined && schema['examples'] === undefined);
    expect(bare.map(({ at }) => at)).toEqual([]);
  });

  it('give examples that they accept', () => {
    for (const { at, schema } of ALL) {
      if (schema['examples'] === undefined || /\/(?:propertyNames)\//.test(at)) continue;
      const [file, ...path] = at.split('/');
      const pointer = path.map((step) => encodeURIComponent(step)).join('/');
      const validate = ajv.compile({ $ref: `${file}#/${pointer}`.replace(/\/$/, '').replace(/#$/, '#') });
      for (const example of schema['examples'] as unknown[]) {
        expect(validate(example), `${at}: ${JSON.stringify(example)} ${JSON.stringify(validate.errors)}`).toBe(true);
      }
    }
  });

  it('have patterns of ASCII only, from end to end', () => {
    for (const { at, schema } of ALL) {
      const pattern = schema['pattern'];
      if (pattern === undefined) continue;
      expect(pattern, at).toMatch(/^[ -~]+$/);
      if (pattern !== '[^\\s]') expect(pattern, at).toMatch(/^\^.*\$$/);
    }
  });

  it('have patterns that answer at once, whatever the text', () => {
    const texts = ['a', ' ', 'A1', '-', 'a/', 'person:', '0'].map((part) => `${part.repeat(65_536 / part.length)}\n`);
    for (const { at, schema } of ALL) {
      if (schema['pattern'] === undefined) continue;
      const pattern = new RegExp(schema['pattern'], 'u');
      const start = performance.now();
      for (const text of texts) pattern.test(text);
      // A pattern that goes back over the text again and again takes seconds.
      expect(performance.now() - start, at).toBeLessThan(500);
    }
  });

  it('dispatch on the kind for editors', () => {
    const validate = ajv.getSchema('gatepass.schema.json');
    const request = { apiVersion: 'gatepass/v1', kind: 'AccessRequest', duration: '2h', reason: 'Replay' };
    expect(validate?.(request)).toBe(true);
    expect(validate?.({ ...request, kind: 'ActionRequest' })).toBe(false);
    expect(validate?.({ ...request, kind: 'Other' })).toBe(false);
    expect(validate?.({ apiVersion: 'gatepass/v1', kind: 'Settings' })).toBe(true);
  });
});

describe('the compiled validators', () => {
  it('are those of the schemas', async () => {
    for (const [file, text] of Object.entries(await compileSchemas())) {
      expect(readFileSync(join(FOLDER, file), 'utf8') === text, `schema/${file} is stale: run \`npm run schema\``).toBe(
        true,
      );
    }
  });

  it('ask for nothing at run time', () => {
    const text = readFileSync(join(FOLDER, 'validators.generated.js'), 'utf8');
    expect(text).not.toMatch(/^import\b|\bimport\s*\(|__require\b|createRequire|\bprocess\./m);
  });

  it('find every error at once', () => {
    expect(validators.validateAccessRequest({ kind: 'AccessRequest', duration: 2, extra: 1 })).toBe(false);
    expect(validators.validateAccessRequest.errors?.map(({ keyword }) => keyword).sort()).toEqual([
      'additionalProperties',
      'required',
      'required',
      'type',
    ]);
  });
});

describe('the schema of ledger entries', () => {
  const chain = { v: 1, seq: 0, prev: '0'.repeat(64), at: '2026-11-23T10:00:00.000Z' };

  it('knows each type of entry, and only its fields', () => {
    const commit = 'a'.repeat(40);
    expect(validators.validateLedgerEntry({ ...chain, type: 'read', commit })).toBe(true);
    expect(validators.validateLedgerEntry({ ...chain, type: 'read', commit, why: 'x' })).toBe(false);
    expect(validators.validateLedgerEntry({ ...chain, type: 'other', commit })).toBe(false);
    expect(validators.validateLedgerEntry({ ...chain, type: 'alert-closed', key: 'x' })).toBe(true);
  });

  it('refuses an instant that is not in its one form', () => {
    expect(
      validators.validateLedgerEntry({ ...chain, at: '2026-11-23T10:00:00Z', type: 'alert-closed', key: 'x' }),
    ).toBe(false);
  });
});
