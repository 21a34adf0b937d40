/**
 * Compares a webhook payload with payloads that GitHub really sent (`@octokit/webhooks-examples`, MIT), which say what
 * the description leaves open: the kind of each value, and the keys of objects that it does not list. Where it does list
 * them it has the last word, for some of the examples are years old.
 */

import { flatten, type Schema, type SchemaObject } from './schema.ts';

/** The index of `@octokit/webhooks-examples`, for api.github.com. */
export type WebhookExamples = readonly {
  readonly name: string;
  readonly examples: readonly unknown[];
}[];

/**
 * Keys that every example of the event and action has and the payload lacks, in objects whose schema lists none; and
 * values of a kind (text, number, object …) that no example has there. None when there is no example.
 */
export function exampleProblems(
  index: WebhookExamples,
  event: string,
  payload: unknown,
  schema: Schema,
  components: Readonly<Record<string, Schema>>,
): string[] {
  const action = actionOf(payload);
  const examples = (index.find(({ name }) => name === event)?.examples ?? []).filter(
    (example) => actionOf(example) === action,
  );
  return examples.length === 0 ? [] : compare(payload, examples, [schema], components, '');
}

function compare(
  payload: unknown,
  examples: readonly unknown[],
  schemas: readonly Schema[],
  components: Readonly<Record<string, Schema>>,
  path: string,
): string[] {
  const kinds = new Set(examples.map(kindOf));
  // A null in an example says nothing of the value's kind when there is one.
  if (payload !== null && !kinds.has('null') && !kinds.has(kindOf(payload))) {
    return [`webhook example: ${path} is ${kindOf(payload)} where GitHub sends ${[...kinds].join(' or ')}`];
  }
  if (!isObject(payload)) return [];
  const objects = examples.filter(isObject);
  const always = Object.keys(objects[0] ?? {}).filter((key) => objects.every((example) => Object.hasOwn(example, key)));
  const isListed = flat(schemas, components).some((schema) => schema.properties !== undefined);
  const missing = always.filter((key) => !Object.hasOwn(payload, key) && !isListed);
  const deeper = Object.entries(payload).flatMap(([key, value]) => {
    const seen = objects.filter((example) => Object.hasOwn(example, key)).map((example) => example[key]);
    return seen.length === 0
      ? []
      : compare(value, seen, childrenOf(key, schemas, components), components, `${path}/${key}`);
  });
  return [...missing.map((key) => `webhook example: ${path}/${key} is missing, GitHub always sends it`), ...deeper];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const actionOf = (payload: unknown): unknown => (isObject(payload) ? payload['action'] : undefined);

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Every schema that may speak about the value. */
function flat(schemas: readonly Schema[], components: Readonly<Record<string, Schema>>): SchemaObject[] {
  return schemas.flatMap((schema) => flatten(schema, components));
}

function childrenOf(key: string, schemas: readonly Schema[], components: Readonly<Record<string, Schema>>): Schema[] {
  return flat(schemas, components).flatMap((schema) => {
    const child = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : undefined;
    return child === undefined ? [] : [child];
  });
}
