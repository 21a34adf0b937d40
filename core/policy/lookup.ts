/** The record's own entry. A name that a person wrote may be `constructor`, so plain indexing is not safe. */
export function lookup<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
