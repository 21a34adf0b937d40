/**
 * Reads a provider's configuration and targets, which come from the catalog as plain JSON. A key that is not known is
 * an error: a misspelt setting must not quietly mean its default.
 */
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Slot } from '../core/ledger/entry.ts';
import { ProviderError } from './provider.ts';

export interface Setting {
  readonly type: 'string' | 'integer' | 'boolean';
  readonly isRequired?: boolean;
  readonly enum?: readonly string[];
  /** Whole value, anchored. */
  readonly pattern?: string;
  readonly description: string;
}

export type Settings = Readonly<Record<string, Setting>>;

/** JSON Schema (2020-12) of the settings. */
export function schemaOf(settings: Settings): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(settings).map(([name, { isRequired: _, ...rest }]) => [name, rest as JsonObject]),
  );
  const required = Object.entries(settings).flatMap(([name, { isRequired }]) => (isRequired === true ? [name] : []));
  return { type: 'object', additionalProperties: false, required, properties };
}

/** All that is wrong, in words; empty: fine. */
export function problemsIn(what: string, settings: Settings, given: JsonObject): string[] {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(settings, name));
  const known = Object.keys(settings).join('`, `');
  return [
    ...unknown.map((name) => `${what} has no setting \`${name}\`; there are \`${known}\``),
    ...Object.entries(settings).flatMap(([name, setting]) =>
      problemsWith(`${what}: \`${name}\``, setting, given[name]),
    ),
  ];
}

function problemsWith(name: string, setting: Setting, value: JsonValue | undefined): string[] {
  if (value === undefined) return setting.isRequired === true ? [`${name} is missing`] : [];
  const type = Number.isInteger(value) ? 'integer' : typeof value;
  if (type !== setting.type) return [`${name} is not of type ${setting.type}`];
  if (setting.enum !== undefined && !setting.enum.includes(String(value))) {
    return [`${name} is \`${value}\`; expected one of \`${setting.enum.join('`, `')}\``];
  }
  if (setting.pattern !== undefined && !new RegExp(setting.pattern, 'u').test(String(value))) {
    return [`${name} is \`${value}\`, which does not match ${setting.pattern}`];
  }
  return [];
}

/** Throws `ProviderError` `configuration` with every problem at once. */
export function assertSettings(what: string, settings: Settings, given: JsonObject): void {
  const problems = problemsIn(what, settings, given);
  if (problems.length > 0) throw new ProviderError('configuration', problems.join('; '));
}

/** A setting that was asserted before. */
export function textOf(given: JsonObject, name: string): string {
  const value = given[name];
  if (typeof value !== 'string') throw new ProviderError('configuration', `\`${name}\` is not a text`);
  return value;
}

export function optionalText(given: JsonObject, name: string): string | null {
  return given[name] === undefined ? null : textOf(given, name);
}

/** A value that the slot cannot take is a mistake of the caller's, never a default. */
export function assertLevel(slot: Slot, value: string | null): void {
  if (value === null || slot.levels.includes(value)) return;
  const levels = slot.levels.join('`, `');
  throw new ProviderError('configuration', `\`${slot.key}\` cannot hold \`${value}\`; it holds one of \`${levels}\``);
}
