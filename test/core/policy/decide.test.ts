/** What holds for every decision: total, deterministic, and never an approval out of nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../core/canonical.ts';
import { decide } from '../../../core/policy/decide.ts';
import type { Evidence, Review } from '../../../core/policy/evidence.ts';
import { plus } from '../../../core/time.ts';
import { summary } from '../../support/decisions.ts';
import {
  aGrant,
  anEvidence,
  aReview,
  type EvidenceBuilder,
  HEAD,
  instant,
  NAMES,
  NOW,
} from '../../support/evidence.ts';

const START: readonly EvidenceBuilder[] = [
  anEvidence().approvedBy('bob'),
  anEvidence().by('carol').fields({ duration: '1h' }),
  anEvidence().asking('requests/orders-db/read-write/x.yaml', { duration: '1h' }).approvedBy('bob').approvedBy('dan'),
  anEvidence()
    .asking('requests/checkout/restart/x.yaml', { within: '1h', inputs: '{ region: eu-west-1 }' }, 'ActionRequest')
    .approvedBy('bob'),
  anEvidence().approvedBy('bob').holding(aGrant('alice')),
];

/** Every path to a value in a JSON document. */
function pathsIn(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? value.map((item, index) => [index, item] as const) : Object.entries(value);
  return [path, ...entries.flatMap(([key, item]) => pathsIn(item, [...path, key]))];
}

function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

describe('decide', () => {
  it('never throws, whatever a mutation leaves of the evidence', () => {
    const seeds = START.map(({ evidence }) => ({ evidence, paths: pathsIn(evidence) }));
    const junk = fc.constantFrom<unknown>(
      null,
      undefined,
      '',
      'x',
      0,
      -1,
      1.5,
      true,
      [],
      {},
      [null],
      { constructor: 1 },
      '2026-11-23T10:00:00Z',
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), junk, (seed, at, by) => {
        const start = seeds[seed % seeds.length];
        if (start === undefined) throw new Error('no seed');
        const path = start.paths[at % start.paths.length] ?? [];
        const mutated = replaced(start.evidence, path, by) as Evidence;
        const decision = decide(mutated);
        expect(['allow', 'pending', 'deny', 'invalid', 'fault']).toContain(decision.verdict);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([null, undefined, 5, 'x', [], {}, { pullRequest: null }, { pullRequest: { head: null }, governing: null }])(
    'is a fault for %j',
    (value) => {
      const decision = decide(value as unknown as Evidence);
      expect(summary(decision)).toBe('fault internal-error');
    },
  );

  it('tells what it can of broken evidence', () => {
    const decision = decide(anEvidence().with({ changes: null as never }).evidence);
    expect(decision).toMatchObject({
      verdict: 'fault',
      now: NOW,
      pullRequest: 17,
      head: HEAD,
      governing: 'b'.repeat(40),
    });
  });

  it('gives the same bytes for the same evidence, in whatever order its lists are', () => {
    const { evidence } = anEvidence().approvedBy('bob').approvedBy('carol').approvedBy('dan');
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...evidence.reviews], { minLength: 3 }),
        fc.shuffledSubarray([...evidence.governing.files], { minLength: evidence.governing.files.length }),
        (reviews, files) => {
          const again = decide({ ...evidence, reviews, governing: { ...evidence.governing, files } });
          expect(canonicalJson(again)).toBe(canonicalJson(decide(evidence)));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('does not change the evidence', () => {
    const { evidence } = anEvidence().approvedBy('bob');
    const before = canonicalJson(evidence);
    decide(evidence);
    expect(canonicalJson(evidence)).toBe(before);
  });

  it.each([
    [
      'no file',
      (evidence: Evidence) => ({ ...evidence, changes: [], pullRequest: { ...evidence.pullRequest, changedFiles: 0 } }),
    ],
    [
      'no commit',
      (evidence: Evidence) => ({ ...evidence, commits: [], pullRequest: { ...evidence.pullRequest, commits: 0 } }),
    ],
    ['no policy', (evidence: Evidence) => ({ ...evidence, governing: { ...evidence.governing, files: [] } })],
    ['no rules', (evidence: Evidence) => without(evidence, /^policies\/rules\//)],
    ['no code owners', (evidence: Evidence) => without(evidence, /CODEOWNERS/)],
    ['no guardrails file', (evidence: Evidence) => without(evidence, /organization/)],
    ['no people', (evidence: Evidence) => without(evidence, /people/)],
    ['no teams', (evidence: Evidence) => ({ ...evidence, teams: {} })],
    ['no members', (evidence: Evidence) => ({ ...evidence, members: [] })],
    ['no reviews', (evidence: Evidence) => ({ ...evidence, reviews: [] })],
  ])('allows nothing with %s', (_, change) => {
    expect(decide(change(anEvidence().approvedBy('bob').evidence)).verdict).not.toBe('allow');
  });

  function without(evidence: Evidence, path: RegExp): Evidence {
    const files = evidence.governing.files.filter((file) => !path.test(file.path));
    return { ...evidence, governing: { ...evidence.governing, files } };
  }
});

describe('approvals', () => {
  const review = fc.record({
    name: fc.constantFrom(...NAMES),
    state: fc.constantFrom<Review['state']>('APPROVED', 'APPROVED', 'CHANGES_REQUESTED', 'COMMENTED'),
    minute: fc.integer({ min: 0, max: 9 }),
    isHead: fc.boolean(),
    limit: fc.constantFrom(null, '1h', 'x'),
  });
  const built = (
    sequence: readonly {
      name: string;
      state: Review['state'];
      minute: number;
      isHead: boolean;
      limit: string | null;
    }[],
  ) =>
    sequence.map(({ name, state, minute, isHead, limit }, index) =>
      aReview(name, {
        id: index + 1,
        state,
        limit,
        submittedAt: plus(instant('2026-11-23T09:46:00Z'), minute * 60_000),
        commitId: isHead ? HEAD : 'f'.repeat(40),
      }),
    );
  const base = fc.constantFrom(
    anEvidence(),
    anEvidence().asking('requests/orders-db/read-write/x.yaml', { duration: '1h' }),
    anEvidence().by('erin').asking('requests/payments/lead/x.yaml', { duration: '1h' }),
    anEvidence().governing(
      'policies/delegations/carol.yaml',
      'apiVersion: gatepass/v1\nkind: Delegation\nfrom: carol\nto: dan\nseats: [team:orders]\nstarts: "2026-11-20T00:00:00Z"\nuntil: "2026-11-28T00:00:00Z"\nreason: On holiday\n',
    ),
  );

  it('of a person, removed, never create an allowance', () => {
    fc.assert(
      fc.property(base, fc.array(review, { maxLength: 6 }), fc.constantFrom(...NAMES), (start, sequence, name) => {
        const reviews = built(sequence);
        const approvals = (one: Review) => one.user.login === name && one.state === 'APPROVED';
        // Requested changes of the same person stay; without their approvals they speak again.
        const fewer = start.with({ reviews: reviews.filter((one) => !approvals(one)) }).decide();
        if (fewer.verdict === 'allow') expect(start.with({ reviews }).decide().verdict).toBe('allow');
      }),
      { numRuns: 200 },
    );
  });

  it('are counted as a naive reading counts them, for one owner', () => {
    fc.assert(
      fc.property(fc.array(review, { maxLength: 6 }), (sequence) => {
        const reviews = built(sequence);
        const decision = anEvidence().with({ reviews }).decide();
        const latest = new Map<string, Review>();
        for (const one of [...reviews].sort(
          (a, b) => Date.parse(a.submittedAt ?? '') - Date.parse(b.submittedAt ?? '') || a.id - b.id,
        )) {
          if (one.state !== 'COMMENTED') latest.set(one.user.login, one);
        }
        const owners = ['bob', 'carol'].flatMap((name) => latest.get(name) ?? []);
        const blocked = owners.some((one) => one.state === 'CHANGES_REQUESTED');
        const good = owners.some((one) => one.state === 'APPROVED' && one.commitId === HEAD && one.limit !== 'x');
        expect(decision.verdict).toBe(!blocked && good ? 'allow' : 'pending');
      }),
      { numRuns: 300 },
    );
  });

  it('are never counted twice for one person', () => {
    fc.assert(
      fc.property(base, fc.array(review, { maxLength: 8 }), (start, sequence) => {
        const decision = start.with({ reviews: built(sequence) }).decide();
        const filled =
          'requirements' in decision ? decision.requirements.flatMap((one) => one.filledBy.map((by) => by.id)) : [];
        expect(new Set(filled).size).toBe(filled.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a delegated seat', () => {
  const delegation = (
    from: string,
    to: string,
    seats = 'team:orders',
    window = ['2026-11-20T00:00:00Z', '2026-11-28T00:00:00Z'],
  ) =>
    `apiVersion: gatepass/v1\nkind: Delegation\nfrom: ${from}\nto: ${to}\nseats: [${seats}]\nstarts: "${window[0]}"\nuntil: "${window[1]}"\nreason: On holiday\n`;
  const away = (...files: readonly string[]) =>
    files.reduce((built, text, index) => built.governing(`policies/delegations/d${index}.yaml`, text), anEvidence());
  const twoOwners = (evidence: EvidenceBuilder) =>
    evidence.governing('policies/rules/databases.yaml', (text) =>
      text.replace(
        '{ from: [codeowners], count: 1, widen: { after: 30m, to: [team:sre] } }',
        '{ from: [codeowners], count: 2 }',
      ),
    );

  it.each([
    ['is used by the delegate', 'allow', away(delegation('carol', 'dan')).approvedBy('dan')],
    ['is not used by others', 'pending', away(delegation('carol', 'dan')).approvedBy('erin')],
    ['is no seat in another team', 'pending', away(delegation('carol', 'dan', 'team:dba')).approvedBy('dan')],
    ['is none that the delegator does not have', 'pending', away(delegation('grace', 'dan')).approvedBy('dan')],
    [
      'counts from its first second',
      'allow',
      away(delegation('carol', 'dan', 'team:orders', ['2026-11-23T09:50:00Z', '2026-11-23T10:00:00Z'])).approvedBy(
        'dan',
      ),
    ],
    [
      'does not count a second before',
      'pending',
      away(delegation('carol', 'dan', 'team:orders', ['2026-11-23T09:50:01Z', '2026-11-23T10:00:00Z'])).approvedBy(
        'dan',
      ),
    ],
    [
      'does not count at its end',
      'pending',
      away(delegation('carol', 'dan', 'team:orders', ['2026-11-23T09:00:00Z', '2026-11-23T09:50:00Z'])).approvedBy(
        'dan',
      ),
    ],
    [
      'of the requester is empty',
      'pending',
      away(delegation('carol', 'dan'))
        .by('carol')
        .fields({ duration: '2h', starts: '"2026-11-30T12:00:00Z"' })
        .approvedBy('dan'),
    ],
    [
      'of somebody who left is empty',
      'pending',
      away(delegation('carol', 'dan'))
        .with({ members: [1001, 1002, 1004] })
        .approvedBy('dan'),
    ],
    [
      'counts once: with its owner',
      'pending',
      twoOwners(away(delegation('carol', 'dan')))
        .approvedBy('dan')
        .approvedBy('carol'),
    ],
    [
      'counts once: with two delegates',
      'pending',
      twoOwners(away(delegation('carol', 'dan'), delegation('carol', 'erin')))
        .approvedBy('dan')
        .approvedBy('erin'),
    ],
    [
      'counts beside another owner',
      'allow',
      twoOwners(away(delegation('carol', 'dan')))
        .approvedBy('dan')
        .approvedBy('bob'),
    ],
    [
      'is doubtful when the team cannot be read',
      'fault',
      away(delegation('carol', 'dan')).withoutTeam('orders').approvedBy('dan'),
    ],
  ] as const)('%s', (_, verdict, evidence) => {
    expect(evidence.decide().verdict).toBe(verdict);
  });

  it('is told: dan for carol', () => {
    const [finding] = away(delegation('carol', 'dan')).approvedBy('dan').decide().reviews;
    expect(finding).toMatchObject({
      counts: true,
      onBehalfOf: 'carol',
      why: 'in the seat of carol, as code owners (team:orders), for reading needs an owner',
    });
  });

  it('makes the delegate a candidate', () => {
    const decision = away(delegation('carol', 'dan')).decide();
    expect('requirements' in decision && decision.requirements[0]?.candidates.map((one) => one.login)).toEqual([
      'bob',
      'carol',
      'dan',
    ]);
  });

  it('of people who are gone from the people file is nobody’s', () => {
    const evidence = away(delegation('carol', 'dan')).governing('policies/people.yaml', (text) =>
      text.replace('  dan:\n', '  daniel:\n'),
    );
    expect(['pending', 'fault']).toContain(evidence.approvedBy('dan').decide().verdict);
  });
});
