/**
 * One running sweep, with everything that it asks of the world going through `call`: where it can be killed, made to
 * wait for another, put to sleep, or answered wrongly. What is killed never comes back and touches nothing any more.
 */
import type { Random } from '../oracle/random.ts';
import { settled } from './pace.ts';
import type { Faults } from './steps.ts';

/** Lets sweeps that run at once take turns, one call at a time, in an order that a seed says. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  /** Who sleeps on the way to the world: the others go first. */
  readonly #asleep: (() => void)[] = [];
  readonly #random: Random;
  /** What is done now. */
  #work: Promise<unknown> | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  take(isAsleep: boolean): Promise<void> {
    return new Promise((resolve) => (isAsleep ? this.#asleep : this.#waiting).push(resolve));
  }

  /** Nobody has a turn until it is done. */
  async do<T>(work: () => T | Promise<T>): Promise<T> {
    const done = (async () => work())();
    const over = done.then(
      () => undefined,
      () => undefined,
    );
    this.#work = over.then(() => {
      this.#work = null;
    });
    return done;
  }

  /** @param left how many of them are not over; until none is */
  async run(left: () => number): Promise<void> {
    while (left() > 0) {
      // All that follows from the last call comes first: promises are settled before this is.
      await settled();
      if (this.#work !== null) {
        await this.#work;
        continue;
      }
      const areAsleep = this.#waiting.length === 0 && this.#asleep.length === left();
      const ready = areAsleep ? this.#asleep : this.#waiting;
      const next = ready.splice(this.#random.below(ready.length), 1)[0];
      next?.();
    }
  }
}

/** Each its own: what waits for one that lasts is kept in memory for as long. */
const never = () => new Promise<never>(() => {});

export class Process {
  readonly run: string;
  readonly zone: string;
  readonly faults: Faults;
  readonly isRevokesOnly: boolean;
  readonly turns: Turns | null;
  /** What went wrong for it that it could notice or suffer from. */
  readonly injected = new Set<string>();
  calls = 0;
  gitHubCalls = 0;
  changes = 0;
  /** Slots that it lowered, and commits of the ledger that it wrote. */
  lowered = 0;
  commits = 0;
  /** Lost races for the ledger. */
  raced = 0;
  /** The last instant that GitHub told it. */
  told = 0;
  /** How many lines the ledger had when it last read or wrote it. */
  seenLines = 0;
  /** It was told of an old tip once. */
  isTold = false;
  isDead = false;
  #isRested = false;
  readonly died: Promise<'died'>;
  #die: (why: 'died') => void = () => {};
  readonly #sleep: (minutes: number) => void;

  constructor(
    named: {
      readonly run: string;
      readonly zone: string;
      readonly faults: Faults;
      readonly isRevokesOnly: boolean;
    },
    turns: Turns | null,
    sleep: (minutes: number) => void,
  ) {
    this.run = named.run;
    this.zone = named.zone;
    this.faults = named.faults;
    this.isRevokesOnly = named.isRevokesOnly;
    this.turns = turns;
    this.#sleep = sleep;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** One call to the world. `work` is the effect and its answer, in one piece. */
  async call<T>(work: () => T | Promise<T>, isChange = false): Promise<T> {
    if (this.isDead) return never();
    const { crash, slept } = this.faults;
    const at = this.calls;
    this.calls += 1;
    const isAsleep = slept !== null && (slept.at === 'change' ? isChange && !this.#isRested : slept.at === at);
    if (isAsleep) {
      this.#isRested = true;
      this.injected.add('slept');
      this.#sleep(slept.minutes);
    }
    if (this.turns !== null) {
      await this.turns.take(isAsleep);
      if (this.isDead) return never();
    }
    if (crash?.at === at && crash.when === 'before') return this.#kill();
    try {
      return await (this.turns === null ? work() : this.turns.do(work));
    } finally {
      // Whether it was done or refused: who asked never hears of it.
      if (crash?.at === at) await this.#kill();
    }
  }

  #kill(): Promise<never> {
    this.isDead = true;
    this.injected.add('crash');
    this.#die('died');
    return never();
  }
}
