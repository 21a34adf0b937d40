import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertsBody, newsComment, newsData, newsText } from '../../../core/explain/alerts.ts';
import type { News } from '../../../core/explain/alerts-news.ts';
import type { OpenAlert } from '../../../core/ledger/state.ts';
import type { Instant } from '../../../core/time.ts';

const NOW = '2026-11-23T10:00:00.000Z' as Instant;
const alert: OpenAlert = {
  key: 'revoke-stuck:github-team:1/member:2',
  severity: 'critical',
  message: 'a removal is overdue: `alice in acme/payments`',
  next: 'repair the credential',
  since: NOW,
};
const NONE: News = { opened: [], escalated: [], closed: [], still: [] };
const HOSTILE = '@everyone <!channel> <https://evil.test|x> **b** [a](https://evil.test) #1 www.evil.test `@bob`';
const hostile: OpenAlert = { ...alert, key: `quarantined:${HOSTILE}`, message: HOSTILE, next: HOSTILE };
const sender = { repository: 'acme/access', issue: 'https://github.test/acme/access/issues/9' };

describe('the issue', () => {
  it('lists what is open with since when and what to do', () => {
    const body = alertsBody([{ ...alert, key: 'b', severity: 'warning' }, alert], ['@acme/platform']);
    expect(body).toContain('2 alerts open');
    expect(body).toContain('\n\n@acme/platform\n\n- 🔴 a removal is overdue: `alice in acme/payments` (since');
    expect(body).toContain(
      '2026-11-23 10:00 UTC, `revoke-stuck:github-team:1/member:2`)\n  - Next: repair the credential\n- 🟡',
    );
  });

  it('says so when nothing is open', () => {
    expect(alertsBody([], [])).toBe('Nothing is open. Gatepass opens this issue again when something needs a person.');
  });

  it('is the same whatever the order of what is open', () => {
    const all = [alert, { ...alert, key: 'a' }, { ...alert, severity: 'warning' as const, key: 'c' }];
    expect(alertsBody([...all].reverse(), [])).toBe(alertsBody(all, []));
  });

  it('stays below what GitHub takes, however much is open', () => {
    const many = Array.from({ length: 3000 }, (_, at) => ({ ...hostile, key: `k${at}`, message: HOSTILE.repeat(30) }));
    expect(alertsBody(many, []).length).toBeLessThan(31_000);
    expect(
      alertsBody(
        many.map((each) => ({ ...each, message: 'm', next: 'n' })),
        [],
      ),
    ).toContain('… and 2900 more');
    expect(newsText({ ...NONE, closed: many.map(({ key }) => key) }, sender)).toContain('k99, … and 2900 more');
    expect(newsComment({ ...NONE, opened: many }, []).length).toBeLessThan(31_000);
    expect(newsText({ ...NONE, opened: many }, sender).length).toBeLessThan(8_200);
  });
});

describe('hostile text', () => {
  const outside = (text: string) => text.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');

  it('mentions, links and formats nothing in the issue or its comments', () => {
    for (const text of [alertsBody([hostile], []), newsComment({ ...NONE, opened: [hostile] }, [])]) {
      const rendered = outside(text.replace('**New**', ''));
      expect(rendered).not.toMatch(/@(?!&)|https:\/\/|<(?!!-)|\*\*|\[a\]\(|www\./);
    }
  });

  it('mentions and links nothing in Slack', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '!', '>', '@', '&', 'here', 'https://x', 'www.', '\n', '|') }),
        (text) => {
          const shown = newsText(
            { ...NONE, opened: [{ ...alert, key: text, message: text, next: text }], closed: [text] },
            sender,
          );
          const ours = shown.replace(sender.issue, '');
          expect(ours).not.toMatch(/[<>]|@(?!\u200b)|:\/\/|www\.|&(?!amp;|lt;|gt;)/);
          expect(ours.trimEnd().split('\n')).toHaveLength(4);
        },
      ),
    );
  });
});

describe('the news', () => {
  const news: News = {
    opened: [alert],
    escalated: [{ ...alert, key: 'e' }],
    closed: ['x', 'y'],
    still: [{ ...alert, key: 's' }],
  };

  it('are in the comment by what happened, with whom it calls', () => {
    const comment = newsComment(news, ['@heidi']);
    expect(comment).toMatch(
      /^@heidi\n\n\*\*New\*\*\n\n- 🔴[\s\S]*\*\*More urgent now\*\*[\s\S]*\*\*Still critical\*\*/,
    );
  });

  it('are in one message for Slack', () => {
    expect(newsText(news, sender)).toBe(
      [
        'Gatepass needs a person (acme/access)',
        'New:',
        '• critical: a removal is overdue: `alice in acme/payments` (since 2026-11-23 10:00 UTC). Next: repair the credential',
        'More urgent now:',
        '• critical: a removal is overdue: `alice in acme/payments` (since 2026-11-23 10:00 UTC). Next: repair the credential',
        'Still critical:',
        '• critical: a removal is overdue: `alice in acme/payments` (since 2026-11-23 10:00 UTC). Next: repair the credential',
        'Over: x, y',
        'https://github.test/acme/access/issues/9',
      ].join('\n'),
    );
    expect(newsText({ ...NONE, closed: ['x'] }, { ...sender, issue: null })).toBe(
      'Gatepass needs a person (acme/access)\nOver: x',
    );
  });

  it('are there for programs too', () => {
    expect(newsData(news, [alert, { ...alert, severity: 'warning' }], sender, NOW)).toMatchObject({
      v: 1,
      repository: 'acme/access',
      at: NOW,
      opened: [alert],
      closed: ['x', 'y'],
      open: { critical: 1, warning: 1 },
    });
  });
});
