/** How long at most: the smallest of every bound that applies. Above it is a denial, pointing at the line. */
import type { Place } from '../document/documents.ts';
import { formatDuration, type Milliseconds } from '../time.ts';
import { lengthField, placeOf } from './asked.ts';
import { type Findings, NOTHING } from './findings.ts';
import { fails, holds, issueAt } from './reason.ts';
import type { Ask } from './setting.ts';

export interface Bound {
  /** The rule, guardrail or break-glass clause. */
  readonly source: string;
  readonly max: Milliseconds;
  readonly place: Place | null;
}

export function checkBounds(bounds: readonly Bound[], ask: Ask): Findings {
  const exceeded = bounds.filter((bound) => ask.length > bound.max).sort((a, b) => a.max - b.max);
  const [strictest] = exceeded;
  if (strictest === undefined) {
    return { reasons: [holds('duration-within-max', `${formatDuration(ask.length)} is short enough`)], issues: [] };
  }
  const asked = formatDuration(ask.length);
  const most = formatDuration(strictest.max);
  return {
    reasons: exceeded.map((bound) =>
      fails('duration-over-max', `${asked} is longer than ${formatDuration(bound.max)}, the most by ${bound.source}`, {
        place: bound.place,
      }),
    ),
    issues: [
      issueAt(
        placeOf(ask.request, lengthField(ask.request)),
        'duration-over-max',
        `${lengthField(ask.request)} is longer than ${strictest.source} allows`,
        { found: asked, expected: `at most ${most}`, fix: `use ${most} or less` },
      ),
    ],
  };
}

/** Whether any of the window is left, and whether it could still begin in time. */
export function checkWindow(ask: Ask): Findings {
  const { startsBy } = ask.request;
  if (ask.end <= ask.at) {
    return one(
      'window-over',
      'starts',
      `the window ended at ${ask.end}`,
      `let \`starts\` be after ${ask.at}, or leave it out`,
    );
  }
  if (startsBy !== null && ask.at > startsBy) {
    return one(
      'start-too-late',
      'startsBy',
      `it cannot begin by ${startsBy} any more`,
      'ask again with a later `startsBy`',
    );
  }
  return NOTHING;

  function one(
    code: 'window-over' | 'start-too-late',
    field: 'starts' | 'startsBy',
    why: string,
    fix: string,
  ): Findings {
    const issue = issueAt(placeOf(ask.request, field), code, why, { found: ask.request[field], fix });
    return { reasons: [fails(code, why)], issues: [issue] };
  }
}
