import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CODEOWNERS_CODES, ISSUE_CODES } from '../../../core/document/issue-codes.ts';
import { parseGovernance } from '../../../core/document/parse-governance.ts';
import { parseRequest } from '../../../core/document/parse-request.ts';
import { renderIssue } from '../../../core/document/render-issue.ts';
import { checkCondition } from '../../../core/policy/conditions.ts';
import { CORPUS, corpusCases, filesOf, issuesOf } from '../../support/corpus.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const cases = corpusCases();
const everything = cases.flatMap(({ tree }) => issuesOf(tree));

describe('the corpus of broken files', () => {
  it('holds at least sixty of them', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
  });

  it.each(cases)('$name is said as reviewed', async ({ name, tree }) => {
    const texts = new Map(tree.map(({ path, text }) => [path, text]));
    const said = issuesOf(tree).map((issue) => renderIssue(issue, texts.get(issue.file) ?? null));
    expect(said).not.toEqual([]);
    await expect(`${said.join('\n\n')}\n`).toMatchFileSnapshot(join(CORPUS, name, 'expected.txt'));
  });

  it('is laid over a tree without issues', () => {
    expect(issuesOf(filesOf('valid'))).toEqual([]);
  });

  it.each(Object.keys(ISSUE_CODES))('has a case for %s', (code) => {
    expect(everything.map((issue) => issue.code)).toContain(code);
  });

  it('says nothing that the reference does not list', () => {
    const listed = new Set([...Object.keys(ISSUE_CODES), ...Object.keys(CODEOWNERS_CODES)]);
    expect(everything.filter((issue) => !listed.has(issue.code))).toEqual([]);
  });

  it('says each with a code, a message on one line and a next step', () => {
    for (const issue of everything) {
      expect(issue.code).toMatch(/^[a-z]+(?:-[a-z]+)+$/);
      expect(issue.message).toMatch(/^[^A-Z\n][^\n]*[^.\n]$/);
      expect(issue.fix, issue.code).not.toBeNull();
      expect(issue.line * issue.column * issue.length).toBeGreaterThan(0);
    }
  });
});

describe('the reference of issue codes', () => {
  it('lists every code that the code owners say', () => {
    const folder = join(ROOT, 'core/codeowners');
    const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    const used = texts.flatMap((text) => [...text.matchAll(/'(codeowners-[a-z-]+)'/g)].map((match) => match[1]));
    expect(Object.keys(CODEOWNERS_CODES)).toEqual(expect.arrayContaining([...new Set(used)]));
  });

  it('has a row for every code', () => {
    const text = readFileSync(join(ROOT, 'docs/reference/issues.md'), 'utf8');
    for (const code of [...Object.keys(ISSUE_CODES), ...Object.keys(CODEOWNERS_CODES)]) {
      expect(text).toContain(`<a id="${code}"></a>\`${code}\``);
    }
  });
});

describe('the example organisation', () => {
  it('has no issue, not even a warning', () => {
    const paths = readdirSync(join(ROOT, 'policies'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
    const files = [...paths, 'CODEOWNERS'].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
    expect(parseGovernance(files, checkCondition)).toMatchObject({ ok: true, issues: [] });
  });

  it('has valid requests', () => {
    const requests = readdirSync(join(ROOT, 'requests'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
    const issues = requests.flatMap((path) => parseRequest(path, readFileSync(join(ROOT, path), 'utf8')).issues);
    expect(issues).toEqual([]);
  });
});
