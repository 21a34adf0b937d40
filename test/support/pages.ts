/** The pages for people, taken apart: links, anchors, fenced blocks, and the words between backticks. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

export interface Block {
  readonly page: string;
  /** From 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

export interface Page {
  readonly path: string;
  readonly text: string;
  /** Everything outside of fenced blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

/** Every Markdown page that this project shows, by path. */
export function readPages(): readonly Page[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  return ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs].sort().map(readPage);
}

export function readPage(path: string): Page {
  const text = readText(path);
  const prose: string[] = [];
  const blocks: Block[] = [];
  let open: { fence: RegExp; indent: number; language: string; line: number; lines: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^( *)(```+)([a-z]*)\s*$/.exec(line);
    if (open === null && fence !== null) {
      const [, indent = '', ticks = '', language = ''] = fence;
      open = { fence: new RegExp(`^ *${ticks}\\s*$`), indent: indent.length, language, line: index + 1, lines: [] };
      prose.push('');
    } else if (open?.fence.test(line) === true) {
      blocks.push({ page: path, line: open.line, language: open.language, text: `${open.lines.join('\n')}\n` });
      open = null;
    } else if (open !== null) open.lines.push(line.slice(open.indent));
    else prose.push(line);
  }
  if (open !== null) throw new Error(`${path}:${open.line}: the block is never closed`);
  return { path, text, prose: prose.join('\n'), blocks };
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Targets of Markdown links, without those in code. */
export function linksIn(page: Page): readonly string[] {
  const text = page.prose.replace(/`[^`\n]*`(?!\])/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** Words between single backticks; one may go over the end of a line. */
export function codeIn(page: Page): readonly string[] {
  return [...page.prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, text = '']) => text.replace(/\s+/g, ' '));
}

/** What a link of this page leads to does not exist: why; else `null`. Addresses of other sites are not looked at. */
export function brokenLink(page: Page, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page.path : normalize(join(dirname(page.path), path));
  if (file.startsWith('..') || !existsSync(join(ROOT, file))) return `there is no \`${file}\``;
  if (anchor === undefined) return null;
  if (statSync(join(ROOT, file)).isDirectory() || !file.endsWith('.md')) return `\`${file}\` has no headings`;
  return anchorsOf(readPage(file)).has(anchor) ? null : `\`${file}\` has no \`#${anchor}\``;
}

/** As GitHub makes them: small letters, no punctuation, a hyphen for each space. */
function anchorsOf(page: Page): ReadonlySet<string> {
  const headings = [...page.prose.matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = '']) => slugOf(heading));
  const written = [...page.text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  const seen = new Map<string, number>();
  const numbered = headings.map((slug) => {
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set([...numbered, ...written]);
}

function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

/** Rows of every table below a heading, as cells without backticks at their ends; without the header and its rule. */
export function rowsUnder(page: Page, heading: string): readonly (readonly string[])[] {
  const lines = page.prose.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`${page.path} has no \`${heading}\``);
  const level = heading.indexOf(' ');
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  const section = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  return section
    .filter((line, index) => line.startsWith('|') && !isHead(section, index))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function isHead(lines: readonly string[], index: number): boolean {
  const isRule = (line: string | undefined) => line !== undefined && /^\|[\s:|-]+\|$/.test(line);
  return isRule(lines[index]) || isRule(lines[index + 1]);
}

/** The names between backticks in a cell. */
export function namesIn(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

/** What a shell would run, one command line each: blocks of shell, and words between backticks. */
export function commandLines(page: Page): readonly string[] {
  const shell = page.blocks.filter(({ language }) => language === 'sh' || language === '' || language === 'console');
  const lines = shell.flatMap(({ text }) => text.replace(/\\\n\s*/g, ' ').split('\n'));
  return [...lines.map((line) => line.replace(/^\$ /, '')), ...codeIn(page)];
}

export function sorted(names: Iterable<string>): readonly string[] {
  return [...new Set(names)].sort();
}

/** What the first group of the pattern matches, each once. */
export function found(text: string, pattern: RegExp): readonly string[] {
  return sorted([...text.matchAll(pattern)].map(([, name = '']) => name));
}
