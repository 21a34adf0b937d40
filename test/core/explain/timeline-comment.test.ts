import { describe, expect, it } from 'vitest';
import { pullRequestsIn, timelineComment } from '../../../core/explain/timeline-comment.ts';
import type { Authority, Body, Entry, GrantTerms, Slot } from '../../../core/ledger/entry.ts';
import { plus } from '../../../core/time.ts';
import { instant } from '../../support/evidence.ts';

const START = instant('2026-11-23T10:00:00Z');
const END = instant('2026-11-23T11:00:00Z');
const REQUEST = { path: 'requests/orders-db/read-only/replay.yaml', blob: 'c'.repeat(40), pullRequest: 17 };

const GRANT: GrantTerms = {
  id: '17-0a1b2c3d',
  kind: 'access',
  resource: 'orders-db',
  entitlement: 'read-only',
  subject: { kind: 'person', name: 'alice', id: 1001, login: 'alice', identities: {} },
  reason: 'Replay payments',
  ticket: null,
  starts: null,
  startsBy: null,
  length: 3_600_000,
  bindings: [],
  run: null,
  breakGlass: false,
};

const approval = (login: string) => ({
  review: 1,
  user: { id: 1, login },
  fills: 'a rule',
  submittedAt: START,
  onBehalfOf: null,
});

const authorised = (...approvers: readonly string[]): Body => {
  const authority = { rule: 'reading needs an owner', approvals: approvers.map(approval) } as unknown as Authority;
  return { type: 'authorised', request: REQUEST, grant: GRANT, authority };
};

const slot = (key: string): Slot => ({
  provider: 'postgres',
  zone: 'default',
  key,
  config: {},
  ids: {},
  levels: [],
  label: key,
});

const intent = (effect: 'ensure' | 'remove' = 'ensure', key = 'a'): Body => ({
  type: 'intent',
  id: `i-${key}`,
  grant: GRANT.id,
  effect,
  slot: slot(key),
  before: null,
  after: 'app_read',
  asks: 'app_read',
  starts: START,
  expires: END,
  run: 'run-1',
  lease: END,
  because: { why: 'granted', grants: [GRANT.id] },
});

const outcome = (over: Partial<Extract<Body, { type: 'outcome' }>> = {}): Body => ({
  type: 'outcome',
  intent: 'i-a',
  grant: GRANT.id,
  effect: 'ensure',
  slot: 'a',
  result: 'done',
  observed: 'app_read',
  detail: null,
  due: START,
  issued: START,
  confirmed: START,
  ...over,
});

const run = (state: 'running' | 'done' | 'failed' | 'unknown', detail: string | null = null): Body => ({
  type: 'action-outcome',
  grant: GRANT.id,
  intent: 'x',
  state,
  runId: 1,
  url: null,
  detail,
});

/** A minute between entries. */
function entries(...bodies: readonly Body[]): readonly Entry[] {
  return bodies.map(
    (body, seq) => ({ v: 1, seq, prev: '0'.repeat(64), at: plus(START, seq * 60_000), ...body }) as Entry,
  );
}

const tell = (...bodies: readonly Body[]) =>
  timelineComment(17, entries(...bodies), (grant, at) => `link:${grant.id}:${at}`);
const headline = (...bodies: readonly Body[]) => tell(...bodies).split('\n')[2];

const left = (why: 'organization' | 'account' | 'service'): Body => ({
  type: 'left',
  grant: GRANT.id,
  why,
  commit: 'x',
});

const tightened = (is: 'kept' | 'shrunk', most = 1_800_000): Body => ({
  type: 'tightened',
  grant: GRANT.id,
  commit: 'x',
  most,
  by: 'the rule `r`',
  is,
  expires: instant('2026-11-23T10:30:00Z'),
});

const closed = (is: 'withdrawn' | 'denied' | 'lapsed', by: string | null = 'bob'): Body => ({
  type: 'closed',
  is,
  request: REQUEST,
  head: 'x',
  opener: { id: 1, login: 'alice' },
  openedAt: START,
  by: by === null ? null : { id: 2, login: by },
  closedAt: START,
  asked: null,
  verdict: 'pending',
  why: 'an owner is missing',
  reviews: [],
});

const LATER = { commit: 'x', code: 'x', why: 'who asked is unknown', next: 'ask `@sec`' } as const;
const granted = [authorised('bob'), intent(), outcome()] as const;

describe('timelineComment', () => {
  it.each<[string, readonly Body[], string]>([
    ['merged', [], '### 🔵 Merged, waiting to be applied'],
    ['authorised', [authorised('bob')], '### 🔵 Approved, about to be applied'],
    ['being applied', [authorised(), intent()], '### 🔵 Being applied, until 2026-11-23 11:00 UTC'],
    ['granted', granted, '### 🟢 Granted, until 2026-11-23 11:00 UTC'],
    [
      'granted in one of two places',
      [authorised(), intent(), intent('ensure', 'b'), outcome()],
      '### 🔵 Being applied, until 2026-11-23 11:00 UTC',
    ],
    [
      'granted in both',
      [authorised(), intent(), intent('ensure', 'b'), outcome(), outcome({ slot: 'b' })],
      '### 🟢 Granted, until 2026-11-23 11:00 UTC',
    ],
    ['granted, by an outcome without its intent', [authorised(), outcome()], '### 🟢 Granted'],
    [
      'not seen yet',
      [authorised(), intent(), outcome({ result: 'pending' })],
      '### 🔵 Being applied, until 2026-11-23 11:00 UTC',
    ],
    ['failed', [authorised(), intent(), outcome({ result: 'failed' })], '### 🔴 Granting failed'],
    ['being removed', [...granted, intent('remove')], '### 🟢 Being removed'],
    ['removed', [...granted, intent('remove'), outcome({ effect: 'remove' })], '### ⚫ Ended, removed'],
    [
      'removed in one of two places',
      [
        authorised(),
        intent(),
        intent('ensure', 'b'),
        outcome(),
        outcome({ slot: 'b' }),
        intent('remove'),
        outcome({ effect: 'restore' }),
      ],
      '### 🟢 Being removed',
    ],
    ['refused by the target', [authorised(), intent(), outcome({ result: 'refused' })], '### 🔴 Refused by the target'],
    [
      'accepted as policy',
      [{ type: 'governing-accepted', commit: 'x', digest: 'y', pullRequest: 17, approvals: [] }],
      '### 🟢 Accepted, it governs',
    ],
    [
      'not accepted as policy',
      [{ type: 'governing-refused', commit: 'x', digest: 'y', pullRequest: 17, why: 'no owner approved' }],
      '### 🔴 Not accepted, it does not govern',
    ],
    ['not removable', [...granted, outcome({ effect: 'remove', result: 'failed' })], '### 🔴 Removing failed'],
    [
      'returned',
      [
        ...granted,
        { type: 'returned', grant: GRANT.id, by: { id: 1, login: 'alice' }, via: { comment: 1 }, asked: START },
      ],
      '### 🟢 Given back, about to be removed',
    ],
    [
      'locked',
      [...granted, { type: 'locked', grant: GRANT.id, lock: 'stolen laptop', commit: 'x' }],
      '### 🔴 Locked, about to be removed',
    ],
    ['left by its subject', [...granted, left('organization')], '### 🔴 Its subject has gone, about to be removed'],
    ['shortened', [...granted, tightened('shrunk')], '### 🟢 Shortened, until 2026-11-23 10:30 UTC'],
    ['kept', [...granted, tightened('kept')], '### 🟢 Granted, until 2026-11-23 11:00 UTC'],
    ['withdrawn', [closed('withdrawn')], '### ⚫ Withdrawn'],
    ['denied', [closed('denied')], '### 🔴 Denied'],
    ['lapsed before it was merged', [closed('lapsed')], '### ⚫ Lapsed'],
    ['quarantined', [{ type: 'quarantined', request: REQUEST, ...LATER }], '### 🔴 Nothing was granted: quarantined'],
    [
      'deferred',
      [{ type: 'deferred', request: REQUEST, why: 'GitHub is away', commit: 'x', until: END }],
      '### ⚪ Not decided yet',
    ],
    [
      'started',
      [
        authorised(),
        {
          type: 'action-intent',
          id: 'x',
          grant: GRANT.id,
          run: { repository: 'a/b', workflow: 'w', ref: 'main', inputs: {}, within: 1 },
          correlation: 'c',
          sweep: 's',
          lease: END,
        },
      ],
      '### 🔵 Approved, about to be applied',
    ],
    ['running', [authorised(), run('running')], '### 🔵 Running'],
    ['run', [authorised(), run('done')], '### 🟢 Done, it ran once'],
    ['run and failed', [authorised(), run('failed', 'exit 1')], '### 🔴 It ran and failed'],
    ['run, who knows how', [authorised(), run('unknown')], '### ⚪ Started, its end is unknown'],
  ])('says that it is %s', (_, bodies, line) => {
    expect(headline(...bodies)).toBe(line);
  });

  it('tells what happened, oldest first, without calling anybody', () => {
    const told = tell(
      authorised('bob', 'dan'),
      intent(),
      outcome({ detail: 'as @app' }),
      { type: 'returned', grant: GRANT.id, by: { id: 1, login: 'alice' }, via: { comment: 1 }, asked: START },
      outcome({ effect: 'remove', result: 'failed', detail: 'busy' }),
      outcome({ effect: 'remove', result: 'pending' }),
      outcome({ effect: 'remove' }),
    );
    expect(told.split('\n').filter((line) => line.startsWith('- '))).toEqual([
      '- 2026-11-23 10:00 UTC · approved by `@bob` and `@dan`: reading needs an owner',
      '- 2026-11-23 10:02 UTC · granted: as @&#8203;app',
      '- 2026-11-23 10:03 UTC · given back by `@alice`',
      '- 2026-11-23 10:04 UTC · revoking failed: busy',
      '- 2026-11-23 10:05 UTC · revoking is under way',
      '- 2026-11-23 10:06 UTC · revoked',
    ]);
  });

  it.each<[string, Body, string]>([
    ['a rule without approvals', authorised(), 'approved by rule: reading needs an owner'],
    [
      'a refusal and the next step',
      { type: 'refused', request: REQUEST, ...LATER },
      'refused: who asked is unknown\n\nask `@sec`',
    ],
    ['a lapse', { type: 'lapsed', request: REQUEST, ...LATER }, 'lapsed: who asked is unknown'],
    [
      'a doubt',
      { type: 'deferred', request: REQUEST, why: 'GitHub is away', commit: 'x', until: END },
      'not decided yet: GitHub is away',
    ],
  ])('tells %s', (_, body, text) => {
    expect(tell(body)).toContain(text);
  });

  it.each<[string, Body, string]>([
    ['a run that failed', run('failed', 'exit 1'), 'failed: exit 1'],
    ['a run that is under way', run('running'), '· running'],
    ['a lock', { type: 'locked', grant: GRANT.id, lock: 'stolen', commit: 'x' }, 'locked by `stolen`'],
    ['a grant that failed', outcome({ result: 'failed', detail: null }), 'granting failed'],
  ])('tells %s', (_, body, text) => {
    expect(tell(authorised(), body)).toContain(text);
  });

  it('offers to give back and to ask for more while it is held, not after', () => {
    expect(tell(...granted)).toContain(
      'Comment `/gatepass return`. Need longer? [Ask for 1h more](link:17-0a1b2c3d:2026-11-23T11:00:00.000Z)',
    );
    expect(tell(...granted, outcome({ effect: 'remove' }))).not.toContain('/gatepass return');
    expect(tell(authorised(), outcome())).not.toContain('/gatepass return');
  });

  it('offers only to give back where no link can be made', () => {
    expect(timelineComment(17, entries(...granted), null)).toMatch(/Comment `\/gatepass return`\.$/);
  });

  it('says nothing of the grants of others', () => {
    const other: Body = { type: 'refused', request: { ...REQUEST, pullRequest: 18 }, ...LATER };
    const stray = { ...outcome(), grant: '18-ffffffff' } as Body;
    const alert: Body = { type: 'alert', key: 'k', severity: 'warning', message: 'm', next: 'n' };
    expect(tell(other, stray, alert)).toBe(tell());
  });
});

describe('pullRequestsIn', () => {
  it('finds the pull request that gave a grant back, and policies that no pull request brought', () => {
    const back: Body = {
      type: 'returned',
      grant: GRANT.id,
      by: { id: 1, login: 'alice' },
      via: { pullRequest: 30 },
      asked: START,
    };
    const pushed: Body = { type: 'governing-refused', commit: 'x', digest: 'y', pullRequest: null, why: 'pushed' };
    const ledger = entries(authorised('bob'), back, pushed);
    expect(pullRequestsIn(ledger, 0)).toEqual([17, 30]);
    expect(timelineComment(30, ledger, null)).toContain('Given back');
  });

  it('finds whose comments newer entries make out of date', () => {
    const other: Body = { type: 'refused', request: { ...REQUEST, pullRequest: 9 }, ...LATER };
    const alert: Body = { type: 'alert', key: 'k', severity: 'warning', message: 'm', next: 'n' };
    const ledger = entries(authorised('bob'), other, intent(), alert, { ...outcome(), grant: 'unknown' } as Body);
    expect(pullRequestsIn(ledger, -1)).toEqual([9, 17]);
    expect(pullRequestsIn(ledger, 1)).toEqual([17]);
    expect(pullRequestsIn(ledger, 2)).toEqual([]);
  });
});

describe('what an end is told as', () => {
  it.each<[string, Body, string]>([
    ['from the organisation', left('organization'), 'its subject left the organisation'],
    ['from GitHub', left('account'), 'the account of its subject was deleted'],
    ['from the policies', left('service'), 'its service is no longer in the policies'],
    [
      'by a tighter policy',
      tightened('shrunk'),
      'the policies now allow 30m at most (the rule `r`): shortened to 2026-11-23 10:30 UTC',
    ],
    ['by no policy', tightened('kept', 0), 'the policies now allow none of it (the rule `r`): kept until its end'],
    ['by somebody', closed('denied'), 'denied, closed by `@bob`: an owner is missing'],
    ['by nobody knows whom', closed('withdrawn', null), 'withdrawn: an owner is missing'],
  ])('%s', (_, body, text) => {
    expect(tell(authorised(), body)).toContain(` · ${text}\n`);
  });

  it('says with the grant who ends it and whether a session outlives it, each way once', () => {
    const binding = (provider: string) => ({ provider, zone: 'default', with: {}, target: {} });
    const bindings = [binding('postgres'), binding('github-team'), binding('postgres')];
    const both = { ...authorised('bob'), grant: { ...GRANT, bindings } } as Body;
    expect(tell(both, intent(), outcome())).toContain(
      '\n\nEnded by the sweep; an open session may outlive it until it is closed. Ended by the sweep; no session outlives it.\n\n',
    );
  });

  it.each([
    [
      { runId: 7, url: 'https://github.com/acme/ops/actions/runs/7' },
      'done ([run 7](https://github.com/acme/ops/actions/runs/7))',
    ],
    [
      { runId: null, url: 'https://github.com/acme/ops/actions' },
      'done ([run on GitHub](https://github.com/acme/ops/actions))',
    ],
    [{ runId: 7, url: 'javascript:alert(1)' }, 'done'],
    [{ runId: 7, url: 'https://github.com/)[x](https://evil.example' }, 'done'],
    [{ runId: 7, url: null }, 'done'],
  ])('links the run, if it has an address: %j', (where, text) => {
    const [, told] = (
      tell(authorised(), { ...run('done'), ...where } as Body)
        .split('\n')
        .at(-1) ?? ''
    ).split(' · ');
    expect(told).toBe(text);
  });
});
