/**
 * Turns one schema of OpenAPI 3.0 into plain JSON Schema: `nullable` becomes a null type, prose and examples go,
 * a `$ref` names its component. It knows the keywords, not which endpoints are kept.
 */

import { mapChildren, type Schema, type SchemaObject } from './schema.ts';

/** What can be validated; all other keywords (prose, examples, defaults, `x-…`) are dropped. */
const KEPT = [
  '$ref',
  'type',
  'format',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'allOf',
  'anyOf',
];

/** The others say nothing a JavaScript value can break (`int64`), or describe text that GitHub leaves loose. */
const FORMATS = ['date-time', 'date', 'uri', 'email'];

const COMPONENT = '#/components/schemas/';

/** The schema with the same meaning in draft-07. Unknown forms are refused: a new keyword must be looked at, not lost. */
export function normalize(written: unknown): Schema {
  if (typeof written === 'boolean') return written;
  if (typeof written !== 'object' || written === null) throw new Error(`a schema is ${JSON.stringify(written)}`);
  const source: Record<string, unknown> = { ...written };
  if (typeof source['$ref'] === 'string') {
    if (!source['$ref'].startsWith(COMPONENT)) throw new Error(`\`$ref\` to ${source['$ref']} is not a schema`);
    return orNull({ $ref: source['$ref'].slice(COMPONENT.length) }, source['nullable'] === true);
  }
  if ('not' in source || 'patternProperties' in source) throw new Error(`unexpected keyword in ${Object.keys(source)}`);
  // GitHub's `oneOf` branches overlap (its own examples match two), so one or more is all that can be held.
  if ('oneOf' in source) source['anyOf'] = [...asList(source['anyOf']), ...asList(source['oneOf'])];
  const kept: Record<string, unknown> = {};
  for (const keyword of KEPT) if (keyword in source) kept[keyword] = source[keyword];
  if (typeof kept['format'] === 'string' && !FORMATS.includes(kept['format'])) delete kept['format'];
  return orNull(mapChildren(kept as SchemaObject, normalize), source['nullable'] === true);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function orNull(schema: SchemaObject, nullable: boolean): SchemaObject {
  if (!nullable) return schema;
  const { type, anyOf, enum: values, ...rest } = schema;
  if (type === undefined || anyOf !== undefined || schema.allOf !== undefined)
    return { anyOf: [schema, { type: 'null' }] };
  const types = typeof type === 'string' ? [type, 'null'] : [...type, 'null'];
  if (values === undefined) return { type: types, ...rest };
  return { type: types, enum: values.includes(null) ? values : [...values, null], ...rest };
}
