import { describe, expect, it } from 'vitest';
import { housekeepingBody, housekeepingTitle } from '../../../core/explain/housekeeping.ts';
import type { ClosedFile } from '../../../core/ledger/request-files.ts';
import { START, sha } from '../../support/ledger.ts';

const file = (pullRequest: number): ClosedFile => ({
  path: `requests/a/b/${pullRequest}.yaml`,
  blob: sha(1),
  pullRequest,
  since: START,
});

describe('the pull request that tidies up', () => {
  it('counts in its title what it removes', () => {
    expect(housekeepingTitle([file(7)])).toBe('Remove the file of a request that is over');
    expect(housekeepingTitle([file(7), file(8)])).toBe('Remove the files of 2 requests that are over');
  });

  it('names each file, since when it is over and who asked, where that is known', () => {
    const day = START.slice(0, 10);
    const body = housekeepingBody([file(7), file(0)]);
    expect(body).toContain(`\`requests/a/b/7.yaml\`, over since ${day}, asked by #7`);
    expect(body).toMatch(new RegExp(`\`requests/a/b/0.yaml\`, over since ${day}$`, 'u'));
    expect(body).toContain('Merging this ends nothing');
  });
});
