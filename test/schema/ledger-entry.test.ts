/** The schema of ledger entries and the types in `core/ledger/entry.ts` say the same: here is one entry of every type. */
import { describe, expect, it } from 'vitest';
import type { Body } from '../../core/ledger/entry.ts';
import { validateLedgerEntry } from '../../schema/validators.generated.js';
import {
  aGenesis,
  anAction,
  anEnsure,
  aSlot,
  authorised,
  authority,
  grantId,
  request,
  START,
  sha,
  terms,
} from '../support/ledger.ts';

const DIGEST = '0'.repeat(64);
const CHAIN = { v: 1, seq: 7, prev: DIGEST, at: START };
const GRANT = grantId(42);
const APPROVAL = {
  review: 501,
  user: { id: 1002, login: 'bob' },
  fills: 'team:payments',
  submittedAt: START,
  onBehalfOf: 'carol',
};
const DECIDED = { request: request(42), commit: sha(2), code: 'no-rule', why: 'no rule fits', next: 'ask for less' };
const RUN = {
  repository: 'acme/ops',
  workflow: 'restart.yml',
  ref: 'main',
  inputs: { region: 'eu' },
  within: 1_800_000,
};

/** The compiler asks for every type, and for every field of it. */
const BODIES: { readonly [T in Body['type']]: Body & { readonly type: T } } = {
  genesis: aGenesis() as Body & { type: 'genesis' },
  key: { type: 'key', key: { id: 'key-2', publicKey: 'cHVi' }, retires: 'key-1', proof: 'c2ln' },
  read: { type: 'read', commit: sha(2) },
  'governing-accepted': {
    type: 'governing-accepted',
    commit: sha(2),
    digest: DIGEST,
    pullRequest: 41,
    approvals: [APPROVAL],
  },
  'governing-refused': { type: 'governing-refused', commit: sha(2), digest: DIGEST, pullRequest: null, why: 'pushed' },
  'governing-restored': { type: 'governing-restored', commit: sha(2), digest: DIGEST },
  authorised: authorised(42, { ticket: 'OPS-1', starts: START, startsBy: START }) as Extract<
    Body,
    { type: 'authorised' }
  >,
  refused: { type: 'refused', ...DECIDED },
  quarantined: { type: 'quarantined', ...DECIDED, request: { ...request(42), pullRequest: 0 } },
  lapsed: { type: 'lapsed', ...DECIDED },
  deferred: { type: 'deferred', request: request(42), commit: sha(2), why: 'membership unknown', until: START },
  standing: { type: 'standing', slot: aSlot(), value: null },
  intent: anEnsure(42),
  outcome: {
    type: 'outcome',
    intent: 'i42',
    grant: GRANT,
    effect: 'ensure',
    slot: aSlot().key,
    result: 'refused',
    observed: 'member',
    detail: null,
    due: START,
    issued: null,
    confirmed: START,
  },
  'action-intent': {
    type: 'action-intent',
    id: 'a42',
    grant: GRANT,
    run: RUN,
    correlation: 'gatepass-42',
    sweep: 'run-1',
    lease: START,
  },
  'action-outcome': {
    type: 'action-outcome',
    grant: GRANT,
    intent: 'a42',
    state: 'done',
    runId: 9,
    url: 'https://github.com/acme/ops/actions/runs/9',
    detail: null,
  },
  returned: { type: 'returned', grant: GRANT, by: { id: 1001, login: 'alice' }, via: { comment: 5 }, asked: START },
  reviewed: { type: 'reviewed', grant: GRANT, review: APPROVAL },
  locked: { type: 'locked', grant: GRANT, lock: 'laptop', commit: sha(2) },
  left: { type: 'left', grant: GRANT, why: 'organization', commit: sha(2) },
  tightened: {
    type: 'tightened',
    grant: GRANT,
    commit: sha(2),
    most: 3_600_000,
    by: 'the rule “reading needs an owner”',
    is: 'shrunk',
    expires: START,
  },
  closed: {
    type: 'closed',
    is: 'denied',
    request: request(42),
    head: sha(3),
    opener: { id: 1001, login: 'alice' },
    openedAt: START,
    by: { id: 1002, login: 'bob' },
    closedAt: START,
    asked: {
      resource: 'orders-db',
      entitlement: 'read-only',
      subject: 'alice',
      length: 7_200_000,
      reason: 'Replay payments stuck since the deploy',
      ticket: 'OPS-1',
    },
    verdict: 'pending',
    why: 'waits for an owner',
    reviews: [{ review: 501, user: { id: 1002, login: 'bob' }, state: 'CHANGES_REQUESTED', at: START }],
  },
  alert: { type: 'alert', key: 'sweep-silent', severity: 'critical', message: 'no sweep', next: 'look at it' },
  'alert-closed': { type: 'alert-closed', key: 'sweep-silent' },
};

function isValid(entry: object): boolean {
  return validateLedgerEntry(JSON.parse(JSON.stringify({ ...CHAIN, ...entry })));
}

describe('the schema of ledger entries', () => {
  it.each(Object.values(BODIES))('accepts an entry of type $type', (body) => {
    expect(isValid(body), JSON.stringify(validateLedgerEntry.errors)).toBe(true);
  });

  it.each(Object.values(BODIES))('asks for every field of $type, and for no other', (body) => {
    expect(isValid({ ...body, extra: 1 })).toBe(false);
    for (const field of [...Object.keys(CHAIN), ...Object.keys(body)]) {
      expect(isValid({ ...body, [field]: undefined }), field).toBe(false);
    }
  });

  it('accepts what varies within a type', () => {
    expect(isValid({ ...BODIES.read, closed: START })).toBe(true);
    expect(isValid({ ...BODIES.read, closed: 'soon' })).toBe(false);
    expect(isValid({ ...BODIES.closed, by: null, asked: null, verdict: null, reviews: [] })).toBe(true);
    expect(isValid({ ...BODIES.returned, via: { pullRequest: 44 } })).toBe(true);
    expect(isValid({ ...BODIES.returned, via: { comment: 5, pullRequest: 44 } })).toBe(false);
    expect(
      isValid({
        ...BODIES.authorised,
        grant: anAction(42),
        authority: authority({ mergedBy: { id: 1, login: 'bob' } }),
      }),
    ).toBe(true);
    const service = {
      kind: 'service',
      name: 'deploy',
      id: null,
      login: null,
      identities: { postgres: 'deploy' },
    } as const;
    expect(isValid({ ...BODIES.authorised, grant: terms(42, { subject: service }) })).toBe(true);
  });

  it.each([
    ['an instant in another form', { at: '2026-11-23T10:00:00Z' }],
    ['a digest in capitals', { prev: 'A'.repeat(64) }],
    ['a negative number', { seq: -1 }],
    ['another version', { v: 2 }],
    ['another type', { type: 'granted' }],
    ['no commit', { commit: 'main' }],
  ])('refuses %s', (_, change) => {
    expect(isValid({ ...BODIES.read, ...change })).toBe(false);
  });
});
