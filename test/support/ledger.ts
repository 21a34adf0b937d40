/** Builders of ledger entries: each starts valid and changes one fact. */
import { appendEntries, type Segment, type Tip } from '../../core/ledger/chain.ts';
import type { Authority, Body, Entry, GrantTerms, RequestRef, Slot } from '../../core/ledger/entry.ts';
import { replay } from '../../core/ledger/replay.ts';
import type { LedgerState } from '../../core/ledger/state.ts';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';

/** A Monday. */
export const START = '2026-11-23T10:00:00.000Z' as Instant;

/** So many minutes after `START`. */
export function minute(minutes: number): Instant {
  return plus(START, minutes * MINUTE);
}

/** Forty hex digits that spell the number. */
export function sha(number: number): string {
  return number.toString(16).padStart(40, '0');
}

export const KEY = { id: 'key-1', publicKey: 'cHVibGljLTE' };

export function aGenesis(change: Partial<Extract<Body, { type: 'genesis' }>> = {}): Body {
  return {
    type: 'genesis',
    repository: { id: 1, name: 'acme/access', defaultBranch: 'main' },
    root: { commit: sha(1), digest: '0'.repeat(64) },
    key: KEY,
    ...change,
  };
}

/** `github-team:7/member:1001`, with the levels of a GitHub team. */
export function aSlot(change: Partial<Slot> = {}): Slot {
  return {
    provider: 'github-team',
    zone: 'default',
    key: 'github-team:7/member:1001',
    config: { organization: 'acme' },
    ids: { team: 7, user: 1001 },
    levels: ['member', 'maintainer'],
    label: 'alice in acme/payments-production',
    ...change,
  };
}

/** `terms(42)`: two hours for alice, in one slot. The number is the pull request's. */
export function terms(number: number, change: Partial<GrantTerms> = {}): GrantTerms {
  return {
    id: grantId(number),
    kind: 'access',
    resource: 'payments-production',
    entitlement: 'member',
    subject: { kind: 'person', name: 'alice', id: 1001, login: 'alice', identities: {} },
    reason: 'Replay payments stuck since the 10:40 deploy',
    ticket: null,
    starts: null,
    startsBy: null,
    length: 2 * HOUR,
    bindings: [{ provider: 'github-team', zone: 'default', with: {}, target: { team: 'payments-production' } }],
    run: null,
    breakGlass: false,
    ...change,
  };
}

export function anAction(number: number, change: Partial<GrantTerms> = {}): GrantTerms {
  const run = { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main', inputs: { region: 'eu' }, within: HOUR };
  return terms(number, { kind: 'action', entitlement: 'restart', length: HOUR, bindings: [], run, ...change });
}

export function grantId(number: number): string {
  return `${number}-${number.toString(16).padStart(8, '0')}`;
}

export function request(number: number): RequestRef {
  return { path: `requests/payments-production/member/${number}.yaml`, blob: sha(number), pullRequest: number };
}

export function authority(change: Partial<Authority> = {}): Authority {
  return {
    commit: sha(2),
    head: sha(3),
    mergedAt: START,
    mergedBy: null,
    opener: { id: 1001, login: 'alice' },
    approvals: [
      {
        review: 501,
        user: { id: 1002, login: 'bob' },
        fills: 'team:payments',
        submittedAt: START,
        onBehalfOf: null,
      },
    ],
    rule: 'payments members',
    governing: { parent: sha(1), tip: sha(1) },
    decision: '1'.repeat(64),
    evidence: '2'.repeat(64),
    engine: 'gatepass/0.1.0',
    ...change,
  };
}

export function authorised(number: number, change: Partial<GrantTerms> = {}, by: Partial<Authority> = {}): Body {
  return { type: 'authorised', request: request(number), grant: terms(number, change), authority: authority(by) };
}

export type Intent = Extract<Body, { type: 'intent' }>;
type Outcome = Extract<Body, { type: 'outcome' }>;

/** An `ensure` of `member`, from 10:00 to 12:00, with a lease of ten minutes. */
export function anEnsure(number: number, change: Partial<Intent> = {}): Intent {
  return {
    type: 'intent',
    id: `i${number}`,
    grant: grantId(number),
    effect: 'ensure',
    slot: aSlot(),
    before: null,
    after: 'member',
    asks: 'member',
    starts: START,
    expires: plus(START, 2 * HOUR),
    run: 'run-1',
    lease: plus(START, 10 * MINUTE),
    because: { why: 'granted', grants: [grantId(number)] },
    ...change,
  };
}

export function aRemoval(number: number, change: Partial<Intent> = {}): Intent {
  return anEnsure(number, {
    id: `r${number}`,
    effect: 'remove',
    before: 'member',
    after: null,
    asks: null,
    because: { why: 'expired', grants: [grantId(number)] },
    ...change,
  });
}

/** The outcome of an intent: seen as it wanted, a minute after it was due. */
export function outcomeOf(intent: Intent, change: Partial<Outcome> = {}): Outcome {
  return {
    type: 'outcome',
    intent: intent.id,
    grant: intent.grant,
    effect: intent.effect,
    slot: intent.slot.key,
    result: 'done',
    observed: intent.after,
    detail: null,
    due: START,
    issued: START,
    confirmed: plus(START, MINUTE),
    ...change,
  };
}

/** A ledger that grows, as the applier writes it. */
export class Book {
  tip: Tip | null = null;
  readonly entries: Entry[] = [];
  private readonly files = new Map<string, string>();

  /** A book with its genesis and these bodies, all at `START`. */
  static of(...bodies: readonly Body[]): Book {
    return new Book().add(START, aGenesis(), ...bodies);
  }

  add(at: Instant, ...bodies: readonly Body[]): this {
    if (bodies.length === 0) return this;
    const { path, lines, entries, tip } = appendEntries(this.tip, bodies, at);
    this.tip = tip;
    this.entries.push(...entries);
    this.files.set(path, `${this.files.get(path) ?? ''}${lines.join('\n')}\n`);
    return this;
  }

  get segments(): Segment[] {
    return [...this.files].map(([path, text]) => ({ path, text }));
  }

  get state(): LedgerState {
    return replay(this.entries);
  }
}
