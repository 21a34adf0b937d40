import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../core/document/issue.ts';
import {
  approvalsTable,
  issuesList,
  nextSteps,
  planTable,
  reasonsTree,
  reviewsList,
  whyNot,
} from '../../../core/explain/sections.ts';
import type { Candidate } from '../../../core/policy/decision.ts';
import { allowed, by, denied, fault, invalid, LINKS, pending, reason, requirement, runOnce } from './decisions.ts';

const candidate = (login: string, awake: boolean | null): Candidate => ({ id: 1, login, awake });
const row = (table: string) => table.split('\n').at(-1);

describe('approvalsTable', () => {
  it('is empty when no approval is asked for', () => {
    expect(approvalsTable([])).toBe('');
  });

  it.each([
    ['nobody yet, nobody who may', requirement(), '| team:orders | 1 | 0 | nobody who may | a rule |'],
    ['filled', requirement({ filledBy: [by('bob')] }), '| team:orders | 1 | 1: `@bob` | ✓ | a rule |'],
    [
      'who is awake first',
      requirement({ candidates: [candidate('ann', false), candidate('bea', null), candidate('cy', true)] }),
      '| team:orders | 1 | 0 | `@cy` (awake), `@ann` (probably asleep), `@bea` | a rule |',
    ],
  ])('shows %s', (_, status, line) => {
    expect(row(approvalsTable([status]))).toBe(line);
  });

  it('names eight people and counts the rest', () => {
    const candidates = Array.from({ length: 10 }, (_, at) => candidate(`p${at}`, null));
    expect(row(approvalsTable([requirement({ candidates })]))).toContain('`@p7` and 2 more');
  });
});

describe('planTable', () => {
  const [binding] = allowed().bindings;
  if (binding === undefined) throw new Error('expected a binding');

  it('is empty when nothing would be set', () => {
    expect(planTable([], 'high')).toBe('');
  });

  it('sorts a target by its keys and writes what is no text as JSON', () => {
    const target = { team: 'payments', levels: [1, 2], '|': 'x' };
    expect(row(planTable([{ ...binding, target }], 'high'))).toBe(
      '| `postgres` in `default` | `levels: [1,2]`, `team: payments`, `\\|: x` | high | by the sweep; an open session may outlive it until it is closed |',
    );
  });
});

describe('issuesList', () => {
  const issue: Issue = {
    code: 'made-up',
    severity: 'error',
    file: 'requests/a/b/c.yaml',
    line: 4,
    column: 1,
    length: 2,
    message: 'too long',
    found: null,
    expected: null,
    fix: null,
  };

  it.each<[string, Partial<Issue>, string]>([
    [
      'bare',
      {},
      `- too long ([\`requests/a/b/c.yaml:4\`](${LINKS.repository}/blob/${'a'.repeat(40)}/requests/a/b/c.yaml#L4))`,
    ],
    ['a warning', { severity: 'warning' }, '- warning: too long ('],
    [
      'found, expected and a fix',
      { found: '3d', expected: 'at most 4h', fix: 'use 4h' },
      ': found `3d`; expected at most 4h; **use 4h**',
    ],
    [
      'a governing file at the governing commit',
      { file: 'policies/x.yaml' },
      `/blob/${'b'.repeat(40)}/policies/x.yaml#L4`,
    ],
    ['a path of strange characters without a link', { file: 'requests/](x).yaml' }, '(`requests/](x).yaml:4`)'],
  ])('shows %s', (_, over, text) => {
    expect(issuesList([{ ...issue, ...over }], denied(), LINKS)).toContain(text);
  });

  it('lists a hundred, and says how many more there are', () => {
    const lines = issuesList(Array(130).fill(issue), denied(), LINKS).split('\n');
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('- … and 30 more');
  });

  it('links what a policy change brings at its head', () => {
    const policy = denied({ pullKind: 'policy' });
    expect(issuesList([{ ...issue, file: 'policies/x.yaml' }], policy, LINKS)).toContain(`/blob/${'a'.repeat(40)}/`);
  });
});

describe('reasonsTree', () => {
  it('indents what a claim rests on and marks what held, did not, or is unknown', () => {
    const inner = reason('inner', false, { place: 'policies/rules/x.yaml:3', because: [reason('deep', null)] });
    const tree = reasonsTree(denied({ reasons: [reason('outer', true, { because: [inner] })] }), LINKS);
    expect(tree.split('\n')).toEqual([
      '- ✓ outer',
      expect.stringMatching(/^ {2}- ✗ inner \(\[`policies\/rules\/x\.yaml:3`\]/),
      '    - ? deep',
    ]);
  });
});

describe('reviewsList', () => {
  it('names only the reviews that do not count, with their reason', () => {
    const found = {
      review: 1,
      user: { id: 1, login: 'dan' },
      counts: false,
      why: 'is no owner',
      code: 'x',
      onBehalfOf: null,
    };
    expect(reviewsList(pending({ reviews: [found, { ...found, review: 2, counts: true }] }))).toBe(
      '- `@dan`: is no owner',
    );
  });
});

describe('whyNot', () => {
  it.each([
    ['an approval', allowed(), ''],
    ['a wait', pending(), ''],
    ['what issues say', denied(), ''],
    ['a no', denied({ issues: [], reasons: [reason('no rule fits', false)] }), '**no rule fits**'],
    ['a no without a reason', denied({ issues: [], reasons: [] }), ''],
    ['an unknown', fault({ issues: [], reasons: [reason('unknown', null)] }), '**unknown**'],
  ])('says of %s', (_, decision, text) => {
    expect(whyNot(decision)).toBe(text);
  });
});

describe('nextSteps', () => {
  it.each([
    ['allow', allowed(), 'it is merged by itself'],
    ['an action', runOnce(), 'it is merged by itself'],
    ['a policy change', allowed({ pullKind: 'policy' }), 'its code owners'],
    ['one approval', pending({ requirements: [requirement()] }), '1 more approving review from team:orders.'],
    [
      'two approvals',
      pending({ requirements: [requirement({ needed: 2 })] }),
      '2 more approving reviews from team:orders.',
    ],
    [
      'an approval that names the digest',
      pending({ requirements: [requirement({ digest: '0a1b' })] }),
      'approve with this line in the review, or it does not count: `digest: 0a1b`',
    ],
    ['a draft', pending({ reasons: [reason('it is a draft', false)] }), 'First: it is a draft.'],
    ['a hint', denied({ hint: '4h is automatic' }), '4h is automatic.'],
    ['no hint', denied({ hint: null }), 'push: it is decided again'],
    ['a malformed file', invalid(), 'Fix the lines'],
    ['a fault', fault(), '/gatepass retry'],
  ])('for %s', (_, decision, text) => {
    expect(nextSteps(decision).join('\n')).toContain(text);
  });
});
