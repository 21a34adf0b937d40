import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../core/document/issue.ts';
import { checkRun, refusedRun, undecidedRun } from '../../../core/explain/check-run.ts';
import { anEvidence } from '../../support/evidence.ts';
import { allowed, denied, fault, invalid, LINKS, pending } from './decisions.ts';

const bytes = (text: string) => new TextEncoder().encode(text).length;

describe('checkRun', () => {
  it.each([
    ['allow', allowed(), 'completed', 'success'],
    ['pending', pending(), 'in_progress', null],
    ['deny', denied(), 'completed', 'failure'],
    ['invalid', invalid(), 'completed', 'failure'],
    ['fault', fault(), 'in_progress', null],
  ])('is never neutral or skipped: %s', (_, decision, status, conclusion) => {
    expect(checkRun(decision, LINKS)).toMatchObject({ status, conclusion });
  });

  it('marks the line that asks for too much', () => {
    const [issue] = denied().issues;
    const [mark] = checkRun(denied(), LINKS).annotations;
    expect(mark).toEqual({
      path: 'requests/orders-db/read-only/replay.yaml',
      line: 4,
      startColumn: 11,
      endColumn: 13,
      level: 'failure',
      title: `duration-over-max: ${issue?.message}`,
      message: `${issue?.message}\nfound: 3d\nexpected: ${issue?.expected}\nfix: ${issue?.fix}`,
    });
  });

  it('marks warnings as such, and leaves out what an issue does not say', () => {
    const [issue] = denied().issues;
    const bare: Issue = { ...(issue as Issue), severity: 'warning', found: null, expected: null, fix: null };
    const { annotations } = checkRun(allowed({ warnings: [bare] }), LINKS);
    expect(annotations).toMatchObject([{ level: 'warning', message: bare.message }]);
  });

  it('says the effect, the approvals and the policy in its summary', () => {
    const { summary } = checkRun(pending(), LINKS);
    expect(summary).toContain('`@alice` gets `orders-db` `read-only` for 2h');
    expect(summary).toContain('`@bob` (awake)');
    expect(summary).toContain('policies/rules/databases.yaml#L');
  });

  it('fits GitHub’s limits, however much there is to say', () => {
    const reasons = Array.from({ length: 3000 }, (_, at) => ({
      code: 'x',
      message: `世界 ${at} ${'é'.repeat(40)}`,
      holds: true,
      place: null,
      because: [],
    }));
    const long = checkRun(pending({ reasons }), LINKS);
    expect(bytes(long.summary)).toBeLessThanOrEqual(65_535);
    expect([...long.title].length).toBeLessThanOrEqual(60);
  });

  it('is the same bytes for the same evidence', () => {
    const run = () => checkRun(anEvidence().approvedBy('dan').decide(), LINKS);
    expect(run()).toEqual(run());
  });
});

describe('undecidedRun', () => {
  it('stays in progress and is made harmless', () => {
    expect(undecidedRun('GitHub returned 502, retrying', 'see @alice')).toEqual({
      status: 'in_progress',
      conclusion: null,
      title: 'GitHub returned 502, retrying',
      summary: 'see @&#8203;alice',
      annotations: [],
    });
  });
});

describe('refusedRun', () => {
  it('is red', () => {
    expect(refusedRun('Shares its commit with #2', 'close one')).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
    });
  });
});
