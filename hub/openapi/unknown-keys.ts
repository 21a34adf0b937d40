/**
 * Finds keys that GitHub does not document: a misspelt field passes JSON Schema, because GitHub's schemas are open.
 * A key is known when any branch that could apply lists it, so a report is a mistake of ours, never of a branch choice.
 */

import { flatten, type Schema, type SchemaObject } from './schema.ts';

/** JSON pointers of keys in `value` that no schema lists. Maps (`additionalProperties`) and unlisted objects are free. */
export function unknownKeys(value: unknown, schema: Schema, components: Readonly<Record<string, Schema>>): string[] {
  return below(value, flatten(schema, components), components, '');
}

function below(
  value: unknown,
  schemas: readonly SchemaObject[],
  components: Readonly<Record<string, Schema>>,
  path: string,
): string[] {
  const flattened = (children: readonly (Schema | undefined)[]): SchemaObject[] =>
    children.flatMap((child) => (child === undefined ? [] : flatten(child, components)));
  if (Array.isArray(value)) {
    const items = flattened(schemas.map((schema) => schema.items));
    return value.flatMap((item, index) => below(item, items, components, `${path}/${index}`));
  }
  if (typeof value !== 'object' || value === null) return [];
  const isFree = schemas.some(
    (schema) => schema.additionalProperties !== undefined && schema.additionalProperties !== false,
  );
  const isListed = schemas.some((schema) => schema.properties !== undefined);
  return Object.entries(value).flatMap(([key, child]) => {
    const listing = schemas.filter((schema) => Object.hasOwn(schema.properties ?? {}, key));
    if (listing.length === 0) return isListed && !isFree ? [`${path}/${key}`] : [];
    return below(child, flattened(listing.map((schema) => schema.properties?.[key])), components, `${path}/${key}`);
  });
}
