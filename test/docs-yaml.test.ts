/** Every example of a document in the pages, by the real parser: whole ones where they say they belong, fragments in place. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Governance } from '../core/document/documents.ts';
import type { Issue, Parsed } from '../core/document/issue.ts';
import { parseGovernance } from '../core/document/parse-governance.ts';
import { parseRequest } from '../core/document/parse-request.ts';
import { kindAtPath } from '../core/document/paths.ts';
import { readYaml } from '../core/document/read-yaml.ts';
import { checkCondition } from '../core/policy/conditions.ts';
import { runPolicyTests } from '../core/policy/policy-tests.ts';
import { type Block, readPages, readText } from './support/pages.ts';

const ROOT = join(import.meta.dirname, '..');

/** The example organisation, with some files replaced. */
function parseWith(replaced: Readonly<Record<string, string>>, without: (path: string) => boolean = () => false) {
  const paths = readdirSync(join(ROOT, 'policies'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
  const files = new Map(
    ['CODEOWNERS', ...paths].filter((path) => !without(path)).map((path) => [path, readText(path)]),
  );
  for (const [path, text] of Object.entries(replaced)) files.set(path, text);
  return parseGovernance(
    [...files].map(([path, text]) => ({ path, text })),
    checkCondition,
  );
}

const BLOCKS = readPages().flatMap(({ blocks }) => blocks.filter(({ language }) => language === 'yaml'));
const isWhole = ({ text }: Block): boolean => /^apiVersion: gatepass\/v1$/m.test(text);
const placeOf = ({ text }: Block): string | null => /^# (\S+\.yaml)$/m.exec(text.split('\n', 1)[0] ?? '')?.[1] ?? null;
const named = (blocks: readonly Block[]) => blocks.map((block) => [`${block.page}:${block.line}`, block] as const);
const keysOf = ({ text }: Block): readonly string[] =>
  [...text.matchAll(/^([A-Za-z-]+):/gm)].map(([, key = '']) => key).sort();
const inFile = (parsed: Parsed<Governance>, path: string): readonly Issue[] =>
  parsed.issues.filter(({ file, severity }) => file === path && severity === 'error');

describe('a whole document in the pages', () => {
  const whole = BLOCKS.filter(isWhole);

  it('is shown for each kind but rotas, which the example organisation shows', () => {
    const kinds = whole.map(({ text }) => /^kind: (\w+)$/m.exec(text)?.[1]);
    expect([...new Set(kinds)].sort()).toEqual([
      'AccessRequest',
      'ActionRequest',
      'Catalog',
      'Delegation',
      'Lock',
      'Organization',
      'People',
      'PolicyTest',
      'RuleSet',
      'Settings',
    ]);
  });

  it.each(named(whole))('at %s is valid where it says it belongs', (_, block) => {
    const path = placeOf(block);
    if (path === null) throw new Error('the first line of a whole document says where it goes: `# policies/….yaml`');
    if (path.startsWith('requests/')) return expect(parseRequest(path, block.text).issues).toEqual([]);
    expect(kindAtPath(path)).not.toBeNull();
    expect(inFile(parseWith({ [path]: block.text }), path)).toEqual([]);
  });

  it('of policy tests passes under the rules that are shown beside it', () => {
    const shown = whole.filter(({ page }) => page === 'docs/guides/security.md');
    const replaced = Object.fromEntries(
      shown
        .filter(({ text }) => /^kind: (?:RuleSet|Organization|PolicyTest)$/m.test(text))
        .map((block) => [placeOf(block) ?? '', block.text]),
    );
    expect(Object.keys(replaced)).toHaveLength(3);
    const parsed = parseWith(replaced);
    expect(parsed.issues).toEqual([]);
    const results = parsed.ok ? runPolicyTests(parsed.value) : [];
    expect(results.map(({ name, why }) => [name, why])).toEqual(results.map(({ name }) => [name, '']));
    expect(results.length).toBeGreaterThan(1);
  });
});

describe('a fragment in the pages', () => {
  const fragments = BLOCKS.filter((block) => !isWhole(block));
  const HEADS = {
    rules: 'apiVersion: gatepass/v1\nkind: RuleSet\non: { class: [database], env: [prod] }\n',
    catalog: 'apiVersion: gatepass/v1\nkind: Catalog\nlabels: { class: database, env: prod }\n',
  };
  const RESOURCE = 'resources: { example: { owner: team:orders } }\n';

  it('is of a kind that is known here', () => {
    expect(fragments.map(({ page, line }) => `${page}:${line}`)).not.toEqual([]);
    const kinds = new Set(['rules', 'provider', 'provider roles', 'actions', 'on run-name']);
    expect(fragments.map((block) => keysOf(block).join(' ')).filter((keys) => !kinds.has(keys))).toEqual([]);
  });

  it.each(named(fragments.filter((block) => keysOf(block).includes('rules'))))(
    'at %s is valid inside a rule set',
    (_, block) => {
      const path = 'policies/rules/databases.yaml';
      expect(inFile(parseWith({ [path]: HEADS.rules + block.text }), path)).toEqual([]);
    },
  );

  it.each(named(fragments.filter((block) => keysOf(block).some((key) => key === 'provider' || key === 'actions'))))(
    'at %s is valid inside a catalog',
    (_, block) => {
      const path = 'policies/catalog/example.yaml';
      const text = HEADS.catalog + block.text + RESOURCE;
      const others = (file: string) => file.startsWith('policies/catalog/');
      expect(inFile(parseWith({ [path]: text }, others), path)).toEqual([]);
    },
  );

  it.each(named(fragments.filter((block) => keysOf(block).includes('on'))))('at %s is YAML', (_, block) => {
    expect(readYaml(block.text, 'workflow.yml').issues).toEqual([]);
  });
});
