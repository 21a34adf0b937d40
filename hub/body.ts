/** Reads fields of a request body, and answers 422 in GitHub's words when one is missing or of a wrong type. */
import { unprocessable } from './http-error.ts';
import type { Json } from './model.ts';

export function text(body: Json, field: string): string {
  const value = optionalText(body, field);
  if (value === undefined) throw unprocessable(`Invalid request.\n\n"${field}" wasn't supplied.`);
  return value;
}

export function optionalText(body: Json, field: string): string | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw wrongType(field, value, 'a string');
}

export function optionalNumber(body: Json, field: string): number | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === 'number') return value;
  throw wrongType(field, value, 'an integer');
}

export function optionalFlag(body: Json, field: string): boolean | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongType(field, value, 'a boolean');
}

export function optionalObject(body: Json, field: string): Json | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || isObject(value)) return value;
  throw wrongType(field, value, 'an object');
}

export function list(body: Json, field: string): readonly unknown[] {
  const value = body[field] ?? [];
  if (Array.isArray(value)) return value;
  throw wrongType(field, value, 'an array');
}

export function texts(body: Json, field: string): readonly string[] {
  return list(body, field).map((each) => {
    if (typeof each !== 'string') throw wrongType(field, each, 'an array of strings');
    return each;
  });
}

export function objects(body: Json, field: string): readonly Json[] {
  return list(body, field).map((each) => {
    if (!isObject(each)) throw wrongType(field, each, 'an array of objects');
    return each;
  });
}

/** One of the values, or 422; `undefined` when absent. */
export function optionalChoice<T extends string>(body: Json, field: string, choices: readonly T[]): T | undefined {
  const value = optionalText(body, field);
  const found = choices.find((each) => each === value);
  if (value !== undefined && found === undefined) {
    throw unprocessable(
      `Invalid request.\n\n"${value}" is not a possible value. Must be one of: ${choices.join(', ')}.`,
    );
  }
  return found;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(field: string, value: unknown, expected: string): Error {
  return unprocessable(`Invalid request.\n\nFor '${field}', ${JSON.stringify(value)} is not ${expected}.`);
}
