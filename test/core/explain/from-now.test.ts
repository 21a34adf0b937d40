import { describe, expect, it } from 'vitest';
import { checkRun } from '../../../core/explain/check-run.ts';
import { fromNow } from '../../../core/explain/from-now.ts';
import { stickyComment } from '../../../core/explain/sticky-comment.ts';
import { aGrant, instant } from '../../support/evidence.ts';
import { allowed, denied, LINKS, pending, runOnce } from './decisions.ts';

const saying = (what: string) =>
  `Now, through Gatepass, \`@alice\` holds of \`orders-db\`: ${what}. What was given by another way is not seen here.`;
const LATER = { starts: instant('2026-11-23T12:00:00Z'), expires: instant('2026-11-23T13:00:00Z') };
const OVER = { expires: instant('2026-11-23T09:00:00Z') };

describe('fromNow', () => {
  it.each([
    ['nothing', [], 'nothing'],
    ['a live grant', [aGrant('alice')], '`read-only` until 2026-11-23 11:00 UTC'],
    [
      'several, one of them to come',
      [aGrant('alice'), aGrant('alice', { role: 'read-write', ...LATER })],
      '`read-only` until 2026-11-23 11:00 UTC, `read-write` from 2026-11-23 12:00 UTC until 2026-11-23 13:00 UTC',
    ],
    [
      'what could not be taken back',
      [aGrant('alice', { ...OVER, stuck: true })],
      '`read-only` (over since 2026-11-23 09:00 UTC, and not taken back yet)',
    ],
    ['not what is over', [aGrant('alice', OVER)], 'nothing'],
    [
      'not what others hold, or what is of another resource',
      [aGrant('bob'), aGrant('alice', { resource: 'x' })],
      'nothing',
    ],
  ])('says %s', (_, held, what) => {
    expect(fromNow(pending(), held)).toBe(saying(what));
    expect(fromNow(allowed(), held)).toBe(fromNow(pending(), held));
  });

  it('knows a service by its name', () => {
    const { asked } = pending();
    if (asked === null) throw new Error('expected to know what is asked');
    const subject = { ...asked.subject, kind: 'service', name: 'deployer', id: null, login: null } as const;
    const held = [aGrant('alice', { subject: 'deployer' })];
    expect(fromNow(pending({ asked: { ...asked, subject } }), held)).toContain(
      '`deployer` holds of `orders-db`: `read-only` until',
    );
  });

  it.each([
    ['nobody looked', pending(), null],
    ['nothing would be granted', denied(), []],
    ['nothing is asked for', allowed({ asked: null }), []],
    ['nothing would be held', runOnce(), []],
  ])('is silent where %s', (_, decision, held) => {
    expect(fromNow(decision, held)).toBe('');
  });

  it('stands in the check and in the comment', () => {
    for (const said of [checkRun(pending(), LINKS, []).summary, stickyComment(pending(), LINKS, [])])
      expect(said).toContain(`\n\n${saying('nothing')}\n\n`);
  });
});
