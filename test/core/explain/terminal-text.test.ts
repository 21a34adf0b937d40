import { describe, expect, it } from 'vitest';
import { terminalText } from '../../../core/explain/terminal-text.ts';
import { anEvidence } from '../../support/evidence.ts';
import { allowed, by, denied, pending, reason, requirement, runOnce } from './decisions.ts';

const text = (decision: Parameters<typeof terminalText>[0]) => terminalText(decision, { color: false });

describe('terminalText', () => {
  it('says a denial with its place, its fix and the nearest request that would do', () => {
    const [issue] = denied().issues;
    const lines = text(denied({ hint: '4h would do' })).split('\n');
    expect(lines[1]).toBe('  alice asks for read-only of orders-db, for 3d: Replay payments stuck since the deploy');
    expect(lines.slice(2, 7)).toEqual([
      `  error[duration-over-max]: ${issue?.message}`,
      '    --> requests/orders-db/read-only/replay.yaml:4:11',
      '    found: 3d',
      `    expected: ${issue?.expected}`,
      `    fix: ${issue?.fix}`,
    ]);
    expect(lines).toContain('  hint: 4h would do');
  });

  it('says who approved, who did not count and why', () => {
    const decision = anEvidence().approvedBy('bob').approvedBy('dan').decide();
    const [bob, dan] = decision.reviews;
    expect(text(decision)).toContain(
      `  review by bob: counts: ${bob?.why}\n  review by dan: does not count: ${dan?.why}\n`,
    );
  });

  it.each([
    [
      'who could approve',
      pending({ requirements: [requirement({ candidates: [{ id: 1, login: 'cy', awake: null }] })] }),
      'none yet; could approve: cy',
    ],
    ['that nobody could', pending({ requirements: [requirement()] }), 'none yet; could approve: nobody'],
    [
      'which digest an approval has to name',
      pending({ requirements: [{ ...requirement(), digest: 'a1b2' }] }),
      '(a rule), with the line `digest: a1b2` in the review: none yet',
    ],
    ['who has', pending({ requirements: [requirement({ filledBy: [by('bob')] })] }), '(a rule): bob\n'],
    ['that an action runs once', runOnce(), 'alice asks for restart of checkout, once:'],
    ['what is unknown', pending({ reasons: [reason('who knows', null)] }), '  ? who knows\n'],
    [
      'no hint where there is none',
      denied({ hint: null, issues: [], warnings: denied().issues }),
      'error[duration-over-max]',
    ],
    ['nothing of what is not known', allowed({ asked: null }), 'allow: Approved: policy change\n'],
  ])('says %s', (_, decision, part) => {
    expect(text(decision)).toContain(part);
  });

  it('says how what is set will end', () => {
    const decision = anEvidence().approvedBy('bob').decide();
    expect(text(decision)).toContain(
      '\n  postgres in default: ended by the sweep; an open session may outlive it until it is closed\n',
    );
  });

  it('leaves out what an issue does not say', () => {
    const issues = denied().issues.map((issue) => ({ ...issue, found: null, expected: null, fix: null }));
    expect(text(denied({ issues }))).not.toMatch(/found:|expected:|fix:/);
  });

  it('colours only when asked, and never by what others wrote', () => {
    const hostile = denied({ reasons: [reason('\u001b[2Jgone', false)] });
    expect(text(hostile)).not.toContain('\u001b');
    expect(terminalText(hostile, { color: true })).toContain('\u001b[31m✗\u001b[0m \\u{1b}[2Jgone');
  });
});
