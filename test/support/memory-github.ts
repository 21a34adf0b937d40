/**
 * A GitHub port in memory, for flow tests: the handful of routes that the sweep and the evidence ask for, over commits
 * in memory, with a clock that only tests move. It enforces no permission; the look-alike in `hub/` does.
 */
import type { GitHub, GitHubResponse } from '../../github/client.ts';
import { GRAPHQL } from '../../github/graphql.ts';
import { blobId, type Files, fileOf, MemoryGit } from './memory-git.ts';

export interface MemoryUser {
  readonly id: number;
  readonly login: string;
}

interface Pull {
  readonly number: number;
  readonly author: MemoryUser;
  /** What the author was called when the branch was made: commits keep it. */
  readonly name: string;
  readonly branch: string;
  /** Where the branch forked. */
  readonly from: string;
  readonly heads: string[];
  readonly openedAt: string;
  readonly reviews: Record<string, unknown>[];
  readonly comments: Record<string, unknown>[];
  readonly events: Record<string, unknown>[];
  readonly pusher: MemoryUser;
  headRepository: number | null;
  merged: { readonly at: string; readonly sha: string; readonly by: MemoryUser } | null;
  closedAt: string | null;
  updatedAt: string;
}

type Parameters = Readonly<Record<string, unknown>>;
type Handler = (parameters: Parameters) => unknown;

export const REPOSITORY = { id: 7000, owner: 'acme', name: 'access', branch: 'main' } as const;

export class MemoryGitHub implements GitHub {
  readonly git = new MemoryGit();
  readonly pulls = new Map<number, Pull>();
  readonly teams = new Map<string, { id: number; parent: string | null; members: MemoryUser[] }>();
  readonly users: MemoryUser[];
  /** Accounts that are in no organisation. */
  readonly outsiders: MemoryUser[] = [];
  /** Members whom the list does not show, only the question about them. */
  readonly concealed: MemoryUser[] = [];
  now: string;
  repositoryId: number = REPOSITORY.id;
  /** Nobody may approve their own pull request. Let through unless told, so that the gates are seen to refuse it too. */
  refusesOwn = false;
  /** Called before each answer; what it throws is what the caller sees. */
  before: (route: string, parameters: Parameters) => void | Promise<void> = () => {};
  readonly calls: string[] = [];
  #reviews = 1;
  #comments = 1;

  constructor(options: { readonly now: string; readonly users: readonly MemoryUser[]; readonly files: Files }) {
    this.now = options.now;
    this.users = [...options.users];
    const root = this.git.commit(options.files, [], 'start');
    this.git.refs.set(`heads/${REPOSITORY.branch}`, root.sha);
  }

  /** What it can be asked for. */
  get routes(): readonly string[] {
    return Object.keys(this.#handlers);
  }

  async request(route: string, parameters: Parameters = {}): Promise<GitHubResponse> {
    this.calls.push(route);
    await this.before(route, parameters);
    const handler = this.#handlers[route];
    if (handler === undefined) throw new Error(`the GitHub in memory has no ${route}`);
    const headers = { date: new Date(this.now).toUTCString() };
    return { status: 200, headers, data: handler(parameters) };
  }

  /** Straight to the default branch, by nobody's leave. */
  push(changes: Readonly<Record<string, string | null>>): string {
    const tip = this.git.tip(REPOSITORY.branch);
    const commit = this.git.commit(changed(tip.files, changes), [tip.sha], 'push');
    this.git.refs.set(`heads/${REPOSITORY.branch}`, commit.sha);
    return commit.sha;
  }

  open(author: MemoryUser, changes: Readonly<Record<string, string | null>>, pusher = author): number {
    const from = this.git.tip(REPOSITORY.branch);
    const head = this.git.commit(changed(from.files, changes), [from.sha], 'ask');
    const number = this.pulls.size + 1;
    this.pulls.set(number, {
      number,
      author,
      name: author.login,
      branch: `ask-${number}`,
      from: from.sha,
      heads: [head.sha],
      openedAt: this.now,
      reviews: [],
      comments: [],
      events: [],
      pusher,
      headRepository: this.repositoryId,
      merged: null,
      closedAt: null,
      updatedAt: this.now,
    });
    return number;
  }

  /** One more commit on the branch. */
  amend(number: number, changes: Readonly<Record<string, string | null>>): void {
    const pull = this.#pull(number);
    const head = this.git.at(pull.heads.at(-1) ?? '');
    pull.heads.push(this.git.commit(changed(head.files, changes), [head.sha], 'more').sha);
  }

  dismiss(number: number): void {
    const pull = this.#pull(number);
    for (const review of pull.reviews) {
      const dismissed_review = { state: String(review['state']).toLowerCase(), review_id: review['id'] };
      pull.events.push({ event: 'review_dismissed', created_at: this.now, dismissed_review });
      review['state'] = 'DISMISSED';
    }
  }

  /** Somebody changes the text of every review, as whoever may write can. */
  editReviews(number: number, by: MemoryUser, body: string): void {
    for (const review of this.#pull(number).reviews)
      Object.assign(review, { body, edited: { at: this.now, by: by.id } });
  }

  approve(number: number, user: MemoryUser, body = ''): void {
    const pull = this.#pull(number);
    if (this.refusesOwn && user.id === pull.author.id) return;
    pull.reviews.push({
      ...reviewIds(this.#reviews++),
      user: account(user),
      state: 'APPROVED',
      body,
      commit_id: pull.heads.at(-1),
      submitted_at: this.now,
    });
  }

  /** Asks for changes in a review of the head. */
  requestChanges(number: number, user: MemoryUser): void {
    this.approve(number, user);
    Object.assign(this.#pull(number).reviews.at(-1) ?? {}, { state: 'CHANGES_REQUESTED' });
  }

  /** Without a merge. */
  close(number: number, by: MemoryUser): void {
    const pull = this.#pull(number);
    pull.closedAt = this.now;
    pull.updatedAt = this.now;
    pull.events.push({ event: 'closed', created_at: this.now, actor: account(by) });
  }

  reopen(number: number, by: MemoryUser): void {
    const pull = this.#pull(number);
    pull.closedAt = null;
    pull.updatedAt = this.now;
    pull.events.push({ event: 'reopened', created_at: this.now, actor: account(by) });
  }

  /** `besides`: what GitHub wrongly writes with the last commit. */
  merge(
    number: number,
    method: 'merge' | 'squash' | 'rebase' = 'squash',
    by: MemoryUser = GATE,
    besides: Readonly<Record<string, string | null>> = {},
  ): string {
    const pull = this.#pull(number);
    const steps = method === 'rebase' ? pull.heads : pull.heads.slice(-1);
    let from = pull.from;
    for (const step of steps) {
      const tip = this.git.tip(REPOSITORY.branch);
      const asked = difference(this.git.at(from).files, this.git.at(step).files);
      const files = changed(tip.files, { ...asked, ...besides });
      const parents = method === 'merge' ? [tip.sha, step] : [tip.sha];
      this.git.refs.set(`heads/${REPOSITORY.branch}`, this.git.commit(files, parents, `merge ${number}`).sha);
      from = step;
    }
    const { sha } = this.git.tip(REPOSITORY.branch);
    pull.merged = { at: this.now, sha, by };
    pull.closedAt = this.now;
    pull.updatedAt = this.now;
    return sha;
  }

  comment(number: number, user: MemoryUser, body: string, options: { type?: string; app?: number } = {}): number {
    const id = this.#comments++;
    const type = options.type ?? 'User';
    const at = { created_at: this.now, updated_at: this.now };
    const app = options.app === undefined ? null : { id: options.app };
    const ids = { id, node_id: `IC_${id}` };
    this.#pull(number).comments.push({ ...ids, user: { ...user, type }, body, ...at, performed_via_github_app: app });
    return id;
  }

  /** Somebody changes its text, as whoever may write can. */
  editComment(id: number, by: MemoryUser, body: string): void {
    const comment = [...this.pulls.values()].flatMap(({ comments }) => comments).find((each) => each['id'] === id);
    if (comment === undefined) throw notFound();
    Object.assign(comment, { body, updated_at: this.now, edited: { at: this.now, by: by.id } });
  }

  #pull(number: number): Pull {
    const pull = this.pulls.get(number);
    if (pull === undefined) throw notFound();
    return pull;
  }

  #pullJson(pull: Pull): Record<string, unknown> {
    const head = this.git.at(pull.heads.at(-1) ?? '');
    const repo = (id: number | null) =>
      id === null
        ? null
        : { id, full_name: 'acme/access', default_branch: 'main', owner: { login: 'acme', type: 'Organization' } };
    return {
      number: pull.number,
      title: `Pull request ${pull.number}`,
      user: account(pull.author),
      state: pull.closedAt === null ? 'open' : 'closed',
      merged: pull.merged !== null,
      draft: false,
      created_at: pull.openedAt,
      updated_at: pull.updatedAt,
      closed_at: pull.closedAt,
      merged_at: pull.merged?.at ?? null,
      merged_by: pull.merged === null ? null : account(pull.merged.by),
      merge_commit_sha: pull.merged?.sha ?? null,
      base: { ref: 'main', sha: pull.from, repo: repo(this.repositoryId) },
      head: { ref: pull.branch, sha: head.sha, repo: repo(pull.headRepository) },
      changed_files: this.#files(pull).length,
      commits: pull.heads.length,
      requested_reviewers: [],
      requested_teams: [],
    };
  }

  /** By both ends: they are asked for again and again, and never change. */
  readonly #differences = new Map<string, readonly Record<string, unknown>[]>();

  #files(pull: Pull): readonly Record<string, unknown>[] {
    const head = pull.heads.at(-1) ?? '';
    const key = `${pull.from}...${head}`;
    const files = this.#differences.get(key) ?? this.#filesBetween(pull.from, head);
    this.#differences.set(key, files);
    return files;
  }

  #filesBetween(from: string, to: string): readonly Record<string, unknown>[] {
    const before = this.git.at(from).files;
    const after = this.git.at(to).files;
    return Object.entries(difference(before, after)).map(([filename, text]) => {
      const status = text === null ? 'removed' : before.has(filename) ? 'modified' : 'added';
      return { filename, status, sha: blobId(text ?? before.get(filename)?.text ?? '') };
    });
  }

  #commitsOf(pull: Pull): readonly Record<string, unknown>[] {
    const who = { name: pull.name, email: `${pull.author.id}@acme.example` };
    return pull.heads.map((sha) => ({
      sha,
      parents: this.git.at(sha).parents.map((parent) => ({ sha: parent })),
      author: account(pull.author),
      committer: account(pull.author),
      commit: { author: who, committer: who, message: 'ask', verification: { verified: false } },
    }));
  }

  readonly #handlers: Readonly<Record<string, Handler>> = {
    'GET /repos/{owner}/{repo}': () => ({
      id: this.repositoryId,
      full_name: 'acme/access',
      default_branch: REPOSITORY.branch,
      owner: { login: 'acme', type: 'Organization' },
    }),
    'GET /repos/{owner}/{repo}/git/ref/{ref}': ({ ref }) => {
      const sha = this.git.refs.get(String(ref));
      if (sha === undefined) throw notFound();
      return { ref: `refs/${ref}`, object: { type: 'commit', sha } };
    },
    'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': ({ commit_sha }) => {
      const commit = this.git.at(String(commit_sha));
      const parents = commit.parents.map((sha) => ({ sha }));
      return { sha: commit.sha, tree: { sha: this.git.treeOf(commit.files) }, parents, message: commit.message };
    },
    'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': ({ tree_sha, recursive }) => {
      const sha = String(tree_sha);
      const files = this.git.commits.get(sha)?.files ?? this.git.trees.get(sha);
      if (files === undefined) throw notFound();
      return { sha, truncated: false, tree: this.git.list(files, recursive !== undefined) };
    },
    'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': ({ file_sha }) => {
      const text = this.git.blobs.get(String(file_sha));
      if (text === undefined) throw notFound();
      return { sha: file_sha, encoding: 'base64', content: Buffer.from(text).toString('base64') };
    },
    'POST /repos/{owner}/{repo}/git/blobs': ({ content }) => ({ sha: this.git.blob(String(content)) }),
    'POST /repos/{owner}/{repo}/git/trees': ({ base_tree, tree }) => {
      const files = new Map(this.git.trees.get(String(base_tree)) ?? []);
      for (const item of tree as { path: string; mode: string; sha: string }[]) {
        files.set(item.path, fileOf(this.git.blobs.get(item.sha) ?? '', item.mode));
      }
      return { sha: this.git.treeOf(files) };
    },
    'POST /repos/{owner}/{repo}/git/commits': ({ tree, parents, message }) => {
      const files = this.git.trees.get(String(tree)) ?? new Map();
      return { sha: this.git.commit(files, parents as string[], String(message)).sha };
    },
    'POST /repos/{owner}/{repo}/git/refs': ({ ref, sha }) => {
      const name = String(ref).replace('refs/', '');
      if (this.git.refs.has(name)) throw httpError(422, 'Reference already exists');
      this.git.refs.set(name, String(sha));
      return { ref, object: { sha } };
    },
    'PATCH /repos/{owner}/{repo}/git/refs/{ref}': ({ ref, sha, force }) => {
      const name = String(ref);
      const tip = this.git.refs.get(name);
      if (tip === undefined) throw httpError(422, 'Reference does not exist');
      if (force !== true && !this.git.reaches(String(sha), tip)) throw httpError(422, 'Update is not a fast forward');
      this.git.refs.set(name, String(sha));
      return { ref, object: { sha } };
    },
    'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': ({ commit_sha }) =>
      [...this.pulls.values()].filter((pull) => pull.merged?.sha === commit_sha).map((pull) => this.#pullJson(pull)),
    'GET /repos/{owner}/{repo}/compare/{basehead}': ({ basehead }) => {
      const [, head = ''] = String(basehead).split('...');
      const pull = [...this.pulls.values()].find((one) => one.heads.includes(head));
      if (pull === undefined) throw notFound();
      return { merge_base_commit: { sha: pull.from } };
    },
    'GET /repos/{owner}/{repo}/pulls': ({ state, sort }) => {
      const found = [...this.pulls.values()].filter((pull) => (pull.closedAt === null ? 'open' : 'closed') === state);
      if (sort === 'updated') found.sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
      return found.map((pull) => this.#pullJson(pull));
    },
    'GET /repos/{owner}/{repo}/pulls/{pull_number}': ({ pull_number }) =>
      this.#pullJson(this.#pull(Number(pull_number))),
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': ({ pull_number }) =>
      this.#files(this.#pull(Number(pull_number))),
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits': ({ pull_number }) =>
      this.#commitsOf(this.#pull(Number(pull_number))),
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': ({ pull_number }) =>
      this.#pull(Number(pull_number)).reviews.map(copied),
    [GRAPHQL]: ({ variables }) => {
      const all = [...this.pulls.values()].flatMap(({ reviews, comments }) => [...reviews, ...comments]);
      const { ids } = variables as { ids: readonly string[] };
      const nodes = ids.map((id) => textNode(all.find((text) => text['node_id'] === id)));
      const gone = nodes.flatMap((node, index) => (node === null ? [index] : []));
      const errors = gone.map((index) => ({ type: 'NOT_FOUND', path: ['nodes', index], message: 'no such node' }));
      return { data: { nodes }, ...(errors.length > 0 && { errors }) };
    },
    'GET /repos/{owner}/{repo}/issues/{issue_number}/events': ({ issue_number }) =>
      this.#pull(Number(issue_number)).events.map(copied),
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': ({ issue_number, since }) =>
      this.#pull(Number(issue_number))
        .comments.filter((item) => since === undefined || String(item['updated_at']) >= String(since))
        .map(copied),
    'GET /repos/{owner}/{repo}/issues/comments': ({ since }) =>
      [...this.pulls.values()].flatMap(({ number, comments }) =>
        comments
          .filter((item) => since === undefined || String(item['updated_at']) >= String(since))
          .map((item) => ({
            ...copied(item),
            issue_url: `https://api.github.example/repos/acme/access/issues/${number}`,
          })),
      ),
    'GET /repos/{owner}/{repo}/activity': ({ ref }) => {
      const pull = [...this.pulls.values()].find((one) => `refs/heads/${one.branch}` === ref);
      if (pull === undefined) return [];
      return [{ activity_type: 'branch_creation', actor: account(pull.pusher), timestamp: pull.openedAt }];
    },
    'GET /orgs/{org}/teams': () =>
      [...this.teams].map(([slug, { id, parent }]) => ({
        id,
        slug,
        parent: parent === null ? null : { slug: parent },
      })),
    'GET /orgs/{org}/teams/{team_slug}/members': ({ team_slug }) => {
      const team = this.teams.get(String(team_slug));
      if (team === undefined) throw notFound();
      return team.members.map(account);
    },
    'GET /orgs/{org}/members': () => this.users.map(account),
    'GET /user/{account_id}': ({ account_id }) => {
      const user = [...this.users, ...this.outsiders].find(({ id }) => id === account_id);
      if (user === undefined) throw notFound();
      return account(user);
    },
    'GET /orgs/{org}/memberships/{username}': ({ username }) => {
      const user = [...this.users, ...this.concealed].find(({ login }) => login === username);
      if (user === undefined) throw notFound();
      return { state: 'active', role: 'member', user: account(user) };
    },
  };
}

export const GATE: MemoryUser = { id: 5001, login: 'gatepass-gate[bot]' };

/** What is kept and changed is given away as a copy; all other answers are made anew. */
function copied(kept: Record<string, unknown>): Record<string, unknown> {
  return structuredClone(kept);
}

/** As Octokit throws it. */
export function httpError(status: number, message: string): Error {
  return Object.assign(new Error(message), { status, response: { headers: {}, data: { message } } });
}

function reviewIds(id: number): { readonly id: number; readonly node_id: string } {
  return { id, node_id: `PRR_${id}` };
}

/** Of a review or a comment. */
function textNode(text: Readonly<Record<string, unknown>> | undefined): unknown {
  if (text === undefined) return null;
  const edited = text['edited'] as { at: string; by: number } | undefined;
  return {
    fullDatabaseId: String(text['id']),
    lastEditedAt: edited?.at ?? null,
    editor: edited === undefined ? null : { databaseId: edited.by },
  };
}

function notFound(): Error {
  return httpError(404, 'Not Found');
}

function account(user: MemoryUser): Record<string, unknown> {
  return { id: user.id, login: user.login, type: user.login.endsWith('[bot]') ? 'Bot' : 'User' };
}

function changed(files: Files, changes: Readonly<Record<string, string | null>>): Files {
  const next = new Map(files);
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) next.delete(path);
    else next.set(path, fileOf(text));
  }
  return next;
}

function difference(before: Files, after: Files): Record<string, string | null> {
  const changes: Record<string, string | null> = {};
  for (const path of before.keys()) if (!after.has(path)) changes[path] = null;
  for (const [path, file] of after) if (before.get(path)?.text !== file.text) changes[path] = file.text;
  return changes;
}
