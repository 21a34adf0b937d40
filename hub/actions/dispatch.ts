/** The inputs of a `workflow_dispatch`: GitHub's refusals in its words, defaults, and the typed `inputs` context. */

import { unprocessable } from '../http-error.ts';
import type { DispatchInput } from './workflow-file.ts';

export interface DispatchInputs {
  /** `github.event.inputs`: all text. */
  readonly texts: Readonly<Record<string, string>>;
  /** `inputs`: booleans and numbers as such. */
  readonly typed: Readonly<Record<string, unknown>>;
}

/** Throws 422. The messages are as seen in public reports; the one for a choice is from memory. */
export function dispatchInputs(
  declared: Readonly<Record<string, DispatchInput>>,
  given: Readonly<Record<string, unknown>>,
): DispatchInputs {
  const strange = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (strange.length > 0) throw unprocessable(`Unexpected inputs provided: ${JSON.stringify(strange)}`);
  const texts: Record<string, string> = {};
  const typed: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(declared)) {
    const value = given[name] ?? input.default;
    if (value === null || value === undefined || value === '') {
      if (input.required) throw unprocessable(`Required input '${name}' not provided`);
    }
    const text = value === null || value === undefined ? '' : String(value);
    if (input.type === 'choice' && text !== '' && !input.options.includes(text)) {
      throw unprocessable(`Provided value '${text}' for input '${name}' not in the list of allowed values`);
    }
    texts[name] = text;
    typed[name] = input.type === 'boolean' ? text === 'true' : input.type === 'number' ? Number(text) : text;
  }
  return { texts, typed };
}
