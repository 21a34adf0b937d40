/**
 * The extract's own shape: GitHub's description with everything but validation left out, as plain JSON Schema
 * (draft-07), so that a validator needs to know nothing of OpenAPI. A `$ref` is the name of a component.
 */

/** A JSON Schema of the extract; `true` accepts anything. */
export type Schema = SchemaObject | boolean;

export interface SchemaObject {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly [keyword: string]: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Endpoint {
  readonly parameters: readonly Parameter[];
  /** Null where the endpoint takes no JSON body. */
  readonly body: { readonly required: boolean; readonly schema: Schema } | null;
  /** By status; null where the answer has no JSON body. */
  readonly responses: Readonly<Record<string, Schema | null>>;
}

/** `hub/openapi/github.json`. */
export interface Extract {
  readonly source: string;
  readonly license: string;
  /** By `METHOD /template`. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** By `event` or `event/action`: the payload. */
  readonly webhooks: Readonly<Record<string, Schema>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** The schemas directly below one: where every walk over a schema goes next. */
export function mapChildren(schema: SchemaObject, visit: (child: Schema) => Schema): SchemaObject {
  const mapped: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'properties') {
      const properties = Object.entries(value as Record<string, Schema>);
      mapped[keyword] = Object.fromEntries(properties.map(([name, child]) => [name, visit(child)]));
    } else if (keyword === 'allOf' || keyword === 'anyOf') {
      mapped[keyword] = (value as readonly Schema[]).map(visit);
    } else if (keyword === 'items' || keyword === 'additionalProperties') {
      mapped[keyword] = visit(value as Schema);
    } else {
      mapped[keyword] = value;
    }
  }
  return mapped;
}

/** Every object schema that may speak about the value: references followed, all branches of `allOf` and `anyOf`. */
export function flatten(schema: Schema, components: Readonly<Record<string, Schema>>): SchemaObject[] {
  if (typeof schema === 'boolean') return [];
  const branches = [...(schema.allOf ?? []), ...(schema.anyOf ?? [])].flatMap((branch) => flatten(branch, components));
  const target = schema.$ref === undefined ? undefined : components[schema.$ref];
  return target === undefined ? [schema, ...branches] : [...flatten(target, components), ...branches];
}
