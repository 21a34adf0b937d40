/** Holds the pages to what they link to and to the commands that they show. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandIn } from '../app/commands.ts';
import {
  brokenLink,
  commandLines,
  found,
  linksIn,
  type Page,
  readPage,
  readPages,
  readText,
  sorted,
} from './support/pages.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = readPages();

describe('every page', () => {
  it.each(PAGES.map((page) => [page.path, page] as const))('%s links only to what is there', (_, page) => {
    const broken = linksIn(page).flatMap((target) => {
      const why = brokenLink(page, target);
      return why === null ? [] : [`${target}: ${why}`];
    });
    expect(broken).toEqual([]);
  });

  it('is reached from the index or from README', () => {
    const from = (page: Page, base: string) =>
      linksIn(page).map((target) => join(base, target.split('#')[0] ?? '').replace(/\/$/, ''));
    const reached = new Set([...from(readPage('docs/README.md'), 'docs'), ...from(readPage('README.md'), '.')]);
    const lost = PAGES.map(({ path }) => path).filter(
      (path) =>
        path !== 'docs/README.md' && path !== 'README.md' && !path.startsWith('docs/adr/') && !reached.has(path),
    );
    expect(lost).toEqual([]);
  });

  it('of the project itself has at most 200 lines', () => {
    expect(readText('README.md').split('\n').length).toBeLessThanOrEqual(201); // the last one ends with a line break;
  });
});

/** `gatepass` command lines, each as its words, up to whatever follows in the shell. */
function gatepassCalls(page: Page): readonly (readonly string[])[] {
  return commandLines(page).flatMap((line) =>
    line.split(/ (?:&&|\||>|<) /).flatMap((part) => {
      const [, rest = '…'] = /^(?:npx (?:--prefix \S+ )?)?gatepass (.+)$/.exec(part.trim()) ?? [];
      const words = rest.replace(/"[^"]*"/g, '""').replace(/[[\]]/g, '');
      return words === '…' ? [] : [words.split(/\s+/)];
    }),
  );
}

/** `who`, `requests` of `audit`: plain words that each of its lines goes on with; `null`: it has none. */
function partsOf(usage: string, name: string): readonly string[] | null {
  const lines = found(usage, new RegExp(`^gatepass ${name}(.*)$`, 'gm'));
  const words = lines.map((line) => /^ ([a-z]+)(?![^ ])/.exec(line)?.[1]);
  return words.length > 0 && words.every((word) => word !== undefined) ? words : null;
}

describe('commands', () => {
  const names = readdirSync(join(ROOT, 'cli/commands')).map((file) => file.replace(/\.ts$/, ''));
  const usageOf = async (name: string): Promise<string> =>
    ((await import(`../cli/commands/${name}.ts`)) as { command: { usage: string } }).command.usage;
  const calls = PAGES.flatMap((page) =>
    gatepassCalls(page).map((words) => [page.path, words.join(' '), words] as const),
  );

  it('are shown in the pages at all', () => {
    expect(calls.length).toBeGreaterThan(30);
  });

  it.each(calls)('%s: gatepass %s', async (_, __, [named = '', ...rest]) => {
    const name = named.replace(/[,.]$/, '');
    expect(names).toContain(name);
    const flags = rest.filter((word) => word.startsWith('--')).map((word) => word.replace(/[=,.].*$/, ''));
    const usage = await usageOf(name);
    expect(flags.filter((flag) => !new RegExp(`${flag}(?![a-z-])`).test(usage))).toEqual([]);
    const parts = partsOf(usage, name);
    const [part] = rest.filter((word) => !word.startsWith('-'));
    if (parts !== null && part !== undefined) expect(parts).toContain(part.replace(/[,.]$/, ''));
  });

  it('are each shown in some page', () => {
    const shown = new Set(calls.map(([, , [name]]) => name));
    expect(names.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('of npm are scripts of package.json', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const used = PAGES.flatMap((page) => found(page.text, /npm run ([a-z][a-z:-]*)/g));
    expect(used.length).toBeGreaterThan(3);
    expect(sorted(used).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it('in comments are understood by the app', () => {
    const used = PAGES.flatMap((page) => found(page.text, /(?<![\w./])(\/gatepass [a-z]+)/g));
    const commands = ['explain', 'extend', 'retry', 'return', 'reviewed'];
    expect(sorted(used)).toEqual(commands.map((command) => `/gatepass ${command}`));
    expect(sorted(used).map(commandIn)).toEqual(commands);
  });
});
