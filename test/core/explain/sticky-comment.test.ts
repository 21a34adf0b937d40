import { describe, expect, it } from 'vitest';
import { plainComment, STICKY_MARKER, stickyComment } from '../../../core/explain/sticky-comment.ts';
import { anEvidence } from '../../support/evidence.ts';
import { allowed, denied, fault, invalid, LINKS, pending } from './decisions.ts';

describe('stickyComment', () => {
  it('says everything that the author and an approver need, in order', () => {
    const comment = stickyComment(anEvidence().approvedBy('dan').decide(), LINKS);
    const parts = [
      '### 🟡 Waiting for 1 approval',
      'On approval, `@alice` gets `orders-db` `read-only` for 2h',
      '> Replay payments stuck since the deploy',
      '| target | gets | risk | ended |',
      '| approval from | needs | has | who can approve |',
      '**Reviews that do not count**',
      '- `@dan`: ',
      '**What you can do**',
      '<details><summary>Why, by which policy</summary>',
      'Rule: reading needs an owner.',
      'policies/rules/databases.yaml#L',
      '/gatepass return',
    ];
    const places = parts.map((part) => comment.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it.each([
    ['🟢', allowed()],
    ['🟡', pending()],
    ['🔴', denied()],
    ['🔴', invalid()],
    ['⚪', fault()],
  ])('opens with %s', (sign, decision) => {
    expect(stickyComment(decision, LINKS).startsWith(`${STICKY_MARKER}\n\n### ${sign} `)).toBe(true);
  });

  it('shows the ticket beside the reason', () => {
    const evidence = anEvidence().fields({ ticket: 'OPS-1', reason: '"see @bob <b>"' });
    expect(stickyComment(evidence.decide(), LINKS)).toContain('> see @&#8203;bob &lt;b&gt; (ticket `OPS-1`)');
  });

  it('shows no plan where nobody knows what was asked', () => {
    expect(stickyComment(allowed({ asked: null }), LINKS)).not.toContain('> Replay');
  });

  it('fits into a comment of GitHub', () => {
    const { reasons } = pending();
    const many = Array.from({ length: 2000 }, () => reasons[0]).filter((reason) => reason !== undefined);
    expect(stickyComment(pending({ reasons: many }), LINKS).length).toBeLessThanOrEqual(65_536);
  });
});

describe('plainComment', () => {
  it('is one headline and one line, made harmless', () => {
    expect(plainComment('⚫', 'Withdrawn', 'by @alice')).toBe(
      `${STICKY_MARKER}\n\n### ⚫ Withdrawn\n\nby @&#8203;alice`,
    );
  });
});
