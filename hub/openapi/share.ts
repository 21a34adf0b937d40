/**
 * Says each repeated subschema once. GitHub's webhook schemas repeat a whole repository or user inline dozens of
 * times; hoisting them into components makes the extract several times smaller and changes no meaning.
 */

import { createHash } from 'node:crypto';
import { type Extract, mapChildren, type Schema } from './schema.ts';

/** Below this many characters a reference costs more than it saves. */
const WORTH_SHARING = 120;

/** The same extract with repeated subschemas as components named `~<hash>`, or by their own name where they have one. */
export function share(extract: Extract): Extract {
  const names = namesOf(extract);
  const schemas: Record<string, Schema> = {};
  const replace = (schema: Schema): Schema => {
    const name = names.get(JSON.stringify(schema));
    if (name === undefined || typeof schema === 'boolean') return below(schema);
    if (!(name in schemas)) {
      schemas[name] = true;
      schemas[name] = below(schema);
    }
    return { $ref: name };
  };
  const below = (schema: Schema): Schema => (typeof schema === 'boolean' ? schema : mapChildren(schema, replace));

  for (const [name, schema] of Object.entries(extract.schemas)) schemas[name] = below(schema);
  const endpoints = Object.entries(extract.endpoints).map(([key, endpoint]) => [
    key,
    {
      ...endpoint,
      body: endpoint.body === null ? null : { ...endpoint.body, schema: replace(endpoint.body.schema) },
      responses: Object.fromEntries(
        Object.entries(endpoint.responses).map(([status, schema]) => [
          status,
          schema === null ? null : replace(schema),
        ]),
      ),
    },
  ]);
  const webhooks = Object.entries(extract.webhooks).map(([key, schema]) => [key, replace(schema)]);
  return {
    ...extract,
    endpoints: Object.fromEntries(endpoints),
    webhooks: Object.fromEntries(webhooks),
    schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** By serialised subschema: the name to refer to it by, for those that occur twice or are a component. */
function namesOf(extract: Extract): ReadonlyMap<string, string> {
  const seen = new Map<string, number>();
  const count = (schema: Schema): Schema => {
    if (typeof schema === 'boolean') return schema;
    const text = JSON.stringify(schema);
    if (text.length >= WORTH_SHARING) seen.set(text, (seen.get(text) ?? 0) + 1);
    return mapChildren(schema, count);
  };
  for (const schema of Object.values(extract.schemas)) count(schema);
  for (const schema of Object.values(extract.webhooks)) count(schema);
  for (const endpoint of Object.values(extract.endpoints)) {
    if (endpoint.body !== null) count(endpoint.body.schema);
    for (const response of Object.values(endpoint.responses)) if (response !== null) count(response);
  }
  const names = new Map<string, string>();
  for (const [text, times] of seen) {
    if (times > 1) names.set(text, `~${createHash('sha256').update(text).digest('hex').slice(0, 8)}`);
  }
  // Two components may say the same; the first in order gives the name, so that the output is stable.
  for (const [name, schema] of Object.entries(extract.schemas).reverse()) {
    const text = JSON.stringify(schema);
    if (text.length >= WORTH_SHARING) names.set(text, name);
  }
  return names;
}
