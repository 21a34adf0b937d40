import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../core/document/issue.ts';
import { blockers, effectSentence, verdictLine, whatFailed } from '../../../core/explain/verdict.ts';
import type { Decision } from '../../../core/policy/decision.ts';
import { anEvidence, instant } from '../../support/evidence.ts';
import { allowed, by, denied, fault, invalid, pending, reason, requirement, runOnce } from './decisions.ts';

const issue = (message: string) => ({ ...(denied().issues[0] as Issue), code: 'frozen', message });

describe('verdictLine', () => {
  it.each<[string, Decision, string]>([
    ['an allowed grant', allowed(), 'Approved: alice gets orders-db read-only for 2h'],
    [
      'a grant that an approver shortened',
      anEvidence().approvedBy('bob', { limit: '1h' }).decide(),
      'Approved: alice gets orders-db read-only for 1h',
    ],
    ['an action', runOnce(), 'Approved: restart of checkout, once'],
    ['a return', allowed({ pullKind: 'return', asked: null, returns: ['a', 'b'] }), 'Approved: gives back 2 grants'],
    ['a return of one', allowed({ pullKind: 'return', asked: null, returns: ['a'] }), 'Approved: gives back 1 grant'],
    [
      'files of requests that are over',
      allowed({ pullKind: 'return', asked: null, returns: [] }),
      'Approved: removes files of requests that are over',
    ],
    ['a policy change', allowed({ pullKind: 'policy', asked: null }), 'Approved: policy change'],
    ['all approvals missing', pending({ requirements: [requirement()] }), 'Waiting for 1 approval, from team:orders'],
    [
      'some approvals missing',
      pending({ requirements: [requirement({ filledBy: [by('bob')] }), requirement({ label: 'team:dba' })] }),
      'Waiting for 1 of 2 approvals, from team:dba',
    ],
    [
      'something else missing',
      pending({ requirements: [], reasons: [reason('the pull request is still a draft', false)] }),
      'Waiting: the pull request is still a draft',
    ],
    ['nothing said', pending({ requirements: [], reasons: [] }), 'Waiting: not ready yet'],
    ['a denial for its length, by the two numbers', denied(), 'Denied: 3d asked, at most 4h allowed'],
    ['a denial with an issue', denied({ issues: [issue('too long')] }), 'Denied: too long'],
    [
      'a denial by its last reason',
      denied({ issues: [], reasons: [reason('a', false), reason('no rule fits', false)] }),
      'Denied: no rule fits',
    ],
    ['a denial without any', denied({ issues: [], reasons: [] }), 'Denied: no rule allows it'],
    ['one problem', invalid({ issues: [issue('not a duration')] }), 'Not valid: not a duration'],
    ['several problems', invalid({ issues: [issue('a'), issue('b')] }), 'Not valid: 2 problems'],
    ['a shape without an issue', invalid({ issues: [], reasons: [] }), 'Not valid: not a request'],
    [
      'an unknown before a no',
      fault({ issues: [], reasons: [reason('who is in it is unknown', null), reason('x', false)] }),
      'Cannot decide yet: who is in it is unknown',
    ],
    ['a fault without a reason', fault({ issues: [], reasons: [] }), 'Cannot decide yet: a fact is missing'],
  ])('says %s', (_, decision, line) => {
    expect(verdictLine(decision)).toBe(line);
  });

  it('is cut at 60 characters and holds no control character', () => {
    const line = verdictLine(denied({ issues: [issue(`\u001b[31m${'x'.repeat(100)}`)] }));
    expect([...line]).toHaveLength(60);
    expect(line).not.toContain('\u001b');
  });
});

describe('whatFailed', () => {
  it('is nothing when everything held', () => {
    expect(whatFailed(pending({ reasons: [reason('fine', true)] }))).toBeNull();
  });
});

describe('blockers', () => {
  it('leaves out what the table and the rules already say', () => {
    const reasons = [
      reason('another rule', false, { code: 'rule-skipped' }),
      reason('one more approval', false, { code: 'approval-missing' }),
      reason('fine', true),
      reason('a draft', false, { code: 'pull-request-draft' }),
      reason('who knows', null),
    ];
    expect(blockers(pending({ reasons })).map(({ message }) => message)).toEqual(['a draft', 'who knows']);
  });
});

describe('effectSentence', () => {
  const window = allowed().window as NonNullable<ReturnType<typeof allowed>['window']>;
  const starts = instant('2026-11-23T12:00:00Z');

  it.each<[string, Decision, string | null]>([
    [
      'before the approval',
      pending(),
      'On approval, `@alice` gets `orders-db` `read-only` for 2h from the merge, then it is removed.',
    ],
    [
      'before the merge',
      allowed(),
      'On merge, `@alice` gets `orders-db` `read-only` for 2h from the merge, then it is removed.',
    ],
    [
      'shortened',
      allowed({ window: { ...window, length: 3_600_000 } }),
      'On merge, `@alice` gets `orders-db` `read-only` for 1h (asked for 2h) from the merge, then it is removed.',
    ],
    [
      'without a window',
      allowed({ window: null }),
      'On merge, `@alice` gets `orders-db` `read-only` for 2h from the merge, then it is removed.',
    ],
    [
      'with a start',
      allowed({ window: { ...window, starts } }),
      'On merge, `@alice` gets `orders-db` `read-only` for 2h from 2026-11-23 12:00 UTC.',
    ],
    [
      'with a start and an end',
      allowed({ window: { ...window, starts, expires: instant('2026-11-23T14:00:00Z') } }),
      'On merge, `@alice` gets `orders-db` `read-only` for 2h from 2026-11-23 12:00 UTC, removed by 2026-11-23 14:00 UTC at the latest.',
    ],
    ['of an action', runOnce(), 'On merge, `restart` of `checkout` runs once, within 30m, with `region: eu-west-1`.'],
    ['of a denial', denied(), null],
    ['of a policy change', allowed({ asked: null }), null],
  ])('says the effect %s', (_, decision, sentence) => {
    expect(effectSentence(decision)).toBe(sentence);
  });

  it('names a service by its name, and an action without inputs without them', () => {
    const { asked } = runOnce();
    if (asked === null || asked.request.kind !== 'ActionRequest') throw new Error('expected an action');
    const bare = { ...asked, request: { ...asked.request, inputs: {} } };
    expect(effectSentence(runOnce({ asked: bare }))).toBe('On merge, `restart` of `checkout` runs once, within 30m.');
    const two = { ...asked, request: { ...asked.request, inputs: { mode: 'c', zone: 'b', area: 'a' } } };
    expect(effectSentence(runOnce({ asked: two }))).toContain('with `area: a`, `mode: c`, `zone: b`.');
    const own = allowed();
    const service =
      own.asked === null
        ? null
        : { ...own.asked, subject: { ...own.asked.subject, name: 'checkout-deploy', login: null } };
    expect(effectSentence(allowed({ asked: service }))).toContain('`checkout-deploy` gets');
  });
});
