/**
 * The look-alike in place of the GitHub in memory: acts are done in memory at once, and over HTTP, with the tokens of those
 * who act, before anybody asks anything; sweeps are answered by the look-alike alone. Whatever acts made of the default
 * branch is the same in both, to the byte, or the history ends.
 *
 * Not brought over, and so in no history: rebases, dismissals, edits, requests for changes, and closing without a merge. An
 * account that is gone is still an author there, so that it is not found is memory's answer. What nobody can bring about on
 * GitHub (a head in another repository, other bytes than were merged) is put there behind its rules: `amiss.ts`.
 */
import type { GitHubResponse } from '../../github/client.ts';
import { GATE, httpError, MemoryGitHub, type MemoryUser, REPOSITORY } from '../support/memory-github.ts';
import { mergeOtherwise, moveHead } from './amiss.ts';
import { CommitNames } from './commit-names.ts';
import { Pace } from './pace.ts';
import { ACCESS, commitOn } from './real-commits.ts';
import { type Everybody, OWNER, openSite, type Site } from './site.ts';
import { Written } from './written.ts';

type Changes = Readonly<Record<string, string | null>>;
type Options = ConstructorParameters<typeof MemoryGitHub>[0];

export class LookAlike extends MemoryGitHub {
  readonly #begins: Options;
  readonly #names = new CommitNames();
  readonly #written = new Written(this.git, this.#names);
  readonly #pace = new Pace();
  /** Done in memory, and not there yet. */
  readonly #acts: ((site: Site) => Promise<unknown>)[] = [];
  #site: Promise<Site> | null = null;
  #broken: Error | null = null;
  /** By id: everybody who ever was. */
  readonly #accounts = new Map<number, MemoryUser>();

  constructor(options: Options) {
    super(options);
    this.#begins = options;
    this.refusesOwn = true;
  }

  override request(route: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<GitHubResponse> {
    this.calls.push(route);
    return this.#pace.turn(async () => {
      const site = await this.#caughtUp();
      if (route === 'GET /user/{account_id}' && this.#isGone(parameters['account_id']))
        throw httpError(404, 'Not Found');
      // What is in a file stays as it is.
      const sent = route.endsWith('/git/blobs') ? parameters : this.#names.real(parameters);
      const answer = await site.applier.request(route, sent);
      if (!route.startsWith('GET')) await this.#written.follow(site, parameters['ref']);
      return { ...answer, data: this.#names.own(answer.data) };
    });
  }

  override push(changes: Changes): string {
    const sha = super.push(changes);
    const [before = ''] = this.git.at(sha).parents;
    this.#will(async (site) => {
      const ref = `heads/${REPOSITORY.branch}`;
      const real = await commitOn(site.as(OWNER), { parent: this.#names.real(before), changes, message: 'push' });
      await site.as(OWNER).git.updateRef({ ...ACCESS, ref, sha: real });
      this.#names.pair(sha, real);
    });
    return sha;
  }

  override open(author: MemoryUser, changes: Changes, pusher = author): number {
    const number = super.open(author, changes, pusher);
    const { branch, from, heads } = this.#opened(number);
    const [head = ''] = heads;
    this.#will(async (site) => {
      const sha = await commitOn(site.as(pusher), { parent: this.#names.real(from), changes, message: 'ask' });
      await site.as(pusher).git.createRef({ ...ACCESS, ref: `refs/heads/${branch}`, sha });
      const asked = { ...ACCESS, title: `Pull request ${number}`, head: branch, base: REPOSITORY.branch };
      const { data } = await site.as(author).pulls.create(asked);
      if (data.number !== number) throw new Error(`pull request ${number} is ${data.number} on the look-alike`);
      this.#names.pair(head, sha);
    });
    return number;
  }

  override amend(number: number, changes: Changes): void {
    super.amend(number, changes);
    const { author, branch, heads } = this.#opened(number);
    const [before = '', head = ''] = heads.slice(-2);
    this.#will(async (site) => {
      const sha = await commitOn(site.as(author), { parent: this.#names.real(before), changes, message: 'more' });
      await site.as(author).git.updateRef({ ...ACCESS, ref: `heads/${branch}`, sha });
      this.#names.pair(head, sha);
    });
  }

  override approve(number: number, user: MemoryUser, body = ''): void {
    super.approve(number, user, body);
    const { author, heads } = this.#opened(number);
    const [head = ''] = heads.slice(-1);
    this.#will(async (site) => {
      const commit_id = this.#names.real(head);
      const review = { ...ACCESS, pull_number: number, event: 'APPROVE', body, commit_id } as const;
      const given = site.as(user).pulls.createReview(review);
      if (user.id === author.id) await refused(given, 'Can not approve your own pull request');
      else await given;
    });
  }

  override merge(
    number: number,
    method: 'merge' | 'squash' | 'rebase' = 'squash',
    by = GATE,
    besides: Changes = {},
  ): string {
    if (method === 'rebase') throw unheardOf('a rebase');
    const sha = super.merge(number, method, by, besides);
    const { headRepository } = this.#opened(number);
    this.#will(async (site) => {
      const client = by === GATE ? site.gate : site.as(by);
      const { data } = await client.pulls.merge({ ...ACCESS, pull_number: number, merge_method: method });
      if (headRepository !== this.repositoryId) moveHead(site, number, headRepository);
      const isAsAsked = Object.keys(besides).length === 0;
      this.#names.pair(sha, isAsAsked ? data.sha : await mergeOtherwise(site, number, besides));
    });
    return sha;
  }

  override comment(number: number, user: MemoryUser, body: string, options = {}): number {
    if (Object.keys(options).length > 0) throw unheardOf('a comment that was edited, or not a person’s');
    const id = super.comment(number, user, body);
    this.#will((site) => site.as(user).issues.createComment({ ...ACCESS, issue_number: number, body }));
    return id;
  }

  override dismiss(): never {
    throw unheardOf('a dismissal');
  }

  override editReviews(): never {
    throw unheardOf('an edited review');
  }

  override requestChanges(): never {
    throw unheardOf('a request for changes');
  }

  override close(): never {
    throw unheardOf('closing without a merge');
  }

  override reopen(): never {
    throw unheardOf('opening again');
  }

  /** Throws when anything that was said was not GitHub's. */
  async shut(): Promise<void> {
    const site = await this.#pace.turn(async () => this.#site);
    await site?.close();
    if (this.#broken !== null) throw this.#broken;
  }

  #opened(number: number) {
    const pull = this.pulls.get(number);
    if (pull === undefined) throw new Error(`no pull request ${number}`);
    return pull;
  }

  /** When it was done here is when it is done there, where everybody is where they are now. */
  #will(act: (site: Site) => Promise<unknown>): void {
    const { now } = this;
    const everybody = this.#everybody();
    this.#acts.push((site) => {
      site.hub.clock.set(now);
      site.tell(everybody);
      return act(site);
    });
  }

  #everybody(): Everybody {
    const { users, outsiders, teams } = this;
    for (const user of [...users, ...outsiders]) this.#accounts.set(user.id, user);
    // A copy: people change their names.
    return structuredClone({ accounts: [...this.#accounts.values()], members: users, teams });
  }

  #isGone(account: unknown): boolean {
    return this.#accounts.has(Number(account)) && ![...this.users, ...this.outsiders].some(({ id }) => id === account);
  }

  /** What could not be done there ends the history: a sweep would take it for an outage, and ask again. */
  async #caughtUp(): Promise<Site> {
    if (this.#broken !== null) throw this.#broken;
    this.#site ??= this.#open();
    const site = await this.#site;
    try {
      await this.#catchUp(site);
    } catch (error) {
      this.#broken = new Error('the look-alike is not where memory is', { cause: error });
      throw this.#broken;
    }
    return site;
  }

  async #catchUp(site: Site): Promise<void> {
    const isMoved = this.#acts.length > 0;
    for (const act of this.#acts.splice(0)) await act(site);
    site.hub.clock.set(this.now);
    site.tell(this.#everybody());
    if (isMoved) await this.#compare(site);
    await this.#written.bring(site);
  }

  async #open(): Promise<Site> {
    const { now, users, files } = this.#begins;
    const site = await openSite(now, users, files);
    const start = [...this.git.commits.keys()][0] ?? '';
    this.#names.pair(start, (await site.repository.git.resolve(REPOSITORY.branch)) ?? '');
    return site;
  }

  /** The default branch is the same in both. */
  async #compare(site: Site): Promise<void> {
    const { sha, files } = this.git.tip(REPOSITORY.branch);
    const real = await site.repository.git.commit(this.#names.real(sha));
    const tip = await site.repository.git.resolve(REPOSITORY.branch);
    if (real?.sha === tip && real?.tree === this.git.treeOf(files)) return;
    throw new Error(`the default branch is at ${tip} on the look-alike, and not what it is in memory`);
  }
}

function unheardOf(what: string): Error {
  return new Error(`no history does this on the look-alike yet: ${what}`);
}

async function refused(call: Promise<unknown>, why: string): Promise<void> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!String(error).includes(why)) throw new Error(`the look-alike should have said: ${why}`, { cause: error });
}
