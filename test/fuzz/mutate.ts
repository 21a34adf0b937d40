/** Mutation of texts: small edits, pieces of other seeds, hostile characters, and now and then growth to the size limit. */
import type { Random } from '../oracle/random.ts';

export const LIMIT = 65_536;

const TOKENS: readonly string[] = [
  '&a',
  '*a',
  '!!str ',
  '!x ',
  '<<: *a',
  '---',
  '...',
  '%YAML 1.2',
  '? ',
  '- ',
  ': ',
  ', ',
  '{',
  '}',
  '[',
  ']',
  '|',
  '>',
  '|+2',
  '"',
  "'",
  '#',
  ' #',
  '\\',
  '\\x00',
  '\\u202e',
  '~',
  'null',
  'true',
  '.inf',
  '.nan',
  '0x1F',
  '0o7',
  '1e999',
  '-0',
  '9007199254740993',
  '__proto__',
  'constructor',
  'prototype',
  '\t',
  '\r\n',
  '\r',
  '\n',
  '\n\n',
  '  ',
  '\u0000',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u200b',
  '\u202e',
  '\ud800',
  '\udfff',
  'é',
  'e\u0301',
  '😀',
  '*',
  '**',
  '/**/',
  '***',
  '?',
  '/',
  '//',
  '\\ ',
  '\\#',
  '!',
  '@acme/orders',
  '@a@b',
  'a@b.test',
  '@',
  '..',
  '"seq":0',
  '"prev":"',
  '{"v":1}',
  '1.0',
  '1E2',
  '\\n',
  '"v":2',
];

/** `corpus`: where pieces come from. At most `LIMIT` bytes of ASCII. */
export function mutate(random: Random, corpus: readonly string[]): string {
  let text = random.pick(corpus);
  for (let edits = 1 + random.below(4); edits > 0; edits -= 1) text = edited(random, text, corpus);
  if (random.chance(0.004)) text = grown(random, text);
  return text.slice(0, LIMIT);
}

function edited(random: Random, text: string, corpus: readonly string[]): string {
  const at = random.below(text.length + 1);
  const until = Math.min(text.length, at + 1 + random.below(12));
  const put = (piece: string) => text.slice(0, at) + piece + text.slice(at);
  switch (random.below(10)) {
    case 0:
      return text.slice(0, at) + text.slice(until);
    case 1:
      return put(text.slice(at, until).repeat(1 + random.below(4)));
    case 2:
      return (
        text.slice(0, at) + String.fromCharCode(random.below(random.chance(0.9) ? 128 : 65_536)) + text.slice(at + 1)
      );
    case 3:
    case 4:
      return put(random.pick(TOKENS));
    case 5: {
      const other = random.pick(corpus);
      const from = random.below(other.length + 1);
      return put(other.slice(from, from + random.below(60)));
    }
    case 6: {
      const lines = text.split('\n');
      const [moved = ''] = lines.splice(random.below(lines.length), 1);
      return lines.toSpliced(random.below(lines.length + 1), 0, moved).join('\n');
    }
    case 7: {
      const lines = text.split('\n');
      return lines.toSpliced(random.below(lines.length), 1).join('\n');
    }
    case 8:
      return text.slice(0, at) + random.pick(TOKENS) + text.slice(until);
    default:
      return text.slice(0, at);
  }
}

/** One piece over and over, which is what makes quadratic readers slow. */
function grown(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const piece = random.chance(0.5) ? random.pick(TOKENS) : text.slice(at, at + 1 + random.below(40)) || 'x';
  const size = Math.floor(LIMIT / (random.chance(0.5) ? 1 : 4)) - text.length;
  return text.slice(0, at) + piece.repeat(Math.max(1, Math.floor(size / piece.length))) + text.slice(at);
}
