import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { issueReference } from '../../../core/document/issue-codes.ts';

describe('issueReference', () => {
  it('is what stands in docs/reference/issues.md', () => {
    const path = new URL('../../../docs/reference/issues.md', import.meta.url);
    expect(issueReference()).toBe(readFileSync(path, 'utf8'));
  });
});
