import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DESCRIPTION, ENDPOINTS, WEBHOOKS } from '../../../hub/openapi/endpoints.ts';
import { type Description, extract, render } from '../../../hub/openapi/extract.ts';
import { normalize } from '../../../hub/openapi/normalize.ts';
import type { Extract } from '../../../hub/openapi/schema.ts';

const FILE = new URL('../../../hub/openapi/github.json', import.meta.url);

/** A description in the forms that GitHub's has. */
const DESCRIBED: Description = {
  paths: {
    '/things/{id}': {
      get: {
        operationId: 'things/get',
        parameters: [
          { $ref: '#/components/parameters/id' },
          { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
        ],
        responses: {
          '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/thing' } } } },
          '404': { $ref: '#/components/responses/not_found' },
          '204': { description: 'nothing' },
        },
      },
    },
  },
  'x-webhooks': {
    'thing-made': {
      post: {
        operationId: 'thing-made/created',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/thing' } } } },
        responses: {},
      },
    },
  },
  components: {
    schemas: {
      thing: {
        type: 'object',
        description: 'prose',
        properties: {
          name: { type: 'string', nullable: true, example: 'x' },
          part: { $ref: '#/components/schemas/part' },
        },
        required: ['name'],
      },
      part: { type: 'object', properties: { thing: { $ref: '#/components/schemas/thing' } } },
      unused: { type: 'string' },
      'basic-error': { type: 'object', properties: { message: { type: 'string' } } },
      'validation-error': { type: 'object' },
      'validation-error-simple': { type: 'object' },
    },
    parameters: { id: { name: 'id', in: 'path', required: true, schema: { type: 'integer' } } },
    responses: {
      not_found: { content: { 'application/json': { schema: { $ref: '#/components/schemas/basic-error' } } } },
    },
  },
};

describe('the extract', () => {
  it('holds exactly the endpoints and webhooks that are listed, from the version that is named', () => {
    const made = JSON.parse(readFileSync(FILE, 'utf8')) as Extract;
    expect(Object.keys(made.endpoints)).toEqual(ENDPOINTS);
    expect(Object.keys(made.webhooks)).toEqual(WEBHOOKS);
    expect(made.source).toBe(DESCRIPTION);
    expect(made.license).toContain('MIT');
  });

  it('refers to nothing that it does not hold, and holds nothing that is not referred to', () => {
    const text = readFileSync(FILE, 'utf8');
    const held = new Set(Object.keys((JSON.parse(text) as Extract).schemas));
    const referred = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? ''));
    expect([...referred].filter((name) => !held.has(name))).toEqual([]);
    const always = ['basic-error', 'validation-error', 'validation-error-simple'];
    expect([...held].filter((name) => !referred.has(name) && !always.includes(name))).toEqual([]);
  });

  it('stays small', () => {
    expect(readFileSync(FILE).length).toBeLessThan(700 * 1024);
  });

  it('keeps what is reached and drops the rest', () => {
    const made = extract(DESCRIBED, ['GET /things/{id}'], ['thing_made/created']);
    expect(made.endpoints['GET /things/{id}']).toEqual({
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
      body: null,
      responses: { '200': { $ref: 'thing' }, '204': null, '404': { $ref: 'basic-error' } },
    });
    expect(made.webhooks).toEqual({ 'thing_made/created': { $ref: 'thing' } });
    expect(Object.keys(made.schemas)).toEqual([
      'basic-error',
      'part',
      'thing',
      'validation-error',
      'validation-error-simple',
    ]);
    expect(JSON.parse(render(made))).toEqual(made);
  });

  it.each([
    ['an endpoint', ['GET /thing'], [], /no endpoint `GET \/thing`/],
    ['a webhook', [], ['thing_made/gone'], /no webhook `thing_made\/gone`/],
  ])('refuses %s that the description does not have', (_, endpoints, webhooks, message) => {
    expect(() => extract(DESCRIBED, endpoints, webhooks)).toThrow(message);
  });

  it.each([
    ['a nullable type', { type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [
      'a nullable enum',
      { type: 'string', enum: ['a'], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [
      'a nullable choice',
      { anyOf: [{ type: 'string' }], nullable: true },
      { anyOf: [{ anyOf: [{ type: 'string' }] }, { type: 'null' }] },
    ],
    [
      'overlapping branches',
      { oneOf: [{ type: 'string' }, { type: 'number' }] },
      { anyOf: [{ type: 'string' }, { type: 'number' }] },
    ],
    [
      'a property named like prose',
      { properties: { description: { type: 'string', description: 'x' } } },
      { properties: { description: { type: 'string' } } },
    ],
    ['a format that binds nothing', { type: 'integer', format: 'int64' }, { type: 'integer' }],
  ])('turns %s into plain JSON Schema', (_, written, expected) => {
    expect(normalize(written)).toEqual(expected);
  });

  it('refuses a keyword that it would lose', () => {
    expect(() => normalize({ not: { type: 'string' } })).toThrow(/unexpected keyword/);
  });
});
