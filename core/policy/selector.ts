/** Which resources a rule set, guardrail, freeze or lock is for. */
import type { Resource, Selector } from '../document/documents.ts';
import { written } from './labels.ts';
import { lookup } from './lookup.ts';

/** Every key must equal one of its values; an empty selector matches everything. */
export function matches(on: Selector, resource: Resource): boolean {
  return Object.entries(on).every(([key, values]) => {
    const value = labelValue(resource, key);
    return value !== undefined && values.includes(value);
  });
}

/** Empty: every name. */
export function isFor(names: readonly string[], entitlement: string): boolean {
  return names.length === 0 || names.includes(entitlement);
}

function labelValue(resource: Resource, key: string): string | undefined {
  switch (key) {
    case 'resource':
      return resource.name;
    case 'sensitivity':
      return resource.sensitivity;
    case 'owner':
      return written(resource.owner);
    default:
      return lookup(resource.labels, key);
  }
}
