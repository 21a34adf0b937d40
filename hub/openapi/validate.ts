/**
 * Holds a request, an answer or a webhook payload against GitHub's own description (`github.json`): types, enums,
 * required fields, documented statuses, and keys that GitHub does not know. It knows nothing of the look-alike.
 */

import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { ALSO } from './endpoints.ts';
import type { Endpoint, Extract, Schema } from './schema.ts';
import { unknownKeys } from './unknown-keys.ts';
import { exampleProblems, type WebhookExamples } from './webhook-examples.ts';

export interface ValidatedRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: URLSearchParams | Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Each method answers with problems in words, none when all is well. Templates are GitHub's (`/repos/{owner}/{repo}`). */
export interface Validator {
  has(method: string, template: string): boolean;
  request(method: string, template: string, request: ValidatedRequest): string[];
  /** `body` is `undefined` where the answer has none or is not JSON. */
  response(method: string, template: string, status: number, body: unknown): string[];
  webhook(event: string, payload: unknown): string[];
}

export interface ValidatorOptions {
  /** The index of `@octokit/webhooks-examples`, to compare webhook payloads with what GitHub really sent. */
  readonly examples?: WebhookExamples;
}

/** Reads the extract; each schema is compiled on its first use. */
export function createValidator(options: ValidatorOptions = {}): Validator {
  const extract = JSON.parse(readFileSync(new URL('github.json', import.meta.url), 'utf8')) as Extract;
  const strict = schemaChecker(extract, false);
  const fromText = schemaChecker(extract, true);
  const endpointOf = (method: string, template: string): Endpoint | undefined =>
    described(extract, `${method.toUpperCase()} ${template}`);

  return {
    has: (method, template) => endpointOf(method, template) !== undefined,
    request(method, template, request) {
      const endpoint = endpointOf(method, template);
      if (endpoint === undefined) return [notDescribed(method, template)];
      return [...parameterProblems(endpoint, request, fromText), ...bodyProblems(endpoint, request.body, strict)];
    },
    response(method, template, status, body) {
      const endpoint = endpointOf(method, template);
      if (endpoint === undefined) return [notDescribed(method, template)];
      return responseProblems(endpoint, status, body, strict);
    },
    webhook(event, payload) {
      const action = (payload as { readonly action?: unknown } | null)?.action;
      const key = [`${event}/${String(action)}`, event].find((candidate) => Object.hasOwn(extract.webhooks, candidate));
      const schema = key === undefined ? undefined : extract.webhooks[key];
      if (key === undefined || schema === undefined) {
        return [`webhook \`${event}\` with action \`${String(action)}\` is not in the extract`];
      }
      const problems = strict(schema, payload, ofEvent(extract, event)).map((problem) => `webhook ${key}: ${problem}`);
      return [...problems, ...exampleProblems(options.examples ?? [], event, payload, schema, extract.schemas)];
    },
  };
}

/** An alias lacks the path parameters that it leaves out. */
function described(extract: Extract, key: string): Endpoint | undefined {
  const other = ALSO[key];
  const endpoint = extract.endpoints[other ?? key];
  if (endpoint === undefined || other === undefined) return endpoint;
  const parameters = endpoint.parameters.filter(({ name, in: place }) => place !== 'path' || key.includes(`{${name}}`));
  return { ...endpoint, parameters };
}

const notDescribed = (method: string, template: string): string =>
  `${method.toUpperCase()} ${template} is not in the extract: add it to hub/openapi/endpoints.ts or correct the route`;

/**
 * Keys that any action of an event has. GitHub's description spells each action out by itself, and some of them lack
 * what the others have (`display_title` is in two of the three of `workflow_run`).
 */
function ofEvent(extract: Extract, event: string): Schema {
  const actions = Object.entries(extract.webhooks).filter(([key]) => key.split('/')[0] === event);
  return { anyOf: actions.map(([, schema]) => schema) };
}

/** `keys` is the schema that says which keys exist, where it is not the same. */
type Check = (schema: Schema, value: unknown, keys?: Schema) => string[];

function schemaChecker(extract: Extract, coerceTypes: boolean): Check {
  const ajv = new Ajv({ strict: false, allErrors: true, inlineRefs: false, coerceTypes, formats: FORMATS });
  ajv.addSchema(Object.entries(extract.schemas).map(([name, schema]) => ({ $id: name, ...objectOf(schema) })));
  const compiled = new Map<Schema, ValidateFunction>();
  return (schema, value, keys = schema) => {
    const validate = compiled.get(schema) ?? ajv.compile(objectOf(schema));
    compiled.set(schema, validate);
    const wrong = validate(value) ? [] : (validate.errors ?? []).slice(0, MOST_ERRORS).map(sentence);
    return [
      ...wrong,
      ...unknownKeys(value, keys, extract.schemas).map((path) => `${path} is not a key GitHub documents`),
    ];
  };
}

/** A failed `anyOf` reports each branch; past this the first ones already say it. */
const MOST_ERRORS = 12;

const FORMATS = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  email: /^[^@\s]+@[^@\s]+$/,
  uri: (text: string): boolean => URL.canParse(text),
};

function objectOf(schema: Schema): object {
  return typeof schema === 'boolean' ? (schema ? {} : { not: {} }) : schema;
}

function sentence(error: ErrorObject): string {
  const values = error.keyword === 'enum' ? ` (${(error.params['allowedValues'] as unknown[]).join(', ')})` : '';
  return `${error.instancePath === '' ? '/' : error.instancePath} ${error.message ?? error.keyword}${values}`;
}

/** By their text: each is compiled once, and not for each request. */
const WRAPPED = new Map<string, Schema>();

/** A bare scalar cannot be coerced in place. */
function wrapped(name: string, schema: Schema): Schema {
  const whole: Schema = { type: 'object', properties: { [name]: schema } };
  const text = JSON.stringify(whole);
  const known = WRAPPED.get(text) ?? whole;
  WRAPPED.set(text, known);
  return known;
}

function parameterProblems(endpoint: Endpoint, request: ValidatedRequest, check: Check): string[] {
  const query = request.query instanceof URLSearchParams ? Object.fromEntries(request.query) : (request.query ?? {});
  const given = { path: request.params ?? {}, query };
  const known = endpoint.parameters.flatMap(({ name, in: place, required, schema }) => {
    const value = given[place][name];
    if (value === undefined) return required ? [`${place} parameter \`${name}\` is missing`] : [];
    const problems = check(wrapped(name, schema), { [name]: value });
    return problems.map((problem) => `${place} parameter ${problem}`);
  });
  const unknown = Object.keys(query).filter(
    (name) => !endpoint.parameters.some((parameter) => parameter.in === 'query' && parameter.name === name),
  );
  return [...known, ...unknown.map((name) => `query parameter \`${name}\` is not one GitHub documents`)];
}

function bodyProblems(endpoint: Endpoint, body: unknown, check: Check): string[] {
  const isEmpty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
  if (endpoint.body === null) return isEmpty ? [] : ['request body: the endpoint takes none'];
  if (isEmpty && !endpoint.body.required) return [];
  return check(endpoint.body.schema, body ?? {}).map((problem) => `request body: ${problem}`);
}

/**
 * GitHub documents these for the API as a whole and not on each endpoint (REST guides "Troubleshooting" and "Rate
 * limits"): not modified, malformed or unprocessable body, no or poor credentials, hidden resource, limits, outages.
 */
const ANYWHERE = [304, 400, 401, 403, 404, 422, 429, 500, 502, 503];

function responseProblems(endpoint: Endpoint, status: number, body: unknown, check: Check): string[] {
  const documented = Object.hasOwn(endpoint.responses, String(status));
  if (!documented && !ANYWHERE.includes(status)) {
    return [`status ${status} is not documented (${Object.keys(endpoint.responses).join(', ')})`];
  }
  const schema = documented ? endpoint.responses[String(status)] : null;
  if (schema === null || schema === undefined) {
    // An error always has GitHub's error body, documented or not; a 204 or 304 has none.
    if (status >= 400) return body === undefined ? [] : check(ERROR, body).map(prefix(status));
    return body === undefined ? [] : [`response ${status}: a body where GitHub documents none`];
  }
  if (body === undefined) return [`response ${status}: no JSON body where GitHub documents one`];
  return check(status >= 400 ? { anyOf: [schema, ERROR] } : schema, body).map(prefix(status));
}

/** GitHub's error body: always a message, and the fields of its three documented forms. */
const ERROR: Schema = {
  type: 'object',
  required: ['message'],
  anyOf: [{ $ref: 'basic-error' }, { $ref: 'validation-error' }, { $ref: 'validation-error-simple' }],
};

const prefix = (status: number) => (problem: string) => `response ${status}: ${problem}`;
