/**
 * What must hold, kept beside the world from the design's text alone: who was allowed what and when, what others put into
 * the slots, and what the ledger said as it was written. It shares no code with the planning that it judges.
 *
 * | name | promise (design, section 7) |
 * |---|---|
 * | I1 | nothing is raised without a valid approval of those bytes, in its window |
 * | I2 | after its end and a clean sweep nothing of it is left, or it was just tried, or an alert is open |
 * | I3 | an effect has its intent in the ledger before it, and the ledger loses nothing |
 * | I4 | once faults stop two sweeps converge and a third writes nothing (`simulate.ts`) |
 * | I6 | a recorded decision comes out the same again (`simulate.ts`) |
 * | lease | nothing is raised by a run that slept past its lease |
 * | I7 | nothing is lowered below what others put there, as far as it could be known |
 * | kept | what is approved, begun and not over stays until its end |
 * | once | an action is started at most once |
 */
import { type Line, Mirror } from './mirror.ts';
import { REQUESTERS, ROLES, rankOf, SLOTS } from './organisation.ts';
import type { Process } from './process.ts';
import type { Targets, Value } from './targets.ts';

export class Violation extends Error {
  constructor(promise: string, what: string) {
    super(`${promise}: ${what}`);
    this.name = 'Violation';
  }
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A request that was merged, or put on the default branch. */
export interface Asked {
  readonly number: number;
  readonly path: string;
  readonly text: string;
  readonly who: number;
  readonly role: number;
  /** `maybe`: the rules leave it to facts that are not kept here. */
  readonly verdict: 'valid' | 'invalid' | 'maybe';
  readonly merged: number;
  readonly starts: number;
  readonly ends: number;
  /** By somebody who may, when; `null`: not. */
  returned: number | null;
  /** Its file is gone again, whoever took it. */
  isRemoved: boolean;
  /** A lock for its subject was there at some time since. */
  wasLocked: boolean;
  /** It is certainly over for who reads the ledger and the default branch. */
  isOver: boolean;
  /** Its grant, once the ledger says so. */
  grant: string | null;
  /** What the ledger says of it that is no authorisation. */
  answer: string | null;
}

interface Sent {
  readonly intent: string;
  readonly after: Value;
  readonly lease: number;
  isSettled: boolean;
}

interface Place {
  theirs: Value;
  /** What others had put there when it was seen last. */
  known: Value;
  /** What we may have sent, since it was last taken back. */
  sent: Sent[];
  /** Others changed it in a way that nobody could tell from ours. */
  isAmbiguous: boolean;
  wasTouched: boolean;
  firstTrouble: number | null;
  lastTrouble: number;
  /** Until when its target asked not to be called, or a pending change may be on its way. */
  waits: number;
}

export class Model {
  readonly asked: Asked[] = [];
  /** Paths of what is not judged here: items that are there to be in the way. */
  readonly ignored = new Set<string>();
  readonly mirror = new Mirror();
  readonly alerts = new Set<string>();
  readonly targets: Targets;
  readonly places = new Map<string, Place>();
  lockedWho: number | null = null;
  isLoosened = false;
  isDamaged = false;
  /** In this history GitHub's clock was wrong at some time. */
  wasSkewed = false;
  /** The latest instant that GitHub told anybody: what begins then is not taken back when its clock is right again. */
  latest = 0;
  #theirsBefore = new Map<string, Value>();
  readonly #seen = new WeakMap<Process, Map<string, Value>>();
  /** Of each intent, by run, slot and value: until when it may be sent. */
  readonly #leases = new Map<string, number>();
  readonly #held = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #started = new Set<string>();
  readonly #now: () => number;

  constructor(targets: Targets, now: () => number) {
    this.targets = targets;
    this.#now = now;
    for (const { key } of SLOTS) {
      const theirs = targets.value(key);
      const trouble = { firstTrouble: null, lastTrouble: 0, waits: 0 };
      this.places.set(key, { theirs, known: theirs, sent: [], isAmbiguous: false, wasTouched: false, ...trouble });
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
    else if (rankOf(slot, value) > this.#reach(slot)) {
      place.theirs = value;
      place.isAmbiguous = false;
    } else place.isAmbiguous = true;
    this.targets.set(slot, value);
  }

  /** The highest that is there by us, or may come by a run of ours that nobody saw end. */
  #reach(slot: string): number {
    return Math.max(-1, ...this.place(slot).sent.map(({ after }) => rankOf(slot, after)));
  }

  saw(process: Process, slot: string, isStale: boolean): void {
    const place = this.place(slot);
    const theirs = isStale ? (this.#theirsBefore.get(slot) ?? null) : place.theirs;
    const seen = this.#seen.get(process) ?? new Map<string, Value>();
    this.#seen.set(process, seen.set(slot, theirs));
    if (!isStale) place.known = theirs;
  }

  trouble(slot: string, minutes: number): void {
    const now = this.#now();
    for (const [key, place] of this.places) {
      if (key !== slot && (minutes === 0 || targetOf(key) !== targetOf(slot))) continue;
      if (key === slot) {
        place.firstTrouble ??= now;
        place.lastTrouble = now;
      }
      place.waits = Math.max(place.waits, now + minutes * MINUTE);
    }
  }

  /** A sweep changes a slot, now. */
  changed(process: Process, slot: string, value: Value): void {
    const before = this.targets.value(slot);
    const [to, from] = [rankOf(slot, value), rankOf(slot, before)];
    // What was told last: the change was on its way since then.
    const at = process.told;
    const place = this.place(slot);
    const seen = this.#seen.get(process)?.get(slot) ?? place.known;
    const what = `${process.run} sets ${slot} from ${before} to ${value} at ${new Date(at).toISOString()}`;
    if (to > from) {
      const allowed = Math.max(-1, ...this.#allowing(slot, at).map(([, level]) => rankOf(slot, level)));
      // Others may have lowered it since it was seen: then it is only put back.
      if (to > Math.max(allowed, rankOf(slot, seen))) throw new Violation('I1', what);
      const lease = this.#leases.get(`${process.run} ${slot} ${value}`);
      if (lease === undefined) throw new Violation('I3', `${what} without an intent`);
      if (at >= lease) throw new Violation('lease', `${what}, whose lease is over`);
      if (rankOf(slot, place.theirs) > rankOf(slot, seen) && to >= rankOf(slot, place.theirs)) place.theirs = seen;
    }
    if (to < from) {
      const theirs = Math.min(rankOf(slot, place.theirs), rankOf(slot, seen));
      if (to < theirs) throw new Violation('I7', `${what}, but others put ${place.theirs} there`);
      const mayBeUnwritten = this.isDamaged || process.injected.size > 0;
      if (!mayBeUnwritten && !this.#leases.has(`${process.run} ${slot} ${value}`))
        throw new Violation('I3', `${what} without an intent`);
      for (const [asked, level] of this.#allowing(slot, at)) {
        if (rankOf(slot, level) <= to || !this.#isSure(asked, at) || !this.#held.has(`${asked.grant} ${slot}`))
          continue;
        throw new Violation(
          'kept',
          `${what}, but ${asked.path} (${asked.grant}) holds ${level} until ${new Date(asked.ends).toISOString()}`,
        );
      }
      place.theirs = lower(slot, place.theirs, value);
    }
  }

  /** Requests that may hold the slot at an instant, with the level each asks for. */
  #allowing(slot: string, at: number): readonly (readonly [Asked, string])[] {
    return this.asked.flatMap((asked) => {
      if (asked.verdict === 'invalid' || asked.isOver || Math.max(at, this.latest) < asked.starts || at >= asked.ends)
        return [];
      return fillsOf(asked).flatMap(([key, level]) => (key === slot ? [[asked, level] as const] : []));
    });
  }

  /** Nobody, and no doubt, has ended it. */
  #isSure(asked: Asked, at: number): boolean {
    const margin = this.wasSkewed ? 11 * MINUTE : 0;
    if (asked.verdict !== 'valid' || asked.returned !== null || asked.wasLocked || asked.grant === null) return false;
    return Math.max(at, this.latest) < asked.ends - margin;
  }

  started(process: Process, correlation: string): void {
    if (this.#started.has(correlation))
      throw new Violation('once', `${correlation} is started again by ${process.run}`);
    this.#started.add(correlation);
    const asked = this.asked.find(({ grant }) => correlation === `gatepass-${grant}`);
    if (asked === undefined || asked.verdict === 'invalid') throw new Violation('I1', `${correlation} has no approval`);
    const at = process.told;
    if (this.latest < asked.starts || at >= asked.ends)
      throw new Violation('I1', `${correlation} is started out of its time`);
  }

  /** The ledger's branch has moved. */
  written(process: Process, files: Parameters<Mirror['take']>[0]): void {
    const lines = this.mirror.take(files);
    if (lines === null) throw new Violation('I3', `${process.run} wrote over lines of the ledger`);
    for (const line of lines) this.#line(process, line);
  }

  #line(process: Process, line: Line): void {
    const slot = line['slot'] as string | { key: string } | undefined;
    if (slot !== undefined && !this.places.has(typeof slot === 'string' ? slot : slot.key)) return;
    switch (line.type) {
      case 'authorised':
      case 'refused':
      case 'quarantined':
      case 'lapsed':
        this.#answered(process, line);
        return;
      case 'governing-accepted':
        return;
      case 'standing':
        this.#forget(process, (line['slot'] as { key: string }).key);
        return;
      case 'intent':
        this.#intended(process, line);
        return;
      case 'outcome':
        this.#came(line);
        return;
      case 'alert':
        this.alerts.add(String(line['key']));
        return;
      case 'alert-closed':
        this.alerts.delete(String(line['key']));
        return;
    }
  }

  #answered(process: Process, line: Line): void {
    const { path, pullRequest } = line['request'] as { path: string; pullRequest: number };
    if (this.ignored.has(path)) return;
    const asked = this.asked.find((each) => each.path === path && each.number === pullRequest);
    if (line.type === 'authorised') {
      if (asked === undefined || asked.verdict === 'invalid') throw new Violation('I1', `${path} was authorised`);
      asked.grant = (line['grant'] as { id: string }).id;
      return;
    }
    if (asked === undefined) return;
    asked.answer = String(line['code']);
    const isLate =
      line.type === 'lapsed' || line['code'] === 'revoke-stuck' || (line['code'] === 'removed' && asked.isRemoved);
    if (asked.verdict === 'valid' && asked.grant === null && !isLate && process.injected.size === 0)
      throw new Violation('kept', `${path} was approved, and is ${line.type}: ${line['why']}`);
  }

  /** Who acts on what was seen late takes what others did meanwhile for what was there. */
  #forget(process: Process, slot: string): void {
    const seen = this.#seen.get(process)?.get(slot);
    const place = this.place(slot);
    if (seen !== undefined) place.theirs = lower(slot, place.theirs, seen);
  }

  #intended(process: Process, line: Line): void {
    const { key } = line['slot'] as { key: string };
    const after = line['after'] as Value;
    const lease = Date.parse(String(line['lease']));
    this.#leases.set(`${line['run']} ${key} ${after}`, lease);
    if (line['effect'] !== 'ensure') return;
    this.#forget(process, key);
    this.place(key).sent.push({ intent: String(line['id']), after, lease, isSettled: false });
  }

  #came(line: Line): void {
    const slot = String(line['slot']);
    const place = this.place(slot);
    const key = `${line['grant']} ${slot}`;
    if (line['effect'] === 'ensure') {
      for (const sent of place.sent) {
        if (sent.intent === line['intent'] && (line['result'] === 'done' || line['result'] === 'refused'))
          sent.isSettled = line['issued'] !== null;
      }
      if (line['result'] === 'done') this.#held.add(key);
      if (line['result'] === 'refused') this.#refused.add(key);
      return;
    }
    if (line['result'] !== 'done') return;
    place.firstTrouble = null;
    const left = rankOf(slot, line['observed'] as Value);
    const now = this.#now();
    place.sent = place.sent.filter(
      ({ after, isSettled, lease }) => rankOf(slot, after) <= left || (!isSettled && now <= lease + HOUR),
    );
  }

  /** A sweep without any fault has come to its end: what is over in its zone is gone. */
  checkEnds(process: Process, startedAt: number): void {
    const now = this.#now();
    if (!this.isDamaged) {
      for (const asked of this.asked) {
        const isReturned = asked.returned !== null && asked.returned < startedAt && asked.grant !== null;
        if (isReturned || (asked.wasLocked && this.lockedWho === asked.who && asked.grant !== null))
          asked.isOver = true;
      }
    }
    for (const { key, zone } of SLOTS) {
      if (zone !== process.zone) continue;
      const place = this.place(key);
      const allowed = this.#allowing(key, now).map(([, level]) => rankOf(key, level));
      const most = Math.max(rankOf(key, place.theirs), ...allowed);
      const held = this.targets.value(key);
      if (rankOf(key, held) <= most || place.isAmbiguous || this.#isExcused(key, place, now)) continue;
      throw new Violation('I2', `${key} still holds ${held} after ${process.run} at ${new Date(now).toISOString()}`);
    }
  }

  #isExcused(slot: string, place: Place, now: number): boolean {
    if ([...this.alerts].some((key) => key.endsWith(`:${slot}`))) return true;
    if (now <= place.waits) return true;
    if (place.firstTrouble === null) return false;
    const length = place.lastTrouble - place.firstTrouble;
    const longest = length < HOUR ? 5 * MINUTE : length < 24 * HOUR ? 15 * MINUTE : HOUR;
    return now <= place.lastTrouble + longest;
  }

  /** Every effect on a slot that is judged, with when, and what became of it. Sorted. */
  effects(): readonly string[] {
    const outcomes = this.mirror.lines.filter(
      (line) => line.type === 'outcome' && this.places.has(String(line['slot'])),
    );
    const told = outcomes.map((line) => `${line.at} ${line['effect']} ${line['slot']}: ${line['result']}`);
    return [...told, ...[...this.targets.held].map(([slot, value]) => `${slot} holds ${value}`)].sort();
  }

  /** Faults have stopped, and sweeps have come to rest: what is approved and not over is held. */
  checkHeld(): void {
    const now = this.#now();
    for (const asked of this.asked) {
      if (this.isDiverged || !this.#isSure(asked, now) || now < asked.starts || asked.answer !== null) continue;
      for (const [slot, level] of fillsOf(asked)) {
        if (this.place(slot).wasTouched || this.#refused.has(`${asked.grant} ${slot}`)) continue;
        const held = this.targets.value(slot);
        if (rankOf(slot, held) < rankOf(slot, level))
          throw new Violation(
            'kept',
            `${asked.path} (${asked.grant}) asks for ${level} of ${slot}, which holds ${held}`,
          );
      }
    }
  }

  /** Everything is over: what others put there is there, and nothing else. */
  checkEmpty(): void {
    for (const [slot, place] of this.places) {
      const held = this.targets.value(slot);
      if (held === place.theirs || place.isAmbiguous) continue;
      throw new Violation('I2', `all is over, ${slot} holds ${held}, others put ${place.theirs} there`);
    }
  }
}

function fillsOf({ who, role }: Asked): readonly (readonly [string, string])[] {
  const id = REQUESTERS[who]?.id;
  return (ROLES[role]?.fills ?? []).map(({ place, level }) => [`${place}/${id}`, level] as const);
}

function lower(slot: string, a: Value, b: Value): Value {
  return rankOf(slot, a) < rankOf(slot, b) ? a : b;
}

/** Slots of one configuration of a provider. */
function targetOf(slot: string): string {
  return /^(?:postgres:(?:db|far|span_here|span_far)|graded:crew)/.exec(slot)?.[0] ?? slot;
}
