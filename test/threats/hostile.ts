/** What others can write, and everything of ours that shows it, with it in every word that they can choose. */
import fc from 'fast-check';
import type { Entry } from '../../core/ledger/entry.ts';
import type { Decision } from '../../core/policy/decision.ts';
import type { SweepReport } from '../../sweep/report.ts';
import { anEvidence, instant, NOW } from '../support/evidence.ts';
import { request, START, sha, terms } from '../support/ledger.ts';

/** What must not reach a reader as it is. */
const HOSTILE = [
  '@acme/security',
  '#1',
  '<img src=x>',
  '[a](https://evil.test)',
  '![x](y)',
  '`',
  '|',
  '\u202e',
  '\u200b',
  '\u001b[31m',
  '\u2066',
  '\u0007',
  'https://evil.test',
  '<!-- gatepass -->',
  '</details>',
  '\n## Approved\n',
  '~~~',
  '\n~~~\n',
  '::set-output::',
  '\n::set-output name=alerts::0\n',
  '##[add-mask]x',
  '\r',
];
export const hostile = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...HOSTILE) }, fc.string({ maxLength: 6 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(' '));

/** A decision of each kind, with the text in every word that somebody else can choose. */
export function decisions(text: string): readonly Decision[] {
  const evidence = [
    anEvidence().fields({ ticket: 'OPS-1' }),
    anEvidence().fields({ ticket: 'OPS-1' }).approvedBy('bob').approvedBy('dan'),
    anEvidence().fields({ duration: '3d' }),
    anEvidence().fields({ duration: 'soon' }),
    anEvidence().withoutTeam('orders'),
  ];
  return evidence.map((each) => withText(each.decide(), text));
}

/** Ids, commits, paths and enumerations are not words. */
const WORDS = new Set(['message', 'reason', 'ticket', 'why', 'found', 'expected', 'fix', 'label', 'source', 'rule']);

function withText<Value>(value: Value, text: string, key = ''): Value {
  if (typeof value === 'string') return (WORDS.has(key) || key === 'login' || key === 'hint' ? text : value) as Value;
  if (Array.isArray(value)) return value.map((each) => withText(each as unknown, text, key)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withText(each as unknown, text, name)]),
  ) as Value;
}

export const alertOf = (text: string) =>
  ({ key: text, severity: 'critical', message: text, next: text, since: NOW }) as const;
export const newsOf = (text: string) => ({ opened: [alertOf(text)], escalated: [], closed: [text], still: [] });
export const grantOf = (text: string) => terms(7, { resource: text, entitlement: text, reason: text });

export function entries(text: string): readonly Entry[] {
  const told = { request: request(7), why: text, code: 'x', next: text };
  return [
    { type: 'deferred', ...told, until: instant('2026-11-23T11:00:00Z') },
    { type: 'refused', ...told },
  ].map((body, seq) => ({ ...body, v: 1, seq, prev: '', at: START }) as unknown as Entry);
}

export function reportOf(text: string): SweepReport {
  const line = {
    grant: text,
    label: text,
    value: null,
    because: 'granted',
    result: 'failed',
    detail: text,
    due: START,
    confirmed: null,
  } as const;
  const refused = {
    commit: sha(2),
    type: 'refused',
    request: { ...request(7), path: text },
    code: 'x',
    why: text,
    next: text,
  } as const;
  return {
    run: text,
    zone: text,
    now: START,
    written: [],
    granted: [line],
    revoked: [line],
    actions: [{ type: 'action-outcome', grant: text, state: 'failed', url: null, detail: text } as never],
    refused: [refused],
    stops: [alertOf(text)],
    problems: [],
    alerts: [],
    unseen: new Map([[text, text]]),
    grants: [],
    nextDue: null,
    ledgerCommit: null,
  };
}
