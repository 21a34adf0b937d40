/** Text of others in every place where it is shown: whatever it holds, it neither acts nor passes for ours. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { alertsBody, newsComment, newsText } from '../../core/explain/alerts.ts';
import { checkRun, refusedRun } from '../../core/explain/check-run.ts';
import { logLine } from '../../core/explain/escape.ts';
import { housekeepingBody } from '../../core/explain/housekeeping.ts';
import { reminderComment } from '../../core/explain/reminder.ts';
import { plainComment, stickyComment } from '../../core/explain/sticky-comment.ts';
import { terminalText } from '../../core/explain/terminal-text.ts';
import { timelineComment } from '../../core/explain/timeline-comment.ts';
import type { Decision } from '../../core/policy/decision.ts';
import { reportLines } from '../../sweep/report-lines.ts';
import { summaryMarkdown } from '../../sweep/summary.ts';
import { aChange, anEvidence, document, REQUEST } from '../support/evidence.ts';
import { START } from '../support/ledger.ts';
import { grantRead } from '../support/sweep-steps.ts';
import { aWorld } from '../support/world.ts';
import { expectStopped } from './gates.ts';
import { alertOf, decisions, entries, grantOf, hostile, newsOf, reportOf } from './hostile.ts';
import { threat } from './threat.ts';

const LINKS = { repository: 'https://github.test/acme/access' };

/** Where Markdown is shown, by what it is called. `text` stands wherever others can write something. */
const MARKDOWN: Readonly<Record<string, (text: string) => string>> = {
  'the summary of the check': (text) =>
    decisions(text)
      .map((each) => checkRun(each, LINKS, []).summary)
      .join('\n'),
  'the comment': (text) => decisions(text).map(withoutOurFold).join('\n'),
  'a check and a comment without a decision': (text) =>
    [refusedRun(text, text).summary, plainComment('🔴', text, text)].join('\n'),
  'the comment after the merge': (text) => timelineComment(7, entries(text), null),
  'the comment before the end': (text) =>
    reminderComment(grantOf(text), START, () => 'https://github.test/acme/access/new', false),
  'the issue of alerts, and the comment under it': (text) =>
    [alertsBody([alertOf(text)], []), newsComment(newsOf(text), [])].join('\n'),
  'the pull request that tidies up': (text) =>
    housekeepingBody([{ path: text, blob: text, pullRequest: 0, since: START }] as never),
  'the job summary': (text) => summaryMarkdown(reportOf(text)),
};

describe('what people read', () => {
  for (const [place, shownAs] of Object.entries(MARKDOWN))
    threat(39, `${place} shows it inert`, () => {
      fc.assert(
        fc.property(hostile, (text) => expectInert(shownAs(text), text)),
        { numRuns: 200, seed: 39 },
      );
    });

  threat(39, 'what gets through the gate’s own reading is shown inert', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const decision = anEvidence()
          .fields({
            reason: JSON.stringify(text.slice(0, 400) || 'x'),
            ticket: JSON.stringify(text.slice(0, 40) || 'x'),
          })
          .pull({ title: text })
          .approvedBy('bob', { limit: text })
          .approvedBy('bob', { user: { id: 1002, login: text.slice(0, 30) || 'x', type: 'User' } })
          .decide();
        for (const shown of [checkRun(decision, LINKS).summary, withoutOurFold(decision)]) expectInert(shown, text);
      }),
      { numRuns: 200, seed: 39 },
    );
  });

  threat(39, 'titles, annotations, the terminal and the message to a channel hide nothing and steer nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const decision of decisions(text)) {
          const { title, annotations } = checkRun(decision, LINKS);
          const marks = annotations.map((mark) => `${mark.title}\n${mark.message}`);
          const terminal = terminalText(decision, { color: false });
          for (const shown of [title, ...marks, terminal]) expect(shown.replaceAll('\n', '')).not.toMatch(HIDDEN);
          // A terminal can be the log of a job.
          expect(terminal).not.toMatch(/^\s*::/m);
        }
        const channel = newsText(newsOf(text), { repository: 'acme/access', issue: null });
        expect(channel.replaceAll('\u200b', '').replaceAll('\n', '')).not.toMatch(HIDDEN);
        expect(channel).not.toMatch(/@acme|<|https:\/\/evil|^## Approved|^~~~/m);
      }),
      { numRuns: 200, seed: 39 },
    );
  });

  threat(39, 'no line of the log of a job is a command to its runner', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const line of [...reportLines(reportOf(text)), text].map(logLine)) {
          expect(line).not.toMatch(HIDDEN);
          expect(line).not.toMatch(/^\s*::|##\[/);
        }
      }),
      { numRuns: 200, seed: 39 },
    );
  });

  threat(39, 'the summary of a real sweep shows it inert', async () => {
    const world = aWorld();
    const text = 'see @acme/security #1 </details> <!-- gatepass --> ~~~ <img src=x> [a](https://evil.test) `x` | y';
    grantRead(world, { reason: JSON.stringify(text) });
    const report = await world.sweep();
    expect(report.granted).toHaveLength(1);
    expectInert(summaryMarkdown({ ...report, stops: [alertOf(text)] }), text);
  });

  threat(39, 'homoglyphs are no names, and invisible characters no text', () => {
    const text = document({ duration: '2h', reason: 'Replay payments stuck since the deploy' });
    const asking = (written: string) => anEvidence().changing(aChange(REQUEST, written)).approvedBy('bob');
    for (const path of ['requests/оrders-db/read-only/x.yaml', 'requests/orders-db/reаd-only/x.yaml']) {
      expectStopped(anEvidence().changing(aChange(path, text)).approvedBy('bob'), 'request-path');
    }
    for (const hidden of ['\u202e', '\u200b', '\u2066', '\ufeff', '\u00ad', '\u{e0041}']) {
      expectStopped(asking(text.replace('Replay', `Re${hidden}play`)), 'yaml-invisible-character');
    }
    expectStopped(asking(text.replace('duration: 2h', 'duration: 2h\nsubject: person:аlice')), 'document-principal');
  });
});

/** Our comment ends with the end of its own fold: any other is not ours. */
function withoutOurFold(decision: Decision): string {
  const comment = stickyComment(decision, LINKS, []);
  expect(comment.endsWith('\n\n</details>')).toBe(true);
  return comment.slice(0, -'</details>'.length);
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** What GitHub would act on, wherever it stands outside code spans. Nobody reads Markdown for commands of a runner. */
const ACTS = [
  '@acme/security',
  '<img',
  '](https://evil',
  '![x]',
  'https://evil.test',
  '<!-- gatepass -->',
  '</details>',
  '~~~',
] as const;
const BEGINS = /^\s*(?:## Approved|~~~)/m;

/** Outside code spans no mention, number, link, image, HTML, fence or heading of the text is left; nothing invisible anywhere. */
function expectInert(shown: string, text: string): void {
  expect(shown.replaceAll('\n', '').replaceAll('\u200b', '')).not.toMatch(HIDDEN);
  const outside = shown.replace(/(`+)[^`\n](?:.*?[^`])?\1(?!`)/g, '');
  for (const part of ACTS) if (text.includes(part)) expect(outside).not.toContain(part);
  // A number of ours stands after a letter, as in `#L4`.
  expect(outside).not.toMatch(/#1\b/);
  expect(shown).not.toMatch(BEGINS);
  // A cell more than the head of its table would move what others wrote under another heading.
  for (const table of tablesIn(shown)) expect(new Set(table.map(cells)).size).toBe(1);
}

function tablesIn(shown: string): readonly (readonly string[])[] {
  const blocks = shown.split(/\n(?!\|)|\n\n/);
  return blocks
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .filter(({ length }) => length > 0);
}

function cells(row: string): number {
  return row.match(/(?<!\\)\|/g)?.length ?? 0;
}
