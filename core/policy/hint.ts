/** The nearest request that would do: the same with a shorter time, found by asking again. */
import { DAY, formatDuration, HOUR, MINUTE, type Milliseconds } from '../time.ts';
import { withLength } from './asked.ts';
import { labelOf, listed } from './labels.ts';
import type { Ask } from './setting.ts';
import { type Terms, termsFor } from './terms.ts';

/** `4h is automatic`, `4h needs 1 of code owners (team:orders)`; `null`: no shorter time would do. */
export function hintFor(ask: Ask): string | null {
  for (const length of candidates(ask)) {
    const terms = termsFor(withLength(ask, length));
    if (terms.is === 'terms') return describe(ask, length, terms);
  }
  return null;
}

const STEPS: readonly Milliseconds[] = [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY];

/** Every bound that is written somewhere, and some round lengths; the longest first. */
function candidates(ask: Ask): readonly Milliseconds[] {
  const { ruleSets, organization } = ask.setting.governance;
  const bounds = [
    ...ruleSets.flatMap((set) => set.rules.map((rule) => rule.max)),
    ...organization.guardrails.flatMap(({ require }) => [require.max ?? 0, require.maxContinuous ?? 0]),
    organization.breakGlass?.max ?? 0,
  ];
  return [...new Set([...bounds, ...STEPS])].filter((length) => length < ask.length).sort((a, b) => b - a);
}

function describe(ask: Ask, length: Milliseconds, terms: Terms): string {
  const scope = { ...ask, at: ask.setting.evidence.now };
  const needs = terms.requirements.map((one) => `${one.count} of ${labelOf(one.from, scope)}`);
  return `${formatDuration(length)} ${needs.length === 0 ? 'is automatic' : `needs ${listed(needs)}`}`;
}
