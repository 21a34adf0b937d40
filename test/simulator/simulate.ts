/**
 * Lives one history: people and others act, sweeps run, are killed, race and are lied to, all on the real sweep with a
 * GitHub and targets in memory; the model looks at every effect and every line. Throws `Violation`. Same history, same end.
 */
import { createPrivateKey } from 'node:crypto';
import { canonicalJson, digestOf } from '../../core/canonical.ts';
import { appendEntries } from '../../core/ledger/chain.ts';
import type { Entry } from '../../core/ledger/entry.ts';
import { governingDigest } from '../../core/ledger/governing-digest.ts';
import { headToSign } from '../../core/ledger/head.ts';
import { heldGrants } from '../../core/ledger/live.ts';
import { replay } from '../../core/ledger/replay.ts';
import { decide } from '../../core/policy/decide.ts';
import { toInstant } from '../../core/time.ts';
import type { GitHub, GitHubResponse } from '../../github/client.ts';
import { collectEvidence } from '../../github/evidence.ts';
import { readGoverning } from '../../github/governing.ts';
import { ledgerSigner } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../../github/ledger-store.ts';
import { type GitCache, gitCache } from '../../github/tree.ts';
import { sweep } from '../../sweep/sweep.ts';
import { Random } from '../oracle/random.ts';
import { type Files, fileOf } from '../support/memory-git.ts';
import { httpError, MemoryGitHub, REPOSITORY } from '../support/memory-github.ts';
import { type Asked, HOUR, MINUTE, Model, Violation } from './model.ts';
import {
  documentOf,
  GUARDIANS,
  governingFiles,
  LOCKS,
  levelsOf,
  locksFor,
  OWNERS,
  poison,
  REQUESTERS,
  ROLES,
  SLOTS,
  STRANGER,
  TEAMS,
  USERS,
  ZONES,
} from './organisation.ts';
import { Process, Turns } from './process.ts';
import { Runs } from './runs.ts';
import { type History, NO_FAULTS, type Run, type Step, type Way } from './steps.ts';
import { Targets } from './targets.ts';

export interface Lived {
  /** Grants and actions that were authorised. */
  readonly lives: number;
  readonly sweeps: number;
  /** How often each fault took effect, by name. */
  readonly faults: ReadonlyMap<string, number>;
}

export async function live(history: History): Promise<Lived> {
  if (history.isPoisoned === true) return livePoisoned(history);
  return (await lived(history)).lived;
}

async function lived(history: History, poisoned: Readonly<Record<string, string>> = {}): Promise<Simulation> {
  const simulation = new Simulation(history);
  simulation.poison(poisoned);
  for (const step of history.steps) await simulation.step(step);
  await simulation.end(history.ending);
  return simulation;
}

/** I5: the same history with and without items that are in the way; everybody else's effects are the same. */
async function livePoisoned(history: History): Promise<Lived> {
  const plain = { ...history, steps: history.steps.map(withoutCounted) };
  const [without, beside] = [await lived(plain), await lived(plain, poison())];
  const [expected, found] = [without.model.effects(), beside.model.effects()];
  const differs = expected.findIndex((effect, index) => effect !== found[index]);
  if (differs >= 0 || expected.length !== found.length) {
    throw new Violation(
      'I5',
      `beside poison, ${found[Math.max(differs, 0)]} instead of ${expected[Math.max(differs, 0)]}`,
    );
  }
  return beside.lived;
}

/**
 * Faults that hit a call by its number would hit another one beside poison; and whoever writes while GitHub's clock is
 * wrong dates what follows.
 */
function withoutCounted(step: Step): Step {
  if (step.is !== 'sweep') return step;
  const [run] = step.runs;
  const { unseen, isStaleSlots } = run?.faults ?? NO_FAULTS;
  return { ...step, runs: [{ zone: run?.zone ?? 0, faults: { ...NO_FAULTS, unseen, isStaleSlots } }] };
}

const START = Date.parse('2026-11-23T10:00:00Z');
const NAME = { owner: REPOSITORY.owner, name: REPOSITORY.name };
const MAIN = `heads/${REPOSITORY.branch}`;
const LEDGER = `heads/${LEDGER_BRANCH}`;

/**
 * What every history begins with: the governing files, read and parsed once. Nothing else is kept from one to the next, since
 * what is called, and so where a fault hits, must depend on the history alone.
 */
const FIRST = gitCache();
{
  const github = new MemoryGitHub({ now: new Date(START).toISOString(), users: USERS, files: governingFiles() });
  await readGoverning(github, NAME, github.git.tip(REPOSITORY.branch).sha, FIRST);
}

/** Of 32 bytes that say 7: the same key, and so the same bytes, every time. */
const PKCS8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]);
const SIGNER = ledgerSigner(
  createPrivateKey({ key: PKCS8, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString(),
);

export class Simulation {
  readonly #github: MemoryGitHub;
  readonly #cache: GitCache = { ...gitCache(), blobs: new Map(FIRST.blobs), governing: new Map(FIRST.governing) };
  readonly targets = new Targets();
  readonly runs = new Runs();
  readonly model: Model;
  readonly #faults = new Map<string, number>();
  /** Tips that each branch had, the oldest first. */
  readonly #tips = new Map<string, string[]>();
  #clock = START;
  #sweeps = 0;
  #readme = 0;
  #violation: Violation | null = null;

  constructor({ standing }: History) {
    this.#github = new MemoryGitHub({ now: this.#iso(), users: USERS, files: governingFiles() });
    for (const [index, [slug, members]] of Object.entries(TEAMS).entries()) {
      this.#github.teams.set(slug, { id: 9000 + index, parent: null, members: [...members] });
    }
    for (const { slot, level } of standing) this.targets.set(...slotAt(slot, level));
    if (standing.length > 0) this.#count('standing');
    this.model = new Model(this.targets, () => this.#clock);
    const model = this.model;
    this.targets.onChange = (...change) => this.#noting(() => model.changed(...change));
    this.targets.onSeen = (...seen) => this.#noting(() => model.saw(...seen));
    this.targets.onTrouble = (...trouble) => model.trouble(...trouble);
    this.runs.onStart = (...start) => this.#noting(() => model.started(...start));
    this.#begin();
  }

  /** Milliseconds since the epoch. */
  get clock(): number {
    return this.#clock;
  }

  get lived(): Lived {
    const lives = this.model.asked.filter(({ grant }) => grant !== null).length;
    return { lives, sweeps: this.#sweeps, faults: this.#faults };
  }

  #iso(): string {
    return new Date(this.#clock).toISOString();
  }

  #advance(by: number): void {
    this.#clock += by;
    this.#github.now = this.#iso();
  }

  #count(fault: string): void {
    this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
  }

  /** As `gatepass init --ledger` makes it. */
  #begin(): void {
    const { git } = this.#github;
    const root = git.tip(REPOSITORY.branch);
    const genesis = {
      type: 'genesis',
      repository: { id: REPOSITORY.id, name: 'acme/access', defaultBranch: REPOSITORY.branch },
      root: { commit: root.sha, digest: governingDigest(git.list(root.files, false)) },
      key: { id: SIGNER.id, publicKey: SIGNER.publicKey },
    } as const;
    const { path, lines, tip } = appendEntries(null, [genesis], toInstant(START - HOUR));
    const unsigned = { v: 1, seq: tip.seq, hash: tip.hash, at: tip.at, key: SIGNER.id } as const;
    const head = canonicalJson({ ...unsigned, signature: SIGNER.sign(headToSign(unsigned)) });
    const files: Files = new Map([
      [path, fileOf(`${lines.join('\n')}\n`)],
      [LEDGER_HEAD, fileOf(`${head}\n`)],
    ]);
    git.refs.set(LEDGER, git.commit(files, [], 'start').sha);
    this.model.mirror.take(files);
    this.#moved(LEDGER);
    this.#moved(MAIN);
  }

  #moved(ref: string): void {
    const tip = this.#github.git.refs.get(ref) ?? '';
    this.#tips.set(ref, [...(this.#tips.get(ref) ?? []), tip]);
  }

  /** Merges, at once, what is in the way. */
  poison(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const number = this.#github.open(REQUESTERS[3], { [path]: text });
      this.#github.approve(number, OWNERS[0]);
      this.#github.merge(number);
      this.model.ignored.add(path);
      this.#count('poison');
    }
    this.#moved(MAIN);
  }

  async step(step: Step): Promise<void> {
    if (step.is === 'sweep') {
      this.#advance(20_000);
      return this.#sweepAll(step.runs, step.order);
    }
    this.targets.remember();
    this.model.remember();
    this.#advance(20_000);
    this.#act(step);
    this.#moved(MAIN);
  }

  #act(step: Exclude<Step, { is: 'sweep' }>): void {
    switch (step.is) {
      case 'ask': {
        const starts = step.startsIn === null ? null : this.#clock + step.startsIn * MINUTE;
        for (let place = 0; place < (step.crowd ?? 1); place += 1) {
          this.#ask({ ...step, who: (step.who + place) % REQUESTERS.length, starts });
        }
        return;
      }
      case 'extend': {
        const earlier = this.#earlier(step.nth);
        if (earlier === undefined || earlier.ends <= this.#clock) return;
        const minutes = Math.round((earlier.ends - earlier.starts) / MINUTE);
        this.#ask({ ...earlier, minutes, starts: earlier.ends, way: 'squash', breakGlass: false });
        return;
      }
      case 'reuse':
        this.#reuse(step.nth);
        return;
      case 'return':
        this.#return(step.nth, step.how);
        return;
      case 'review': {
        const earlier = this.#earlier(step.nth);
        if (earlier !== undefined && earlier.number > 0)
          this.#github.comment(earlier.number, OWNERS[1], '/gatepass reviewed');
        return;
      }
      case 'lock':
        this.#github.push({ [LOCKS]: locksFor(REQUESTERS[step.who]?.login ?? '') });
        this.model.lockedWho = step.who;
        for (const asked of this.model.asked) if (asked.who === step.who) asked.wasLocked = true;
        return;
      case 'unlock':
        if (this.model.lockedWho === null) return;
        this.#github.push({ [LOCKS]: null });
        this.model.lockedWho = null;
        return;
      case 'govern':
        this.#govern(step.isApproved);
        return;
      case 'restore':
        this.#restore();
        return;
      case 'hand':
        this.#count('drift');
        this.model.byHand(...slotAt(step.slot, step.level));
        return;
      case 'wait':
        if (step.minutes >= 60) this.#count('no-sweep');
        this.#advance(step.minutes * MINUTE);
        return;
      case 'damage':
        this.#damage(step.how);
        return;
      case 'repair':
        this.#repair();
        return;
    }
  }

  /** `nth` from the latest. */
  #earlier(nth: number): Asked | undefined {
    return this.model.asked.at(-1 - nth);
  }

  #ask(wish: {
    who: number;
    role: number;
    minutes: number;
    starts: number | null;
    way: Way;
    breakGlass: boolean;
  }): void {
    const { who, way, minutes, starts, breakGlass } = wish;
    const role = ROLES[wish.role];
    const user = REQUESTERS[who];
    if (role === undefined || user === undefined) return;
    const number = this.#github.pulls.size + 1;
    const path = `requests/${role.path}/r${this.model.asked.length + 1}.yaml`;
    const startsAt = starts === null ? null : new Date(starts).toISOString();
    const first = documentOf(role, {
      minutes,
      starts: startsAt,
      breakGlass,
      reason: `number ${this.model.asked.length + 1}`,
    });
    const text = way === 'stale' ? first.replace('number', 'Number') : first;
    if (way === 'push') this.#github.push({ [path]: text });
    else {
      this.#github.open(user, { [path]: first });
      if (way === 'squash' || way === 'merge' || way === 'stale') this.#github.approve(number, OWNERS[0]);
      if (way === 'self-approved') this.#github.approve(number, user);
      if (way === 'stale') this.#github.amend(number, { [path]: text });
      if (way === 'open') return;
      this.#github.merge(number, way === 'merge' ? 'merge' : 'squash');
    }
    const merged = this.#clock;
    const begins = starts ?? merged;
    const isOverlap = this.model.asked.some(
      (other) => other.who === who && other.role === wish.role && other.ends > begins,
    );
    if (isOverlap && !role.isAction) this.#count('overlap');
    this.model.asked.push({
      number: way === 'push' ? 0 : number,
      path,
      text,
      who,
      role: wish.role,
      verdict: verdictOf(wish, role.isAutomatic, merged),
      merged,
      starts: begins,
      ends: begins + minutes * MINUTE,
      returned: null,
      isRemoved: false,
      wasLocked: this.model.lockedWho === who,
      isOver: false,
      grant: null,
      answer: null,
    });
  }

  /** Other bytes at a path that asked before: an approved pull request, and still no request. */
  #reuse(nth: number): void {
    const earlier = this.#earlier(nth);
    const user = REQUESTERS[earlier?.who ?? 0];
    const role = ROLES[earlier?.role ?? 0];
    if (earlier === undefined || user === undefined || role === undefined) return;
    const number = this.#github.pulls.size + 1;
    const text = documentOf(role, { minutes: 60, starts: null, breakGlass: false, reason: `again ${number}` });
    this.#github.open(user, { [earlier.path]: text });
    this.#github.approve(number, OWNERS[0]);
    this.#github.merge(number);
  }

  #return(nth: number, how: 'comment' | 'deletion' | 'stranger' | 'push'): void {
    const earlier = this.#earlier(nth);
    const user = REQUESTERS[earlier?.who ?? 0];
    if (earlier === undefined || user === undefined || earlier.number === 0) return;
    const { files } = this.#github.git.tip(REPOSITORY.branch);
    switch (how) {
      case 'comment':
        this.#github.comment(earlier.number, user, '/gatepass return');
        earlier.returned ??= this.#clock;
        return;
      case 'stranger':
        this.#github.comment(earlier.number, STRANGER, '/gatepass return');
        return;
      case 'deletion': {
        if (!files.has(earlier.path)) return;
        const number = this.#github.open(user, { [earlier.path]: null });
        this.#github.merge(number);
        if (files.get(earlier.path)?.text === earlier.text) earlier.returned ??= this.#clock;
        earlier.isRemoved = true;
        this.#count('returned');
        return;
      }
      case 'push':
        if (!files.has(earlier.path)) return;
        this.#github.push({ [earlier.path]: null });
        earlier.isRemoved = true;
        this.#count('deleted');
        return;
    }
  }

  #govern(isApproved: boolean): void {
    this.#readme += 1;
    const number = this.#github.open(GUARDIANS[0], { 'README.md': `Access of acme, ${this.#readme}.\n` });
    if (isApproved) this.#github.approve(number, GUARDIANS[1]);
    this.#github.merge(number);
    if (!isApproved || this.model.isDiverged) this.model.isLoosened = true;
    if (!isApproved) this.#count('policy-refused');
    if (!this.model.isDiverged) this.#accepted = this.#readmeNow();
  }

  #accepted = governingFiles().get('README.md')?.text ?? '';

  #readmeNow(): string {
    return this.#github.git.tip(REPOSITORY.branch).files.get('README.md')?.text ?? '';
  }

  #restore(): void {
    if (!this.model.isLoosened) return;
    this.#github.push({ 'README.md': this.#accepted });
    this.model.isLoosened = false;
  }

  /** Somebody without the key writes to the ledger's branch. */
  #damage(how: 'line' | 'more' | 'head'): void {
    if (this.model.isDamaged) return;
    const { git } = this.#github;
    const tip = git.tip(LEDGER_BRANCH);
    const last =
      [...tip.files.keys()]
        .filter((path) => path.endsWith('.jsonl'))
        .sort()
        .at(-1) ?? '';
    const path = how === 'head' ? LEDGER_HEAD : last;
    const text = tip.files.get(path)?.text ?? '';
    const worse = how === 'more' ? `${text}{"type":"read","commit":"x"}\n` : text.replace(/"at":"2026/, '"at":"2025');
    const files = new Map(tip.files).set(path, fileOf(worse));
    git.refs.set(LEDGER, git.commit(files, [tip.sha], 'damage').sha);
    this.model.isDamaged = true;
    this.#count('damaged');
  }

  /** A person sets the branch to its last good commit. */
  #repair(): void {
    const good = this.#tips.get(LEDGER)?.at(-1);
    if (!this.model.isDamaged || good === undefined) return;
    this.#github.git.refs.set(LEDGER, good);
    this.model.isDamaged = false;
  }

  async #sweepAll(runs: readonly Run[], order: number): Promise<void> {
    const turns = runs.length > 1 ? new Turns(new Random(order)) : null;
    const startedAt = this.#clock;
    const processes = runs.map((run) => {
      this.#sweeps += 1;
      const zone = ZONES[run.zone] ?? 'default';
      if (run.faults.skew !== 0) this.model.wasSkewed = true;
      return new Process({ run: `${this.#sweeps}/1`, zone, faults: run.faults }, turns, (minutes) =>
        this.#advance(minutes * MINUTE),
      );
    });
    if (turns !== null) this.#count('two-sweeps');
    let left = processes.length;
    const ended = processes.map(async (process) => {
      const result = await this.#run(process);
      left -= 1;
      return result;
    });
    if (turns !== null) await turns.run(() => left === 0);
    const results = await Promise.all(ended);
    if (this.#violation !== null) throw this.#violation;
    for (const process of processes) {
      for (const fault of process.injected) this.#count(fault);
      if (process.raced > 0) this.#count('lost-race');
      if (process.faults.skew !== 0) this.#count('skew');
    }
    const [process] = processes;
    if (process !== undefined && turns === null && results[0] === 'done' && process.injected.size === 0)
      if (process.faults.skew === 0) this.model.checkEnds(process, startedAt);
  }

  /** A violation that the sweep itself would catch, or take for an outage, is kept. */
  #noting<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Violation) this.#violation ??= error;
      throw error;
    }
  }

  async #run(process: Process): Promise<'done' | 'died' | 'threw'> {
    const sweeping = this.#sweep(process).then(
      (written) => {
        this.#written = written;
        return 'done' as const;
      },
      (error: unknown) => {
        if (process.injected.size > 0 || this.model.isDamaged || process.turns !== null) return 'threw' as const;
        this.#violation ??= new Violation(
          'I2',
          `${process.run} threw without any fault: ${error instanceof Error ? error.stack : error}`,
        );
        return 'threw' as const;
      },
    );
    return Promise.race([sweeping, process.died]);
  }

  #written = 0;

  async #sweep(process: Process): Promise<number> {
    const github = this.#portOf(process);
    const report = await sweep({
      github,
      repository: NAME,
      ledger: { github, repository: NAME },
      attest: async () => [],
      openProvider: (type, config) => process.call(() => this.targets.open(process, type, config)),
      runner: this.runs.for(process),
      signer: SIGNER,
      witness: 'none',
      run: process.run,
      zone: process.zone,
      cache: { git: this.#cache, ledger: new Map() },
      alarm: () => ({ over: new Promise(() => {}), cancel: () => {} }),
      pause: async (milliseconds) => this.#advance(milliseconds),
    });
    return report.written.length;
  }

  #portOf(process: Process): GitHub {
    return {
      request: (route, parameters = {}) =>
        process.call(async () => {
          const number = process.gitHubCalls;
          process.gitHubCalls += 1;
          const fault = process.faults.github?.at === number ? process.faults.github.is : null;
          const isWrite = !route.startsWith('GET');
          if (fault !== null) process.injected.add(fault === 429 ? 'limited' : isWrite ? 'unwritten' : 'server-error');
          if (typeof fault === 'number') throw httpError(fault, 'not now');
          const answer = await this.#asked(process, route, parameters);
          if (route.endsWith('/git/refs/{ref}') && parameters['ref'] === LEDGER) {
            this.#moved(LEDGER);
            this.#noting(() => this.model.written(process, this.#github.git.tip(LEDGER_BRANCH).files));
          }
          if (fault === 'lost') throw httpError(502, 'no answer');
          const stale = this.#staleOf(process, route, parameters);
          process.told = this.#clock + process.faults.skew * MINUTE;
          this.model.latest = Math.max(this.model.latest, process.told);
          const date = new Date(process.told).toUTCString();
          return { ...answer, ...(stale === null ? {} : { data: stale }), headers: { ...answer.headers, date } };
        }),
    };
  }

  async #asked(process: Process, route: string, parameters: Record<string, unknown>): Promise<GitHubResponse> {
    try {
      return await this.#github.request(route, parameters);
    } catch (error) {
      if (route.startsWith('PATCH')) process.raced += 1;
      throw error;
    }
  }

  #staleOf(process: Process, route: string, { ref }: Record<string, unknown>): unknown {
    const { stale } = process.faults;
    const wanted = stale?.branch === 'main' ? MAIN : LEDGER;
    if (stale === null || !route.endsWith('/git/ref/{ref}') || ref !== wanted) return null;
    const tips = this.#tips.get(wanted) ?? [];
    const sha = tips.at(-1 - stale.by);
    if (sha === undefined || sha === tips.at(-1) || process.isTold) return null;
    // A replica that is behind catches up: who asks again is told the truth.
    process.isTold = true;
    process.injected.add('stale');
    return { ref, object: { sha } };
  }

  /** No time passes, so that nothing else becomes due meanwhile. */
  async #clean(zone: number): Promise<number> {
    this.#written = 0;
    await this.#sweepAll([{ zone, faults: NO_FAULTS }], 0);
    return this.#written;
  }

  async end(ending: 'soon' | 'late'): Promise<void> {
    this.#repair();
    if (this.model.lockedWho !== null) this.#act({ is: 'unlock' });
    this.#restore();
    this.#moved(MAIN);
    this.#advance(ending === 'soon' ? HOUR + MINUTE : 26 * HOUR);
    for (const zone of [0, 1, 0, 1]) await this.#clean(zone);
    for (const zone of [0, 1]) {
      const written = await this.#clean(zone);
      if (written > 0) throw new Violation('I4', `the third sweep of ${ZONES[zone]} writes ${written} entries`);
    }
    if (ending === 'soon') this.model.checkHeld();
    else this.model.checkEmpty();
    await this.#decideAgain();
  }

  /** I6: the decision that was recorded last comes out the same, from what GitHub says now of then. */
  async #decideAgain(): Promise<void> {
    const { lines } = this.model.mirror;
    const last = lines.findLast(({ type }) => type === 'authorised') as
      | Extract<Entry, { type: 'authorised' }>
      | undefined;
    if (last === undefined) return;
    const { authority, request, grant } = last;
    const [parent = ''] = this.#github.git.at(authority.commit).parents;
    const evidence = await collectEvidence(this.#github, {
      repository: NAME,
      pullRequest: request.pullRequest,
      at: { mergeCommit: authority.commit, parent },
      governing: authority.governing.parent,
      now: authority.mergedAt,
      grants: heldGrants(replay(lines.slice(0, last.seq) as unknown as Entry[]), grant.subject.id ?? '', last.at),
      signals: {},
      cache: this.#cache,
    });
    const found = { decision: digestOf(decide(evidence)), evidence: digestOf(evidence) };
    if (found.decision === authority.decision && found.evidence === authority.evidence) return;
    throw new Violation('I6', `${request.path} was decided otherwise than it is now`);
  }
}

function slotAt(index: number, level: number): [string, string | null] {
  const key = SLOTS[index]?.key ?? '';
  const levels = levelsOf(key);
  return [key, level < 0 ? null : (levels[Math.min(level, levels.length - 1)] ?? null)];
}

function verdictOf(
  { way, breakGlass, starts }: { way: Way; breakGlass: boolean; starts: number | null },
  isAutomatic: boolean,
  merged: number,
): Asked['verdict'] {
  if (way === 'push') return 'invalid';
  if (breakGlass || (starts !== null && starts < merged)) return 'maybe';
  if (way === 'squash' || way === 'merge') return 'valid';
  return isAutomatic ? 'valid' : 'invalid';
}
