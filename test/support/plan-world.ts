/**
 * A small world to drive plans in: slots that hold values, a ledger, and a sweep that goes read → plan → intents → effects
 * → outcomes as the real one does. It can crash after any step, fail, hide slots, and let a stalled run wake later.
 */
import type { Body } from '../../core/ledger/entry.ts';
import type { LedgerState } from '../../core/ledger/state.ts';
import type { Change } from '../../core/reconcile/change.ts';
import { type PlanInput, plan, type Target } from '../../core/reconcile/plan.ts';
import { grantsToResolve, slotsToObserve } from '../../core/reconcile/slots.ts';
import { type Instant, MINUTE, plus } from '../../core/time.ts';
import { Book, sha } from './ledger.ts';

type Intent = Extract<Body, { type: 'intent' }>;
type Outcome = Extract<Body, { type: 'outcome' }>;
type Effect = Extract<Change, { kind: 'ensure' | 'remove' | 'restore' }>;

export interface SweepOptions {
  readonly mayGrant?: boolean;
  readonly locks?: readonly string[];
  /** Stop for good after so many steps: the append of intents, each effect, the append of outcomes. */
  readonly crashAfter?: number;
  /** Slots that cannot be told. */
  readonly hidden?: ReadonlySet<string>;
  /** Slots whose effects fail. */
  readonly failing?: ReadonlySet<string>;
}

export class World {
  readonly book = Book.of();
  /** What each slot holds: the truth. */
  readonly values = new Map<string, string>();
  /** By grant: of its first binding, of its second, and so on. */
  readonly targets = new Map<string, readonly Omit<Target, 'binding'>[]>();
  /** Every effect that reached a slot. */
  readonly sent: { readonly change: Effect; readonly at: Instant; readonly was: string | null }[] = [];
  /** Effects of runs that stalled before sending. */
  readonly stalled: Effect[] = [];
  private runs = 0;

  get state(): LedgerState {
    return this.book.state;
  }

  look(now: Instant, options: SweepOptions = {}): readonly Change[] {
    return plan(this.input(now, options));
  }

  input(now: Instant, options: SweepOptions = {}): PlanInput {
    const state = this.state;
    const locks = new Set(options.locks ?? []);
    const resolved = new Map(
      grantsToResolve(state, now, locks).map(({ terms }) => [terms.id, this.targetsOf(terms.id)]),
    );
    const seen = slotsToObserve(state, resolved, now).filter((slot) => !options.hidden?.has(slot.key));
    const observed = new Map(seen.map((slot) => [slot.key, this.values.get(slot.key) ?? null]));
    return { state, resolved, observed, now, locks, mayGrant: options.mayGrant ?? true, zone: null };
  }

  private targetsOf(grant: string): readonly Target[] {
    return (this.targets.get(grant) ?? []).map((target, binding) => ({ ...target, binding }));
  }

  /** One whole sweep; the changes it planned. */
  sweep(now: Instant, options: SweepOptions = {}): readonly Change[] {
    return this.apply(now, this.look(now, options), options);
  }

  /** What a sweep does with these changes. */
  apply(now: Instant, changes: readonly Change[], options: SweepOptions = {}): readonly Change[] {
    let steps = options.crashAfter ?? Number.POSITIVE_INFINITY;
    const goesOn = () => steps-- > 0;
    const run = `run-${this.runs++}`;
    const effects = changes.filter((change): change is Effect => 'after' in change);
    const ids = new Map(effects.map((effect, index) => [effect, `${run}/${index}`]));
    if (!goesOn()) return changes;
    this.book.add(now, ...changes.flatMap((change) => this.toBodies(change, ids, run, now)));
    for (const effect of effects) {
      if (!goesOn()) {
        this.stalled.push(effect);
        return changes;
      }
      if (!options.failing?.has(effect.slot.key) && effect.isBelow !== true) this.send(effect, now);
    }
    if (!goesOn()) return changes;
    this.book.add(now, ...effects.map((effect) => this.toOutcome(effect, ids, now, options)));
    return changes;
  }

  /** Sweeps until there is nothing to do; how many of them wrote. */
  settle(now: Instant, options: SweepOptions = {}): number {
    for (let sweeps = 0; sweeps < 10; sweeps += 1) if (this.sweep(now, options).length === 0) return sweeps;
    throw new Error('does not settle');
  }

  /** Records what became of an intent, as its own run would. */
  answer(now: Instant, id: string, effect: Outcome['effect'], result: Outcome['result']): void {
    const { grant, slot } = this.intentOf(id);
    const seen = { observed: null, detail: null, due: now, issued: now, confirmed: null };
    this.book.add(now, { type: 'outcome', intent: id, grant, effect, slot: slot.key, result, ...seen });
  }

  intentOf(id: string): Intent {
    const found = this.book.entries.find((entry) => entry.type === 'intent' && entry.id === id);
    if (found?.type !== 'intent') throw new Error(`no intent ${id}`);
    const { v: _v, seq: _seq, prev: _prev, at: _at, ...body } = found;
    return body;
  }

  send(change: Effect, now: Instant): void {
    this.sent.push({ change, at: now, was: this.values.get(change.slot.key) ?? null });
    this.put(change.slot.key, change.after);
  }

  put(key: string, value: string | null): void {
    if (value === null) this.values.delete(key);
    else this.values.set(key, value);
  }

  private toBodies(change: Change, ids: ReadonlyMap<Change, string>, run: string, now: Instant): Body[] {
    switch (change.kind) {
      case 'ensure':
      case 'remove':
      case 'restore': {
        const { kind, due: _due, until: _until, isLongUntried: _long, isBelow: _below, ...rest } = change;
        const id = ids.get(change) ?? '';
        return [{ type: 'intent', id, effect: kind, run, lease: plus(now, 10 * MINUTE), ...rest }];
      }
      case 'standing':
        return [{ type: 'standing', slot: change.slot, value: change.value }];
      case 'settle': {
        const { intent, grant, effect, slot, observed, due } = change;
        const seen = { observed, detail: null, due, issued: null, confirmed: now };
        return [{ type: 'outcome', intent, grant, effect, slot: slot.key, result: 'done', ...seen }];
      }
      case 'lapse': {
        const request = this.state.grants.get(change.grant)?.request;
        if (request === undefined) throw new Error(`no grant ${change.grant}`);
        return [{ type: 'lapsed', request, commit: sha(2), code: 'too-late', why: change.why, next: 'ask again' }];
      }
      case 'drift':
        return [{ type: 'alert', key: change.key, severity: change.severity, message: change.is, next: 'look' }];
      case 'stuck':
      case 'escalate':
      case 'digest':
        return [{ type: 'alert', key: change.key, severity: 'critical', message: 'stuck', next: 'remove it by hand' }];
      case 'calm':
        return [{ type: 'alert-closed', key: change.key }];
      case 'run':
      case 'follow':
        return [];
    }
  }

  private toOutcome(effect: Effect, ids: ReadonlyMap<Change, string>, now: Instant, options: SweepOptions): Body {
    const value = this.values.get(effect.slot.key) ?? null;
    const isSeen = !options.hidden?.has(effect.slot.key);
    const isDone = isSeen && value === effect.after;
    return {
      type: 'outcome',
      intent: ids.get(effect) ?? '',
      grant: effect.grant,
      effect: effect.kind,
      slot: effect.slot.key,
      result: isDone ? 'done' : 'failed',
      observed: isSeen ? value : null,
      detail: null,
      due: effect.due,
      issued: now,
      confirmed: isDone ? now : null,
    };
  }
}
