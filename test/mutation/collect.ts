/** Stands in for vitest where tests are only collected, to be run again and again in one process. */
import { expect } from 'vitest';

export interface Test {
  readonly name: string;
  run(): unknown;
}

type Body = (...values: never[]) => unknown;

const found: Test[] = [];
const path: string[] = [];

export function collected(): readonly Test[] {
  return found;
}

function add(name: string, body: Body, values: readonly unknown[] = []): void {
  const run = body as (...given: readonly unknown[]) => unknown;
  found.push({ name: [...path, name].join(' > '), run: () => run(...values) });
}

function within(name: string, body: Body, values: readonly unknown[] = []): void {
  path.push(name);
  (body as (...given: readonly unknown[]) => unknown)(...values);
  path.pop();
}

const each = (register: typeof add) => (rows: readonly unknown[]) => (name: string, body: Body) => {
  for (const row of rows) register(name, body, Array.isArray(row) ? row : [row]);
};

export const it = Object.assign((name: string, body: Body) => add(name, body), { each: each(add) });
export const describe = Object.assign((name: string, body: Body) => within(name, body), { each: each(within) });
export { expect };
