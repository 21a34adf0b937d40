/**
 * Every folder of `test/cases/` holds the evidence of a pull request and the whole decision on it. The goldens change
 * through `UPDATE_CASES=1 npx vitest run --project unit test/core/policy/cases.test.ts` alone, and are reviewed as a diff.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../core/canonical.ts';
import { decide } from '../../../core/policy/decide.ts';
import { parseEvidence } from '../../../core/policy/parse-evidence.ts';
import { validateDecision } from '../../../schema/validators.generated.js';

const FOLDER = new URL('../../cases/', import.meta.url);
const NAMES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

function read(name: string, file: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}/${file}`, FOLDER), 'utf8'));
}

describe.each(NAMES)('the case %s', (name) => {
  const parsed = parseEvidence(read(name, 'evidence.json'));

  it('is valid evidence', () => {
    expect(parsed.issues).toEqual([]);
  });

  it('is decided as expected', () => {
    if (!parsed.ok) throw new Error('no evidence');
    const decision = decide(parsed.value);
    const golden = new URL(`${name}/expected.json`, FOLDER);
    if (process.env['UPDATE_CASES'] === '1') writeFileSync(golden, `${JSON.stringify(decision, null, 2)}\n`);
    expect(existsSync(golden), `no ${golden.pathname}: run with UPDATE_CASES=1`).toBe(true);
    expect(JSON.parse(JSON.stringify(decision))).toEqual(read(name, 'expected.json'));
  });

  it('is decided in the same bytes again, and in the shape of the schema', () => {
    if (!parsed.ok) throw new Error('no evidence');
    const decision = decide(parsed.value);
    expect(canonicalJson(decide(structuredClone(parsed.value)))).toBe(canonicalJson(decision));
    expect(validateDecision(JSON.parse(JSON.stringify(decision))), JSON.stringify(validateDecision.errors)).toBe(true);
  });
});

it('has at least twenty-five cases', () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(25);
});
