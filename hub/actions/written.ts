/** Narrowing of parsed YAML, with the place in every complaint. */

export function asMap(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${where}: expected a mapping, found ${describe(value)}`);
}

export function asList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${where}: expected a list, found ${describe(value)}`);
}

/** A scalar as text; GitHub reads numbers and booleans there as their text. */
export function asText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`${where}: expected text, found ${describe(value)}`);
}

/** One text or a list of them. */
export function asTexts(value: unknown, where: string): readonly string[] {
  return Array.isArray(value) ? value.map((item) => asText(item, where)) : [asText(value, where)];
}

/** A mapping of scalars, absent or not. An empty value is empty text, as in GitHub's `env`. */
export function textMap(value: unknown, where: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  return Object.fromEntries(
    Object.entries(asMap(value, where)).map(([key, item]) => [
      key,
      item === null ? '' : asText(item, `${where}.${key}`),
    ]),
  );
}

/** Throws on a key outside the list. */
export function onlyKeys(map: Readonly<Record<string, unknown>>, where: string, known: readonly string[]): void {
  const strange = Object.keys(map).find((key) => !known.includes(key));
  if (strange !== undefined) throw new Error(`${where}: \`${strange}\` is not supported by the look-alike`);
}

function describe(value: unknown): string {
  return value === null || value === undefined ? 'nothing' : Array.isArray(value) ? 'a list' : typeof value;
}
