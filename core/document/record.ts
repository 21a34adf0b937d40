/** Records by names that people chose. They have no prototype, so `constructor` is not there unless somebody wrote it. */

export function recordOf<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const record = Object.create(null) as Record<string, T>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}
