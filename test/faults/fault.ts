/** A test of one fault, named by its number and sentence, so that whoever reads a report sees what Gatepass did not survive. */
import { it } from 'vitest';
import { faultOf } from './catalog.ts';

type Test = () => void | Promise<void>;

/** `fault(8, test)`, or `fault(8, 'before the intent', test)` where one fault has several cases. */
export function fault(number: number, ...rest: readonly [Test] | readonly [string, Test]): void {
  const [title, test] = rest.length === 1 ? [null, rest[0]] : rest;
  it(nameOf(number, title), test);
}

/** `fault 8: a runner is killed · before the intent`. */
export function nameOf(number: number, title: string | null = null): string {
  const { happens } = faultOf(number);
  return `fault ${number}: ${happens}${title === null ? '' : ` · ${title}`}`;
}
