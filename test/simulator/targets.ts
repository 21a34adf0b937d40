/** The targets of a history: what each slot holds, who put it there as far as anybody could tell, and how they fail. */
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import { type Outcome, type Provider, ProviderError, type SetSlot } from '../../providers/provider.ts';
import { levelsOf, SLOTS, TARGETS } from './organisation.ts';
import { targetOf } from './places.ts';
import type { Process } from './process.ts';

export type Value = string | null;

const POISONED: ReadonlySet<string> = new Set(['shut', 'blind', 'stubborn']);

export class Targets {
  readonly held = new Map<string, string>();
  /** Before the last step. */
  before: ReadonlyMap<string, string> = new Map();
  /** Targets that refuse us, by name: all of it, or changes alone; and since when. */
  readonly ill = new Map<string, { readonly how: 'fails' | 'untrusted'; readonly since: number }>();
  /** Places that are gone, and how often each was made anew. */
  readonly deleted = new Set<string>();
  readonly generations = new Map<string, number>();
  /** Called when a target that refuses us is called. */
  onRefused: (target: string) => void = () => {};
  /** Called with each change that a sweep sends, before it is made, and when it was sent. */
  onChange: (process: Process, slot: string, value: Value, sent: number) => void = () => {};
  onSeen: (process: Process, slot: string, isStale: boolean) => void = () => {};
  /** Called when a sweep learns, or could, that a change of it did not work. */
  onTrouble: (slot: string, minutes: number) => void = () => {};

  value(slot: string): Value {
    return this.held.get(slot) ?? null;
  }

  set(slot: string, value: Value): void {
    if (value === null) this.held.delete(slot);
    else this.held.set(slot, value);
  }

  remember(): void {
    this.before = new Map(this.held);
  }

  generation(place: string): number {
    return this.generations.get(place) ?? 0;
  }

  /** Of what has the name now, or had it then. */
  slotIn(place: string, id: number | string, generation = this.generation(place)): string {
    return generation === 0 ? `${place}/${id}` : `${place}~${generation}/${id}`;
  }

  /** The place is not there any more, whatever has its name now. */
  isGone(slot: string): boolean {
    const [place = '', generation = '0'] = (slot.split('/')[0] ?? '').split('~');
    return this.deleted.has(place) || Number(generation) !== this.generation(place);
  }

  open(process: Process, type: string, config: JsonObject): Provider {
    if (POISONED.has(type)) return this.#poisoned(type);
    const target = Object.keys(TARGETS).find((name) => name === config['credentials']) ?? '';
    if (this.ill.get(target)?.how === 'untrusted') {
      this.onRefused(target);
      throw new ProviderError('unauthorized', 'the token names another subject than is trusted here');
    }
    let looks = 0;
    return {
      check: async () => [],
      resolve: (target, who) =>
        process.call(() => {
          const isGraded = type === 'graded';
          const place = `${type}:${isGraded ? target['place'] : target['role']}`;
          if (this.deleted.has(place)) throw new ProviderError('unknown-role', `there is no ${place}`);
          const key = this.slotIn(place, who.github?.id ?? who.name);
          const slot = { provider: type, zone: 'unset', key, config, ids: { key }, levels: levelsOf(key), label: key };
          return { slot, value: isGraded ? String(target['level']) : 'granted' };
        }),
      observe: (slots) => {
        looks += 1;
        const isFirst = looks === 1;
        return process.call(() => this.#observe(process, slots, isFirst));
      },
      set: (change) => {
        // What was told last: it is on its way since then.
        const sent = process.told;
        return process.call(() => this.#change(process, change, sent), true);
      },
      close: async () => {},
    };
  }

  /** Fails wherever it is touched, as its name says. */
  #poisoned(type: string): Provider {
    const fails = () => {
      throw new TypeError(`${type} \ud83d \u001b[31m`);
    };
    return {
      check: async () => [],
      resolve: async (_, who) => {
        if (type === 'shut') fails();
        const key = `${type}:poison/${who.name}`;
        return {
          slot: { provider: type, zone: 'unset', key, config: {}, ids: {}, levels: ['granted'], label: key },
          value: 'granted',
        };
      },
      observe: async (slots) => {
        if (type === 'blind') fails();
        return slots.map(({ key }) => ({ slot: key, value: null }));
      },
      set: async () => fails(),
      close: async () => fails(),
    };
  }

  #observe(process: Process, slots: readonly Slot[], isFirst: boolean): { slot: string; value: Value }[] {
    const { unseen, isStaleSlots } = process.faults;
    const hidden = unseen === null ? undefined : SLOTS[unseen]?.key;
    if (slots.some(({ key }) => key === hidden)) {
      process.injected.add('unseen');
      throw new ProviderError('unreadable', 'this slot cannot be told');
    }
    const isStale = isStaleSlots && isFirst;
    return slots.map(({ key }) => {
      const value = isStale ? (this.before.get(key) ?? null) : this.value(key);
      if (value !== this.value(key)) process.injected.add('stale');
      this.onSeen(process, key, isStale);
      return { slot: key, value };
    });
  }

  #change(process: Process, change: SetSlot, sent: number): Outcome {
    const { slot, value } = change;
    if (this.isGone(slot.key)) {
      if (value === null) return { is: 'done', changed: false, note: 'it is gone' };
      return { is: 'refused', why: 'gone', detail: 'there is no such role any more' };
    }
    const whole = targetOf(slot.key);
    if (this.ill.has(whole)) {
      this.onRefused(whole);
      throw new ProviderError('unavailable', 'it is down', { effect: 'none', retry: 'backoff' });
    }
    const number = process.changes;
    process.changes += 1;
    const { target } = process.faults;
    const fault = target !== null && number >= target.at && number < target.at + target.length ? target.is : null;
    if (fault !== null) {
      process.injected.add(fault);
      this.onTrouble(slot.key, fault === 'limited' ? 10 : 0);
    }
    switch (fault) {
      case 'before':
        throw new ProviderError('unavailable', 'nothing was changed', { effect: 'none', retry: 'backoff' });
      case 'limited':
        throw new ProviderError('limited', 'too many requests', {
          effect: 'none',
          retry: 'backoff',
          afterSeconds: 600,
        });
      case 'refused':
        return { is: 'refused', why: 'policy', detail: 'the target says no' };
      case 'silent':
        return { is: 'done', changed: true };
      case 'after':
        this.#make(process, slot.key, value, sent);
        throw new ProviderError('network', 'no answer', { effect: 'unknown', retry: 'reread' });
      case 'pending':
        this.#make(process, slot.key, value, sent);
        return { is: 'pending', afterSeconds: 60, why: 'propagation' };
      case null: {
        const changed = this.value(slot.key) !== value;
        this.#make(process, slot.key, value, sent);
        return { is: 'done', changed };
      }
    }
  }

  #make(process: Process, slot: string, value: Value, sent: number): void {
    this.onChange(process, slot, value, sent);
    this.set(slot, value);
  }
}
