import { describe, expect, it } from 'vitest';
import { afterTelling, inOrder, isEmpty, isUrgent, newsFor, TOLD_NOTHING } from '../../../core/explain/alerts-news.ts';
import type { OpenAlert } from '../../../core/ledger/state.ts';
import { DAY, HOUR, type Instant, plus } from '../../../core/time.ts';

const NOW = '2026-11-23T10:00:00.000Z' as Instant;
const alert = (key: string, over: Partial<OpenAlert> = {}): OpenAlert => ({
  key,
  severity: 'warning',
  message: `m ${key}`,
  next: `n ${key}`,
  since: NOW,
  ...over,
});
const critical = (key: string) => alert(key, { severity: 'critical' });
const keysOf = (alerts: readonly OpenAlert[]) => alerts.map(({ key }) => key);
const told = (open: readonly OpenAlert[], now = NOW) => {
  const news = newsFor(TOLD_NOTHING, open, now);
  return afterTelling(TOLD_NOTHING, open, news, now);
};

describe('newsFor', () => {
  it('tells everything to a channel that knows nothing, the most urgent first', () => {
    const open = [alert('b'), alert('a'), critical('c'), alert('old', { since: plus(NOW, -HOUR) })];
    expect(keysOf(newsFor(TOLD_NOTHING, open, NOW).opened)).toEqual(['c', 'old', 'a', 'b']);
    expect(keysOf(inOrder([...open].reverse()))).toEqual(['c', 'old', 'a', 'b']);
  });

  it('has nothing to tell twice', () => {
    const open = [alert('a'), critical('b')];
    const news = newsFor(told(open), [...open].reverse(), plus(NOW, DAY - 1));
    expect(isEmpty(news)).toBe(true);
    expect(isUrgent(news)).toBe(false);
  });

  it('tells what got worse, not what got better', () => {
    expect(keysOf(newsFor(told([alert('a')]), [critical('a')], NOW).escalated)).toEqual(['a']);
    expect(isUrgent(newsFor(told([alert('a')]), [critical('a')], NOW))).toBe(true);
    expect(isEmpty(newsFor(told([critical('a')]), [alert('a')], NOW))).toBe(true);
  });

  it('tells what is over, in order', () => {
    const news = newsFor(told([alert('b'), alert('a'), alert('c')]), [alert('c')], NOW);
    expect(news.closed).toEqual(['a', 'b']);
    expect([isEmpty(news), isUrgent(news)]).toEqual([false, false]);
  });

  it('takes what closed and opened again since for new', () => {
    const again = alert('a', { since: plus(NOW, HOUR) });
    expect(newsFor(told([alert('a')]), [again], plus(NOW, HOUR))).toMatchObject({ opened: [again], closed: [] });
  });

  it.each([
    ['a moment before a day is over', DAY - 1, []],
    ['when a day is over', DAY, ['a', 'b']],
  ])('says what is still critical: %s', (_, after, keys) => {
    const open = [critical('b'), critical('a'), alert('w')];
    expect(keysOf(newsFor(told(open), open, plus(NOW, after)).still)).toEqual(keys);
  });

  it('says it once a day, and not on a day that brings something critical anyway', () => {
    const open = [critical('a')];
    const next = plus(NOW, DAY);
    const before = told(open);
    const daily = newsFor(before, open, next);
    expect(isEmpty(newsFor(afterTelling(before, open, daily, next), open, plus(next, DAY - 1)))).toBe(true);
    expect(newsFor(before, [...open, critical('b')], next).still).toEqual([]);
    expect(newsFor(told([alert('w')]), [alert('w')], next).still).toEqual([]);
  });

  it('starts the day anew when nothing was critical in between', () => {
    const calm = afterTelling(told([critical('a')]), [], newsFor(told([critical('a')]), [], NOW), NOW);
    expect(calm).toEqual(TOLD_NOTHING);
  });

  it('does not let a warning put off what is still critical', () => {
    const open = [critical('a')];
    const later = plus(NOW, HOUR);
    const more = [...open, alert('w', { since: later })];
    const after = afterTelling(told(open), more, newsFor(told(open), more, later), later);
    expect(keysOf(newsFor(after, more, plus(NOW, DAY)).still)).toEqual(['a']);
  });
});
