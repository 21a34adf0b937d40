/**
 * What the ledger said, line by line, as it was written: kept beside the branch, so that a line which later goes missing is
 * missed. It reads plain JSON and shares nothing with the product's own reading.
 */
import type { Files } from '../support/memory-git.ts';

/** Of an entry, what the model looks at. */
export interface Line {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

export class Mirror {
  readonly lines: Line[] = [];
  #text = '';

  /** The lines that a new tip adds; `null`: it does not go on from what was there. */
  take(files: Files): readonly Line[] | null {
    const text = [...files.keys()]
      .filter((path) => path.endsWith('.jsonl'))
      .sort()
      .map((path) => files.get(path)?.text ?? '')
      .join('');
    if (!text.startsWith(this.#text)) return null;
    const added = text
      .slice(this.#text.length)
      .split('\n')
      .filter((line) => line !== '');
    this.#text = text;
    const lines = added.map((line) => JSON.parse(line) as Line);
    this.lines.push(...lines);
    return lines;
  }
}
