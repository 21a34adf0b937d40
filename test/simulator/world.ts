/** The world of one history: GitHub and targets in memory, their clock, the model beside them, and what took effect. */
import { HOUR, MINUTE } from '../../core/time.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import type { Files } from '../support/memory-git.ts';
import { MemoryGitHub, REPOSITORY } from '../support/memory-github.ts';
import { Accounts } from './accounts.ts';
import { newCaches } from './caches.ts';
import { Model } from './model.ts';
import { type Allowed, governingFiles, LOOSE, levelsOf, SLOTS, USERS } from './organisation.ts';
import type { Waiting } from './requests.ts';
import { Runs } from './runs.ts';
import type { History } from './steps.ts';
import { Targets, type Value } from './targets.ts';
import { Violation } from './violation.ts';

const START = Date.parse('2026-11-23T10:00:00Z');
/** When clocks change in Berlin, in a year. */
const CHANGES = { spring: Date.parse('2026-03-29T01:00:00Z'), autumn: Date.parse('2026-10-25T01:00:00Z') };
export const MAIN = `heads/${REPOSITORY.branch}`;
export const LEDGER = `heads/${LEDGER_BRANCH}`;

export type NewGitHub = (options: ConstructorParameters<typeof MemoryGitHub>[0]) => MemoryGitHub;

export const inMemory: NewGitHub = (options) => new MemoryGitHub(options);

export class World {
  readonly github: MemoryGitHub;
  readonly targets = new Targets();
  readonly runs = new Runs();
  readonly accounts = new Accounts();
  readonly model: Model;
  readonly caches = newCaches();
  /** How often each fault took effect, by name. */
  readonly faults = new Map<string, number>();
  /** Milliseconds since the epoch. */
  clock: number;
  /** When clocks change; `null`: far away. */
  readonly change: number | null;
  readonly #summer: 'before' | 'after';
  /** The latest sweep that began. */
  sweptAt: number;
  sweeps = 0;
  /** Requests that were ever written. */
  names = 0;
  readonly waiting: Waiting[] = [];
  /** Changes of the README so far. */
  readmes = 0;
  /** Governing files that were agreed to last, and what their rules allow. */
  accepted: Files = governingFiles();
  allowed: Allowed = LOOSE;
  /** What a sweep that comes to its end has met. */
  readonly #ahead = new Set<string>();
  /** The first; who caused it may have taken it for an outage. */
  violation: Violation | null = null;
  /** Tips that each branch had, the oldest first. */
  readonly #tips = new Map<string, string[]>();

  constructor({ standing, change = null }: History, make: NewGitHub) {
    this.change = change === null ? null : CHANGES[change];
    this.#summer = change === 'autumn' ? 'before' : 'after';
    this.clock = this.change === null ? START : this.change - 90 * MINUTE;
    this.sweptAt = this.clock;
    this.github = make({ now: this.#iso(), users: USERS, files: governingFiles() });
    for (const { slot, level } of standing) this.targets.set(...slotAt(slot, level));
    if (standing.length > 0) this.count('standing');
    this.model = new Model(this.targets, () => this.clock);
    const model = this.model;
    this.accounts.tell(this);
    this.targets.onChange = (...change) => this.noting(() => model.changed(...change));
    this.targets.onSeen = (...seen) => this.noting(() => model.saw(...seen));
    this.targets.onTrouble = (...trouble) => model.trouble(...trouble);
    this.targets.onRefused = (target) => {
      const { how, since } = this.targets.ill.get(target) ?? { how: 'fails', since: this.clock };
      if (how === 'untrusted') this.await('untrusted');
      else if (this.clock >= since + 30 * MINUTE) this.await('target-down');
      model.refuse(target);
    };
    this.runs.onStart = (...start) => this.noting(() => model.started(...start));
  }

  advance(by: number): void {
    this.clock += by;
    this.github.now = this.#iso();
  }

  /** An instant as people in Berlin write it. */
  written(at: number): string {
    if (this.change === null) return new Date(at).toISOString();
    const hours = at < this.change === (this.#summer === 'before') ? 2 : 1;
    return `${new Date(at + hours * HOUR).toISOString().slice(0, 23)}+0${hours}:00`;
  }

  count(fault: string): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
  }

  /** Takes effect with the next sweep. */
  await(fault: string): void {
    this.#ahead.add(fault);
  }

  met(): void {
    for (const fault of this.#ahead) this.count(fault);
    this.#ahead.clear();
  }

  moved(ref: string): void {
    const tip = this.github.git.refs.get(ref) ?? '';
    this.#tips.set(ref, [...this.tips(ref), tip]);
  }

  tips(ref: string): readonly string[] {
    return this.#tips.get(ref) ?? [];
  }

  /** A violation that the sweep itself would catch, or take for an outage, is kept. */
  noting<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Violation) this.violation ??= error;
      throw error;
    }
  }

  #iso(): string {
    return new Date(this.clock).toISOString();
  }
}

export function slotAt(index: number, level: number): [string, Value] {
  const key = SLOTS[index]?.key ?? '';
  const levels = levelsOf(key);
  return [key, level < 0 ? null : (levels[Math.min(level, levels.length - 1)] ?? null)];
}
