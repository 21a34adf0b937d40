/**
 * What must hold, kept beside the world from the rules in prose alone: who was allowed what and when, what others put into
 * the slots, and what the ledger said as it was written. It shares no code with the planning that it judges.
 * `ledger-lines.ts` reads what sweeps write, `checks.ts` looks at what is left when they end.
 */
import { MINUTE } from '../../core/time.ts';
import type { Asked } from './asked.ts';
import { Mirror } from './mirror.ts';
import { type Allowed, OWNERS, REQUESTERS, ROLES, rankOf, SLOTS } from './organisation.ts';
import { lower, type Place, placeOf, reachOf, targetOf } from './places.ts';
import type { Process } from './process.ts';
import type { Targets, Value } from './targets.ts';
import { Violation } from './violation.ts';

export class Model {
  readonly asked: Asked[] = [];
  /** Paths of what is not judged here: items that are there to be in the way. */
  readonly ignored = new Set<string>();
  readonly mirror = new Mirror();
  readonly alerts = new Set<string>();
  /** All that there ever were. */
  readonly alerted = new Set<string>();
  readonly targets: Targets;
  readonly places = new Map<string, Place>();
  /** All slots there ever were. */
  readonly slots: { readonly key: string; readonly zone: string }[] = [...SLOTS];
  lockedWho: number | null = null;
  isLoosened = false;
  /** Who is no member of the organisation, by index; and whose approval counts, by id. */
  gone: ReadonlySet<number> = new Set();
  owners: ReadonlySet<number> = new Set(OWNERS.map(({ id }) => id));
  /** Names where everybody is. */
  people = '';
  /** Of each grant: where everybody was when it was authorised. */
  readonly peopleAt = new Map<string, string>();
  /** What the rules of each commit that was agreed to allow. */
  readonly allowedAt = new Map<string, Allowed>();
  isDamaged = false;
  /** In this history GitHub's clock was wrong at some time. */
  wasSkewed = false;
  /** The latest instant that GitHub told anybody: what begins then is not taken back when its clock is right again. */
  latest = 0;
  #theirsBefore = new Map<string, Value>();
  readonly #seen = new WeakMap<Process, Map<string, Value>>();
  /** Of each intent, by run, slot and value: until when it may be sent. */
  readonly leases = new Map<string, number>();
  /** Grant and slot, with how many lines the ledger had when the last of its lines said so. */
  readonly held = new Map<string, number>();
  readonly refused = new Set<string>();
  readonly #started = new Set<string>();
  readonly now: () => number;

  constructor(targets: Targets, now: () => number) {
    this.targets = targets;
    this.now = now;
    for (const { key } of SLOTS) {
      this.places.set(key, placeOf(targets.value(key)));
    }
    this.remember();
  }

  get isDiverged(): boolean {
    return this.lockedWho !== null || this.isLoosened;
  }

  place(slot: string): Place {
    const place = this.places.get(slot);
    if (place === undefined) throw new Violation('I7', `a slot that nobody may ask for was reached: ${slot}`);
    return place;
  }

  /** A place was made anew. */
  add(slot: string, place: string): void {
    const zone = SLOTS.find(({ key }) => key.startsWith(`${place}/`))?.zone ?? '';
    this.slots.push({ key: slot, zone });
    this.places.set(slot, placeOf(this.targets.value(slot)));
  }

  /** The slots that it asks for, with the level of each: where it was held once, and what has the name now elsewhere. */
  fillsOf({ who, role, heldIn }: Asked): readonly (readonly [string, string])[] {
    const id = REQUESTERS[who]?.id ?? 0;
    const fills = ROLES[role]?.fills ?? [];
    return fills.map(({ place, level }) => [this.targets.slotIn(place, id, heldIn.get(place)), level] as const);
  }

  /** All that was held by the same person of the same resource. */
  neighboursOf({ who, role }: Asked): readonly (readonly [string, string])[] {
    const resource = resourceOf(role);
    return this.asked.flatMap((other) =>
      other.who === who && other.grant !== null && resourceOf(other.role) === resource ? this.fillsOf(other) : [],
    );
  }

  remember(): void {
    this.#theirsBefore = new Map([...this.places].map(([key, { theirs }]) => [key, theirs]));
  }

  /** Somebody else changes a slot. */
  byHand(slot: string, value: Value): void {
    const place = this.place(slot);
    const before = this.targets.value(slot);
    if (before === value) return;
    place.wasTouched = true;
    if (rankOf(slot, value) < rankOf(slot, before)) place.theirs = lower(slot, place.theirs, value);
    else if (rankOf(slot, value) > reachOf(slot, place)) {
      place.theirs = value;
      place.isAmbiguous = false;
    } else place.isAmbiguous = true;
    this.targets.set(slot, value);
  }

  saw(process: Process, slot: string, isStale: boolean): void {
    const place = this.place(slot);
    const theirs = isStale ? (this.#theirsBefore.get(slot) ?? null) : place.theirs;
    const seen = this.#seen.get(process) ?? new Map<string, Value>();
    this.#seen.set(process, seen.set(slot, theirs));
    if (!isStale) place.known = theirs;
  }

  /** Rules that allow less have ended what was held too long. */
  shrink(): void {
    for (const asked of this.asked) if (asked.shrunk !== null) asked.ends = Math.min(asked.ends, asked.shrunk);
  }

  /** A target refuses us: what is to be taken back there cannot be. */
  refuse(target: string): void {
    const now = this.now();
    this.shrink();
    for (const { key } of this.slots) {
      if (targetOf(key) !== target || this.targets.value(key) === null) continue;
      const most = Math.max(
        rankOf(key, this.place(key).theirs),
        ...this.allowing(key, now).map(([, level]) => rankOf(key, level)),
      );
      if (rankOf(key, this.targets.value(key)) > most) this.trouble(key, 0);
    }
  }

  trouble(slot: string, minutes: number): void {
    const now = this.now();
    for (const [key, place] of this.places) {
      if (key !== slot && (minutes === 0 || targetOf(key) !== targetOf(slot))) continue;
      if (key === slot) {
        place.firstTrouble ??= now;
        place.lastTrouble = now;
      }
      place.waits = Math.max(place.waits, now + minutes * MINUTE);
    }
  }

  /** A sweep changes a slot, now; `at`: since when that was on its way. */
  changed(process: Process, slot: string, value: Value, at: number): void {
    const before = this.targets.value(slot);
    const [to, from] = [rankOf(slot, value), rankOf(slot, before)];
    const place = this.place(slot);
    const seen = this.#seen.get(process)?.get(slot) ?? place.known;
    const what = `${process.run} sets ${slot} from ${before} to ${value} at ${new Date(at).toISOString()}`;
    if (to < from) process.lowered += 1;
    if (to > from) {
      if (process.isRevokesOnly && to > rankOf(slot, seen))
        throw new Violation('I1', `${what}, and it only takes back`);
      const allowed = Math.max(-1, ...this.allowing(slot, at).map(([, level]) => rankOf(slot, level)));
      // Others may have lowered it since it was seen: then it is only put back.
      if (to > Math.max(allowed, rankOf(slot, seen))) throw new Violation('I1', what);
      if (this.isDiverged && to > rankOf(slot, seen) && !process.injected.has('stale'))
        throw new Violation('I1', `${what}, under governing files that nobody accepted`);
      const lease = this.leases.get(`${process.run} ${slot} ${value}`);
      if (lease === undefined) throw new Violation('I3', `${what} without an intent`);
      if (at >= lease) throw new Violation('lease', `${what}, whose lease is over`);
      if (rankOf(slot, place.theirs) > rankOf(slot, seen) && to >= rankOf(slot, place.theirs)) place.theirs = seen;
    }
    if (to < from) {
      const theirs = Math.min(rankOf(slot, place.theirs), rankOf(slot, seen));
      if (to < theirs) throw new Violation('I7', `${what}, but others put ${place.theirs} there`);
      const mayBeUnwritten = this.isDamaged || process.injected.size > 0;
      if (!mayBeUnwritten && !this.leases.has(`${process.run} ${slot} ${value}`))
        throw new Violation('I3', `${what} without an intent`);
      for (const [asked, level] of this.allowing(slot, at)) {
        const heldSince = this.held.get(`${asked.grant} ${slot}`);
        if (rankOf(slot, level) <= to || !this.isSure(asked, at) || heldSince === undefined) continue;
        // What others wrote since it cannot know, and what is on its way it cannot call back. The next sweep says so.
        if (heldSince > process.seenLines) {
          place.wasTouched = true;
          continue;
        }
        throw new Violation(
          'kept',
          `${what}, but ${asked.path} (${asked.grant}) holds ${level} until ${new Date(asked.ends).toISOString()}`,
        );
      }
      place.theirs = lower(slot, place.theirs, value);
    }
  }

  /** Requests that may hold the slot at an instant, with the level each asks for. */
  allowing(slot: string, at: number): readonly (readonly [Asked, string])[] {
    return this.asked.flatMap((asked) => {
      if (this.gone.has(asked.who) && !this.isDamaged) return [];
      if (asked.verdict === 'invalid' || asked.isOver || Math.max(at, this.latest) < asked.starts || at >= asked.ends)
        return [];
      return this.fillsOf(asked).flatMap(([key, level]) => (key === slot ? [[asked, level] as const] : []));
    });
  }

  /** Nobody, and no doubt, has ended it. */
  isSure(asked: Asked, at: number): boolean {
    const margin = this.wasSkewed ? 11 * MINUTE : 0;
    if (asked.verdict !== 'valid' || asked.returned !== null || asked.wasLocked || asked.grant === null) return false;
    return Math.max(at, this.latest) < Math.min(asked.ends, asked.sure) - margin;
  }

  /** All of it is there, as far as the ledger says. */
  isHeld(asked: Asked): boolean {
    const fills = this.fillsOf(asked);
    return fills.length > 0 && fills.every(([slot]) => this.held.has(`${asked.grant} ${slot}`));
  }

  /** Facts that it rests on changed before it was held: it may go either way. */
  doubt(asked: Asked): void {
    if (asked.verdict === 'valid') asked.verdict = 'maybe';
  }

  /** `at`: since when the start was on its way. */
  started(process: Process, correlation: string, at: number): void {
    if (this.#started.has(correlation))
      throw new Violation('once', `${correlation} is started again by ${process.run}`);
    this.#started.add(correlation);
    if (process.isRevokesOnly) throw new Violation('I1', `${correlation} is started by a run that only takes back`);
    const asked = this.asked.find(({ grant }) => correlation === `gatepass-${grant}`);
    if (asked === undefined || asked.verdict === 'invalid') throw new Violation('I1', `${correlation} has no approval`);
    if (this.latest < asked.starts || at >= asked.ends)
      throw new Violation('I1', `${correlation} is started out of its time`);
  }

  /** Who acts on what was seen late takes what others did meanwhile for what was there. */
  forget(process: Process, slot: string): void {
    const seen = this.#seen.get(process)?.get(slot);
    const place = this.place(slot);
    if (seen !== undefined) place.theirs = lower(slot, place.theirs, seen);
  }
}

function resourceOf(role: number): string {
  return ROLES[role]?.path.split('/')[0] ?? '';
}
