/** Tells the story: each line is a fact that was just observed. A fact that does not hold ends the demo with exit code 1. */
import { plain } from '../../core/explain/escape.ts';
import type { Terminal } from '../command.ts';

export interface Narrator {
  chapter(title: string): void;
  /** Observes, then prints what was seen. What throws is told as the line that did not hold. */
  fact(claim: string, observe: () => Promise<string>): Promise<void>;
  /** What a person does; printed before it happens. */
  act(what: string): void;
  readonly facts: number;
}

export class NotSo extends Error {
  constructor(claim: string, cause: unknown) {
    super(claim, { cause });
    this.name = 'NotSo';
  }
}

export function createNarrator(terminal: Terminal, sinceStart: () => number): Narrator {
  const paint = (code: number, text: string) =>
    terminal.color ? `\u001b[${code}m${plain(text)}\u001b[0m` : plain(text);
  const at = () => paint(2, `${(sinceStart() / 1000).toFixed(1).padStart(5)}s`);
  let facts = 0;
  return {
    chapter: (title) => terminal.painted(`\n${paint(1, title)}\n`),
    act: (what) => terminal.painted(`${at()}  ${paint(36, '▸')} ${plain(what)}\n`),
    fact: async (claim, observe) => {
      try {
        const seen = await observe();
        facts += 1;
        const [first = '', ...more] = seen.split('\n');
        terminal.painted(`${at()}  ${paint(32, '✓')} ${plain(claim)}${first === '' ? '' : paint(2, `  ${first}`)}\n`);
        for (const line of more) terminal.painted(`          ${paint(2, line)}\n`);
      } catch (cause) {
        terminal.painted(`${at()}  ${paint(31, '✗')} ${plain(claim)}\n`);
        throw new NotSo(claim, cause);
      }
    },
    get facts() {
      return facts;
    },
  };
}
