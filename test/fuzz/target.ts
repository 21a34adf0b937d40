/** What is fuzzed: an input from a stream of choices, and what one run of it does. */
import type { Random } from '../oracle/random.ts';

export interface Target<Input = unknown> {
  readonly name: string;
  /** Its part of all inputs, of 100. */
  readonly share: number;
  input(random: Random): Input;
  /** The reading itself, whose time counts. Throws when anything goes wrong. */
  run(input: Input): Reading | Promise<Reading>;
}

export interface Reading {
  readonly accepted: boolean;
  /** The second reading: throws where the first should not have accepted, or read otherwise. Its time does not count. */
  check(): void;
}

/** The rules of a second reading, said as a claim that was broken. */
export function must(holds: boolean, claim: string): void {
  if (!holds) throw new Error(claim);
}
