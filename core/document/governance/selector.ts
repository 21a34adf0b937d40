/** Which resources a selector chooses. */
import type { Resource, Selector } from '../documents.ts';
import { principalText } from '../parse-principal.ts';
import { recordOf } from '../record.ts';
import type { WrittenSelector } from '../written.ts';

/** Each key must equal one of its values; no key at all chooses every resource. A label that is not there fits nothing. */
export function selects(selector: Selector, resource: Resource): boolean {
  return Object.entries(selector).every(([key, values]) => {
    const actual = factOf(resource, key);
    return actual !== undefined && values.includes(actual);
  });
}

function factOf(resource: Resource, key: string): string | undefined {
  if (key === 'resource') return resource.name;
  if (key === 'sensitivity') return resource.sensitivity;
  if (key === 'owner') return principalText(resource.owner);
  return resource.labels[key];
}

export function selectorOf(written: WrittenSelector | undefined): Selector {
  return recordOf(Object.entries(written ?? {}));
}
