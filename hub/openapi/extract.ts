/**
 * Makes `github.json`: GitHub's own OpenAPI description, trimmed to the endpoints and webhooks in use, so that what we
 * send and what the look-alike answers is checked against GitHub's words and not against our reading of them.
 *
 *     node hub/openapi/extract.ts            fetch the description with npm and write the extract
 *     node hub/openapi/extract.ts --check    exit 1 when the committed extract differs
 *
 * The package is 385 MB installed, hence no dependency: it is packed into a temporary folder and removed.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CORRECTIONS } from './corrections.ts';
import { DESCRIPTION, ENDPOINTS, WEBHOOKS } from './endpoints.ts';
import { normalize } from './normalize.ts';
import { type Endpoint, type Extract, mapChildren, type Parameter, type Schema } from './schema.ts';
import { share } from './share.ts';

/** The parts of an OpenAPI 3.0 document that are read; all the rest of it stays unknown. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly 'x-webhooks': Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: Readonly<Record<'schemas' | 'parameters' | 'responses', Readonly<Record<string, unknown>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: Body & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
}

/** The endpoints and webhooks asked for, with every component they reach and no other. Throws where one is missing. */
export function extract(description: Description, endpoints: readonly string[], webhooks: readonly string[]): Extract {
  const byEvent = webhookSchemas(description);
  const kept = {
    source: DESCRIPTION,
    license: 'MIT, Copyright (c) 2020 Octokit contributors',
    endpoints: Object.fromEntries(endpoints.map((key) => [key, endpointOf(description, key)])),
    webhooks: Object.fromEntries(
      webhooks.map((key) => {
        const schema = byEvent.get(key);
        if (schema === undefined) throw new Error(`the description has no webhook \`${key}\``);
        return [key, schema];
      }),
    ),
  };
  return share({ ...kept, schemas: reachable(description, kept) });
}

function endpointOf(description: Description, key: string): Endpoint {
  const [method = '', template = ''] = key.split(' ');
  const operation = description.paths[template]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`the description has no endpoint \`${key}\``);
  const body = jsonSchema(operation.requestBody);
  const responses = Object.entries(operation.responses).map(([status, written]) => [
    status,
    jsonSchema(resolve(description, written) as Body),
  ]);
  const endpoint = {
    parameters: (operation.parameters ?? []).flatMap((written) => parameterOf(resolve(description, written))),
    body: body === null ? null : { required: operation.requestBody?.required === true, schema: body },
    responses: Object.fromEntries(responses),
  };
  return CORRECTIONS[key]?.(endpoint) ?? endpoint;
}

function parameterOf(written: unknown): Parameter[] {
  const { name, in: place, required, schema } = written as Record<string, unknown>;
  if (typeof name !== 'string' || (place !== 'path' && place !== 'query')) return [];
  return [{ name, in: place, required: required === true, schema: normalize(schema ?? {}) }];
}

/** The schema of the JSON form; of several JSON media types the plain one, else the first. Null where there is none. */
function jsonSchema(body: Body | undefined): Schema | null {
  const content = body?.content ?? {};
  const types = Object.keys(content).filter((type) => type.includes('json'));
  const type = types.find((candidate) => candidate === 'application/json') ?? types[0];
  const schema = type === undefined ? undefined : content[type]?.schema;
  return schema === undefined ? null : normalize(schema);
}

function resolve(description: Description, written: unknown): unknown {
  const { $ref } = written as { $ref?: string };
  if ($ref === undefined) return written;
  const [, , kind = '', name = ''] = $ref.split('/');
  return description.components[kind as 'parameters' | 'responses'][name];
}

function webhookSchemas(description: Description): ReadonlyMap<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const { post } of Object.values(description['x-webhooks'])) {
    const schema = jsonSchema(post.requestBody);
    // A repository dispatch names its action itself, so the description has one under a sample's name.
    const key = post.operationId.replaceAll('-', '_').replace(/^repository_dispatch\/.*/, 'repository_dispatch');
    if (schema !== null) schemas.set(key, schema);
  }
  return schemas;
}

/** The status and error bodies that any endpoint may give, whether or not its own entry lists them. */
const ALWAYS = ['basic-error', 'validation-error', 'validation-error-simple'];

function reachable(
  description: Description,
  from: Pick<Extract, 'endpoints' | 'webhooks'>,
): Readonly<Record<string, Schema>> {
  const found = new Map<string, Schema>();
  const visit = (schema: Schema): Schema => {
    if (typeof schema === 'boolean') return schema;
    if (schema.$ref !== undefined) add(schema.$ref);
    return mapChildren(schema, visit);
  };
  const add = (name: string): void => {
    if (found.has(name)) return;
    const written = description.components.schemas[name];
    if (written === undefined) throw new Error(`the description has no component \`${name}\``);
    const schema = normalize(written);
    found.set(name, schema);
    visit(schema);
  };
  ALWAYS.forEach(add);
  for (const schema of Object.values(from.webhooks)) visit(schema);
  for (const endpoint of Object.values(from.endpoints)) {
    for (const parameter of endpoint.parameters) visit(parameter.schema);
    if (endpoint.body !== null) visit(endpoint.body.schema);
    for (const response of Object.values(endpoint.responses)) if (response !== null) visit(response);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** One line an endpoint, webhook and component: small, and a change of the description reads as a diff. */
export function render(made: Extract): string {
  const section = (entries: Readonly<Record<string, unknown>>): string =>
    Object.entries(entries)
      .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
      .join(',\n');
  return `{"source":${JSON.stringify(made.source)},\n"license":${JSON.stringify(made.license)},\n"endpoints":{\n${section(
    made.endpoints,
  )}},\n"webhooks":{\n${section(made.webhooks)}},\n"schemas":{\n${section(made.schemas)}}}\n`;
}

function fetchDescription(): Description {
  const folder = mkdtempSync(join(tmpdir(), 'gatepass-openapi-'));
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, DESCRIPTION]);
    const archive = join(folder, readdirSync(folder)[0] ?? '');
    execFileSync('tar', ['xzf', archive, '-C', folder, 'package/generated/api.github.com.json']);
    return JSON.parse(readFileSync(join(folder, 'package/generated/api.github.com.json'), 'utf8')) as Description;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const file = new URL('github.json', import.meta.url);
  const text = render(extract(fetchDescription(), ENDPOINTS, WEBHOOKS));
  if (process.argv.includes('--check')) {
    const current = readFileSync(file, 'utf8') === text;
    console.log(
      current ? 'hub/openapi/github.json is current' : 'hub/openapi/github.json differs: run hub/openapi/extract.ts',
    );
    process.exitCode = current ? 0 : 1;
  } else {
    writeFileSync(file, text);
    console.log(`hub/openapi/github.json: ${(text.length / 1024).toFixed(0)} KiB`);
  }
}
