/**
 * What the messages about a document need to know of its schema, and no more: which fields may stand where, and how each
 * is described. Errors of ajv do not say it, and the schemas themselves are too big to ship.
 */
import type { SchemaObject } from 'ajv';
import type { Shape, Shapes } from './shape.ts';

/** From the schemas, by file name, of the documents that people write. */
export function shapesOf(schemas: readonly SchemaObject[]): Shapes {
  const documents: Record<string, Shape> = {};
  const definitions: Record<string, Shape> = {};
  for (const schema of schemas) {
    const kind: unknown = schema['properties']?.kind?.const;
    if (typeof kind === 'string' && !FACTS.has(kind)) documents[kind] = shapeOf(schema);
    if (FACTS_FILES.has(String(schema.$id))) continue;
    for (const [name, definition] of Object.entries((schema['definitions'] ?? {}) as Record<string, SchemaObject>)) {
      definitions[name] = shapeOf(definition);
    }
  }
  return { documents, definitions };
}

const FACTS = new Set(['Evidence', 'Decision']);
const FACTS_FILES = new Set([
  'facts.schema.json',
  'evidence.schema.json',
  'decision.schema.json',
  'ledger-entry.schema.json',
]);

function shapeOf(schema: SchemaObject): Shape {
  const { $ref, description, properties, additionalProperties, propertyNames, items } = schema;
  const example: unknown = schema['examples']?.[0] ?? schema['const'] ?? schema['default'] ?? schema['enum']?.[0];
  const fields = Object.entries((properties ?? {}) as Record<string, SchemaObject>);
  return {
    ...($ref === undefined ? {} : { ref: String($ref).split('/').at(-1) as string }),
    ...(description === undefined ? {} : { description: String(description) }),
    ...(example === undefined ? {} : { example: exampleText(example) }),
    ...(fields.length === 0
      ? {}
      : { fields: Object.fromEntries(fields.map(([name, field]) => [name, shapeOf(field)])) }),
    ...(typeof additionalProperties === 'object' ? { rest: shapeOf(additionalProperties) } : {}),
    ...(propertyNames === undefined ? {} : { keys: shapeOf(propertyNames) }),
    ...(items === undefined ? {} : { items: shapeOf(items) }),
  };
}

/** As it would be written in YAML on one line. */
function exampleText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(exampleText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${key}: ${exampleText(field)}`);
    return `{ ${fields.join(', ')} }`;
  }
  return String(value);
}
