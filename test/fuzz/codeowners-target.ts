/** CODEOWNERS: what an accepted line owns must be what a plain reading of the rules says (threats.md, rules 5–21). */
import { readFileSync } from 'node:fs';
import { type Ownership, ownersOf } from '../../core/codeowners/owners.ts';
import { type Codeowners, parseCodeowners } from '../../core/codeowners/parse.ts';
import type { Random } from '../oracle/random.ts';
import { mutate } from './mutate.ts';
import { must, type Reading, type Target } from './target.ts';

const SEEDS: readonly string[] = [
  readFileSync(new URL('../../CODEOWNERS', import.meta.url), 'utf8'),
  '* @a\n/foo/ @b # comment\nfoo/*.txt @c\n**/bar @d\nfoo/**/bar/b* @e\n/apps/github\n',
  'f*/ @a\nf?o @b\nfoo/b\\ ar.py @c\n*.go a@b.test\nf\\*o @d\n/*/ @e\n/* @f\n',
  'foo @a\r\n\tfoo/bar/** @b\n  docs/* @acme/docs @x\nbar{foo}.log @y\n/a/**/b/**/c @z\n',
];
const PATHS: readonly string[] = [
  'foo',
  'bar',
  'foo/bar',
  'foo/bar/baz',
  'bar/foo',
  'bar/foo/baz',
  'foo.txt',
  'foo/bar.txt',
  'fo',
  'fooo',
  'f*o',
  'x.go',
  'a/x.go',
  'foo/b ar.py',
  'docs/a',
  'docs/a/b',
  'apps/github',
  'apps/github/x',
  'a/b/c',
  'a/x/b/y/c',
  'bar{foo}.log',
  'CODEOWNERS',
  '.github/CODEOWNERS',
  'requests/orders-db/read-only/x.yaml',
  'policies/people.yaml',
  'policies/catalog/databases.yaml',
];

interface Input {
  readonly text: string;
  readonly paths: readonly string[];
}

export function codeownersTarget(): Target {
  return {
    name: 'parseCodeowners, ownersOf',
    share: 30,
    input: (random: Random): Input => ({
      text: mutate(random, SEEDS),
      paths: [random.pick(PATHS), random.pick(PATHS), random.pick(PATHS)],
    }),
    run: (input) => isOwned(input as Input),
  };
}

function isOwned({ text, paths }: Input): Reading {
  const codeowners = parseCodeowners(text);
  const owned = paths.map((path) => ownersOf(codeowners, path));
  return {
    accepted: codeowners.rules.length > 0 && codeowners.issues.length === 0,
    check() {
      secondReading(text, codeowners, owned);
    },
  };
}

function secondReading(text: string, { rules }: Codeowners, owned: readonly Ownership[]): void {
  const lines = text.split('\n');
  for (const { pattern, owners, line } of rules) {
    const words = wordsOf(lines[line - 1] ?? '');
    must(words[0] === pattern && words.slice(1).join(' ') === owners.join(' '), `line ${line} was read otherwise`);
  }
  for (const found of owned) {
    const rule = rules.findLast(({ pattern }) => matches(pattern, found.path));
    must(found.line === (rule?.line ?? null), `${found.path} is owned by line ${found.line}, not ${rule?.line}`);
    must(found.owners.join(' ') === (rule?.owners ?? []).join(' '), `${found.path} has other owners`);
  }
}

/** Pattern and owners: split at spaces that no backslash escapes in the pattern, up to a `#` behind it. */
function wordsOf(line: string): string[] {
  const isSpace = (char: string | undefined) => char === ' ' || char === '\t' || char === '\r';
  let at = 0;
  while (isSpace(line[at])) at += 1;
  const start = at;
  while (at < line.length && !isSpace(line[at])) at += line[at] === '\\' ? 2 : 1;
  const rest = (line.slice(at).split('#')[0] ?? '').split(/[ \t\r]+/).filter((word) => word !== '');
  return [line.slice(start, at), ...rest];
}

/** Rules 14–21, one segment at a time, trying everything. */
function matches(pattern: string, path: string): boolean {
  const isFolder = pattern.endsWith('/');
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '');
  const isAnchored = pattern.startsWith('/') || bare.includes('/');
  const wanted = [...(isAnchored ? [] : ['**']), ...bare.split('/'), ...(isFolder ? ['**+'] : [])];
  return segments(wanted, path.split('/'));
}

function segments(wanted: readonly string[], given: readonly string[]): boolean {
  const memo = new Map<number, boolean>();
  const try_ = (i: number, j: number): boolean => {
    const key = i * 1000 + j;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const result = step(i, j);
    memo.set(key, result);
    return result;
  };
  const step = (i: number, j: number): boolean => {
    const next = wanted[i];
    const rest = given.length - j;
    if (next === undefined) {
      // What ends in a name matches everything below it too; what ends in `*` its own level only (rules 15 and 18).
      return rest === 0 || wanted[i - 1] !== '*';
    }
    if (next === '**+') return rest > 0;
    if (next === '**' && i === wanted.length - 1) return rest > 0;
    if (next === '**') return try_(i + 1, j) || (rest > 0 && try_(i, j + 1));
    return rest > 0 && (next === '*' || segment(next, given[j] ?? '')) && try_(i + 1, j + 1);
  };
  return try_(0, 0);
}

/** `*` any run of characters; `?` one character; a backslash the next as it is. */
function segment(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  // A backslash before a slash: the slash is a slash all the same (rule 7).
  if (pattern === '\\') return name === '';
  const [first = '', ...others] = pattern;
  const rest = others.join('');
  if (first === '*') return segment(rest, name) || (name !== '' && segment(pattern, [...name].slice(1).join('')));
  const [char, ...chars] = name;
  if (char === undefined) return false;
  if (first === '?') return segment(rest, chars.join(''));
  if (first === '\\') return others[0] === char && segment(others.slice(1).join(''), chars.join(''));
  return first === char && segment(rest, chars.join(''));
}
