/** A test of one threat, named by its number and sentence, so that whoever reads a report sees which attack got through. */
import { it } from 'vitest';
import { threatOf } from './catalog.ts';

type Test = () => void | Promise<void>;

/** `threat(17, test)`, or `threat(17, 'by the API', test)` where one threat has several cases. */
export function threat(number: number, ...rest: readonly [Test] | readonly [string, Test]): void {
  const [title, test] = rest.length === 1 ? [null, rest[0]] : rest;
  it(nameOf(number, title), test);
}

/** `threat 17: approval before the last push · by the API`. */
export function nameOf(number: number, title: string | null = null): string {
  const { attack } = threatOf(number);
  return `threat ${number}: ${attack}${title === null ? '' : ` · ${title}`}`;
}
