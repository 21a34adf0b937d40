/**
 * Evidence from outside: held against its schema, and its instants read. It believes no count: that the lists are whole is
 * for the decision to find out.
 */
import { type ValidationError, validateEvidence } from '../../schema/validators.generated.js';
import type { Issue, Parsed } from '../document/issue.ts';
import { parseInstant } from '../time.ts';
import type { Evidence } from './evidence.ts';

/** Every issue names the place in the JSON, such as `/pullRequest/head/sha`; its line is always 1. */
export function parseEvidence(value: unknown): Parsed<Evidence> {
  if (!validateEvidence(value)) {
    const errors = validateEvidence.errors as readonly ValidationError[];
    return { ok: false, issues: errors.map((error) => issue(error.instancePath, describe(error))) };
  }
  const evidence = value as Evidence;
  const wrong = instantsOf(evidence).filter(([, at]) => parseInstant(at) !== at);
  if (wrong.length > 0) {
    return { ok: false, issues: wrong.map(([path, at]) => issue(path, `\`${at}\` is no instant`)) };
  }
  return { ok: true, value: evidence, issues: [] };
}

/** The precompiled validators carry no messages. */
function describe({ keyword, params }: ValidationError): string {
  switch (keyword) {
    case 'required':
      return `has no \`${String(params['missingProperty'])}\``;
    case 'additionalProperties':
      return `has a field too many: \`${String(params['additionalProperty'])}\``;
    case 'type':
      return `is not of type ${[params['type']].flat().join(' or ')}`;
    case 'enum':
      return `is none of ${[params['allowedValues']].flat().join(', ')}`;
    default:
      return `does not keep to \`${keyword}\`: ${Object.values(params).join(' ')}`;
  }
}

function issue(path: string, message: string): Issue {
  return {
    code: 'evidence-invalid',
    severity: 'error',
    file: 'evidence',
    line: 1,
    column: 1,
    length: 1,
    message: `${path === '' ? 'the evidence' : `\`${path}\``} ${message}`,
    found: null,
    expected: 'schema/evidence.schema.json',
    fix: 'see docs/guides/evidence.md',
  };
}

function instantsOf(evidence: Evidence): readonly (readonly [path: string, at: string])[] {
  const { pullRequest: pull, reviews, grants } = evidence;
  const found: (readonly [string, string | null])[] = [
    ['/now', evidence.now],
    ['/pullRequest/openedAt', pull.openedAt],
    ['/pullRequest/mergedAt', pull.mergedAt],
    ['/pullRequest/readyAt', pull.readyAt ?? null],
    ['/pullRequest/headPushedAt', pull.headPushedAt ?? null],
    ...pull.retargetedAt.map((at, index) => [`/pullRequest/retargetedAt/${index}`, at] as const),
    ...reviews.flatMap((review, index) => [
      [`/reviews/${index}/submittedAt`, review.submittedAt] as const,
      [`/reviews/${index}/edited/at`, review.edited?.at ?? null] as const,
      [`/reviews/${index}/dismissed/at`, review.dismissed?.at ?? null] as const,
    ]),
    ...grants.flatMap((grant, index) => [
      [`/grants/${index}/starts`, grant.starts] as const,
      [`/grants/${index}/expires`, grant.expires] as const,
    ]),
  ];
  return found.flatMap(([path, at]) => (at === null ? [] : [[path, at] as const]));
}
