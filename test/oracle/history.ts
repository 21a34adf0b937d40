/**
 * Pull-request histories from a seed: what is asked, by whom, and what happens to it; and the evidence that GitHub would
 * show afterwards. It judges nothing: impossible and hostile histories are as welcome as honest ones.
 */
import { createHash } from 'node:crypto';
import type { Account, Commit, CommitAuthor, Evidence, HeldGrant, Review } from '../../core/policy/evidence.ts';
import { type Instant, toInstant } from '../../core/time.ts';
import { breached } from './breaches.ts';
import { anEvent, type Event } from './events.ts';
import { organisation, PEOPLE } from './organisation.ts';
import { Random, seedOf } from './random.ts';

export interface Ask {
  readonly author: string;
  readonly kind: 'request' | 'return' | 'policy';
  readonly path: string;
  readonly document: Readonly<Record<string, unknown>>;
}

export interface History {
  /** Which random organisation. */
  readonly organisation: number;
  readonly ask: Ask;
  readonly events: readonly Event[];
}

const OPENED = Date.parse('2026-11-23T09:00:00Z');
const MINUTE = 60_000;
export const TIP = 'b'.repeat(40);
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  engineering: ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'mallory'],
  orders: ['bob', 'carol'],
  billing: ['dan', 'erin'],
  payments: ['alice', 'bob', 'erin'],
  dba: ['dan', 'carol'],
  sre: ['erin', 'dan'],
  security: ['grace', 'heidi'],
  contractors: ['frank'],
  'payments-production': [],
};
/** So many histories in a row share an organisation: reading one costs more than deciding under it. */
const PER_ORGANISATION = 400;

export function history(seed: number, index: number): History {
  const random = new Random(seedOf(seed, index));
  const author = random.pick(['alice', 'alice', 'carol', 'erin', 'frank', 'bob', random.pick(PEOPLE)]);
  const first: Event = {
    is: 'push',
    by: author,
    author,
    committer: author,
    coAuthors: [],
    verified: random.chance(0.9),
  };
  const events = Array.from({ length: 1 + random.below(12) }, () => anEvent(random, author));
  const merged: readonly Event[] = random.chance(0.3)
    ? [{ is: 'merge' }, ...(random.chance(0.3) ? [anEvent(random, author)] : [])]
    : [];
  return {
    organisation: seedOf(seed, 1_000_000 + Math.floor(index / PER_ORGANISATION)),
    ask: anAsk(random, author),
    events: [first, ...events, ...merged],
  };
}

function anAsk(random: Random, author: string): Ask {
  const roll = random.below(100);
  if (roll < 2)
    return { author, kind: 'policy', path: random.pick(['README.md', 'docs/a.md', 'docs/deep/b.md']), document: {} };
  if (roll < 3)
    return {
      author,
      kind: 'policy',
      path: 'policies/settings.yaml',
      document: { apiVersion: 'gatepass/v1', kind: 'Settings', merge: 'manual' },
    };
  const [resource, entitlement] = random.pick([
    ['orders-db', 'read-only'],
    ['orders-db', 'read-write'],
    ['orders-db', 'read-only'],
    ['billing-db', 'read-only'],
    ['payments', 'operator'],
    ['checkout', 'restart'],
    random.chance(0.1) ? ['nowhere', 'read-only'] : ['orders-db', random.chance(0.1) ? 'admin' : 'read-write'],
  ]);
  const path = `requests/${resource}/${entitlement}/fix.yaml`;
  const isAction = entitlement === 'restart' ? !random.chance(0.03) : random.chance(0.01);
  const written = random.chance(0.15)
    ? { subject: random.pick(['person:dan', 'person:bob', 'service:deploy', `person:${author}`, 'person:nobody']) }
    : {};
  const length = random.pick(['30m', '30m', '1h', '1h', '1h', '2h', '4h', '9h']);
  const document = {
    apiVersion: 'gatepass/v1',
    kind: isAction ? 'ActionRequest' : 'AccessRequest',
    ...(isAction
      ? { within: length, inputs: random.chance(0.9) ? { region: 'eu-west-1' } : {} }
      : { duration: length }),
    reason: 'Replay payments',
    ...written,
    ...(random.chance(0.4) ? { ticket: 'OPS-7' } : {}),
    ...(random.chance(0.2)
      ? { starts: random.pick(['2026-11-23T08:00:00Z', '2026-11-23T10:00:00Z', '2026-11-23T13:00:00Z']) }
      : {}),
    ...(random.chance(0.1) ? { startsBy: random.pick(['2026-11-23T09:30:00Z', '2026-11-23T16:00:00Z']) } : {}),
    ...(!isAction && random.chance(0.12) ? { breakGlass: true } : {}),
  };
  return { author, kind: roll < 6 ? 'return' : 'request', path, document };
}

export function account(
  name: string,
  renamed: ReadonlySet<string> = new Set(),
  type: Account['type'] = 'User',
): Account {
  const index = PEOPLE.indexOf(name as (typeof PEOPLE)[number]);
  const login = renamed.has(name) ? `${name}-renamed` : name;
  if (name === 'web-flow') return { id: 19_864_447, login: name, type };
  return { id: index < 0 ? 7777 : 1001 + index, login, type };
}

let cached: { readonly seed: number; readonly files: Evidence['governing']['files'] } | undefined;

function governing(seed: number): Evidence['governing']['files'] {
  if (cached?.seed !== seed) cached = { seed, files: organisation(seed) };
  return cached.files;
}

/** What GitHub would show once all of it happened. */
export function evidenceOf({ organisation: seed, ask, events }: History): Evidence {
  const world = new World(ask);
  for (const event of events) world.happen(event);
  return events.reduce(
    (evidence, event) => (event.is === 'breach' ? breached(evidence, event.how) : evidence),
    world.evidence(governing(seed)),
  );
}

/** The state of GitHub and the ledger, event by event, a minute apart. */
class World {
  readonly #ask: Ask;
  #clock = OPENED;
  #commits: Commit[] = [];
  #pushers = new Map<number, string>();
  #reviews: Review[] = [];
  #teams = new Map<string, { parent: string | null; complete: boolean; members: Map<string, 'active' | 'pending'> }>();
  #members: Set<string> | null = new Set(PEOPLE);
  #renamed = new Set<string>();
  #retargeted: Instant[] = [];
  #draft = false;
  #readyAt: Instant | null = null;
  #headPushedAt: Instant | null = null;
  #state: 'open' | 'closed' | 'merged' = 'open';
  #mergedAt: Instant | null = null;
  #base = TIP;
  #signals: Record<string, boolean | number | string | null> = {};
  #grants: HeldGrant[] = [];
  #pushersKnown = true;
  #count = 0;

  constructor(ask: Ask) {
    this.#ask = ask;
    for (const [slug, names] of Object.entries(MEMBERS))
      this.#teams.set(slug, { parent: null, complete: true, members: new Map(names.map((name) => [name, 'active'])) });
  }

  happen(event: Event): void {
    this.#clock += MINUTE;
    this.#count += 1;
    switch (event.is) {
      case 'push':
        this.#push(event.by, event.author, event.committer, event.coAuthors, event.verified);
        return;
      case 'update-branch':
        this.#push(event.by, event.by, event.imitated ? event.by : 'web-flow', [], true, TIP);
        // The button is no push of anybody's own; a hand-made merge is.
        if (!event.imitated) this.#pushers.delete(account(event.by).id);
        return;
      case 'force-push':
        this.#commits = [];
        this.#push(event.by, event.by, event.by, [], true);
        return;
      case 'review':
        this.#review(event);
        return;
      case 'dismiss': {
        const at = this.#reviews.findLastIndex(
          (one) =>
            one.user.id === account(event.of).id && (one.state === 'APPROVED' || one.state === 'CHANGES_REQUESTED'),
        );
        this.#reviews = this.#reviews.map((one, index) =>
          index === at ? dismissed(one, event.told ? toInstant(this.#clock) : null) : one,
        );
        return;
      }
      case 'edit': {
        const at = this.#reviews.findLastIndex((one) => one.user.id === account(event.of).id);
        const by = event.by === null ? null : account(event.by).id;
        this.#reviews = this.#reviews.map((one, index) =>
          index !== at
            ? one
            : {
                ...one,
                edited: { at: event.late || one.submittedAt === null ? toInstant(this.#clock) : one.submittedAt, by },
              },
        );
        return;
      }
      case 'team':
        if (event.to === 'gone') this.#teams.get(event.team)?.members.delete(event.who);
        else this.#teams.get(event.team)?.members.set(event.who, event.to);
        return;
      case 'team-unreadable': {
        const team = this.#teams.get(event.team);
        if (event.entirely) this.#teams.delete(event.team);
        else if (team !== undefined) this.#teams.set(event.team, { ...team, complete: false });
        return;
      }
      case 'team-child':
        this.#teams.set(`${event.team}-child`, {
          parent: event.team,
          complete: event.complete,
          members: new Map([[event.who, 'active']]),
        });
        return;
      case 'leaves':
        this.#members?.delete(event.who);
        return;
      case 'members-unknown':
        this.#members = null;
        return;
      case 'pushers-unknown':
        this.#pushersKnown = false;
        return;
      case 'rename-login':
        this.#renamed.add(event.who);
        return;
      case 'retarget':
        this.#retargeted.push(toInstant(this.#clock));
        return;
      case 'draft':
        if (this.#draft && !event.on) this.#readyAt = toInstant(this.#clock);
        this.#draft = event.on;
        return;
      case 'push-elsewhere':
        this.#base = '7'.repeat(40);
        return;
      case 'signal':
        this.#signals[event.name] = event.value;
        return;
      case 'grant':
        this.#grant(event);
        return;
      case 'parent-of-production': {
        const production = this.#teams.get('payments-production');
        if (production !== undefined) production.parent = event.parent;
        if (event.parent === 'middle') this.#teams.set('middle', { parent: null, complete: true, members: new Map() });
        return;
      }
      case 'wait':
        this.#clock += event.minutes * MINUTE;
        return;
      case 'merge':
        if (this.#state !== 'open') return;
        this.#state = 'merged';
        this.#mergedAt = toInstant(this.#clock);
        return;
      case 'close':
        if (this.#state === 'open') this.#state = 'closed';
        return;
      case 'breach':
        return;
      default:
        event satisfies never;
    }
  }

  #push(
    by: string,
    author: string | null,
    committer: string | null,
    coAuthors: readonly (string | null)[],
    verified: boolean,
    second?: string,
  ): void {
    const sha = this.#count.toString(16).padStart(40, 'a');
    const last = this.#commits.at(-1)?.sha ?? TIP;
    const parents = second === undefined ? [last] : [last, second];
    // Told by GitHub for most pushes; the first is told by the opening.
    if (this.#count > 1 && verified) this.#headPushedAt = toInstant(this.#clock);
    this.#pushers.set(account(by).id, by);
    this.#commits.push({
      sha,
      parents,
      author: wrote(author),
      committer: wrote(committer),
      coAuthors: coAuthors.map(wrote),
      verified,
    });
  }

  #review({ by, state, limit, bot, old, digest }: Event & { is: 'review' }): void {
    const head = (old ? this.#commits.at(0) : this.#commits.at(-1))?.sha ?? TIP;
    const type = bot ? 'Bot' : 'User';
    const submittedAt = state === 'PENDING' ? null : toInstant(this.#clock);
    this.#reviews.push({
      id: 100 + this.#count,
      user: account(by, this.#renamed, type),
      state,
      commitId: head,
      submittedAt,
      limit,
      ...(digest === null ? {} : { digest: digest === 'right' ? digestOf(this.#ask) : 'f'.repeat(32) }),
    });
  }

  #grant({ resource, role, mine, from, minutes, glass, reviewed, own }: Event & { is: 'grant' }): void {
    const starts = OPENED + from * MINUTE;
    const written = this.#ask.document['subject'];
    const asked = typeof written === 'string' ? written.slice(written.indexOf(':') + 1) : this.#ask.author;
    const subject = !mine ? 1009 : written === 'service:deploy' ? 'deploy' : account(asked).id;
    this.#grants.push({
      id: own ? '17-0a1b2c3d' : `${this.#count}-0a1b2c3d`.replace(/^17-/, '1700-'),
      resource,
      role,
      subject,
      starts: toInstant(starts),
      expires: toInstant(starts + minutes * MINUTE),
      breakGlass: glass,
      reviewed: !glass || reviewed,
    });
  }

  evidence(files: Evidence['governing']['files']): Evidence {
    const { path, kind, document, author } = this.#ask;
    const text = textOf(document);
    const status = kind === 'request' ? 'added' : kind === 'return' ? 'removed' : 'modified';
    const head = this.#commits.at(-1)?.sha ?? TIP;
    return {
      apiVersion: 'gatepass/v1',
      kind: 'Evidence',
      now: toInstant(this.#clock + MINUTE),
      repository: { id: 42, name: 'acme/access', defaultBranch: 'main' },
      pullRequest: {
        number: 17,
        title: 'A change',
        author: account(author, this.#renamed),
        state: this.#state,
        draft: this.#draft,
        openedAt: toInstant(OPENED),
        mergedAt: this.#mergedAt,
        base: { ref: 'main', sha: this.#base, repositoryId: 42 },
        head: { ref: 'topic', sha: head, repositoryId: 42 },
        changedFiles: 1,
        commits: this.#commits.length,
        retargetedAt: this.#retargeted,
        ...(this.#readyAt === null ? {} : { readyAt: this.#readyAt }),
        ...(this.#headPushedAt === null ? {} : { headPushedAt: this.#headPushedAt }),
      },
      changes: [{ status, path, previousPath: null, mode: '100644', size: text.length, blob: 'c'.repeat(40), text }],
      commits: this.#commits,
      pushers: this.#pushersKnown ? [...this.#pushers.values()].map((name) => account(name, this.#renamed)) : null,
      reviews: this.#reviews,
      teams: Object.fromEntries(
        [...this.#teams].map(([slug, { parent, complete, members }], index) => [
          slug,
          {
            id: 100 + index,
            slug,
            parent,
            complete,
            members: [...members].map(([name, state]) => ({ id: account(name).id, login: name, state })),
          },
        ]),
      ),
      members: this.#members === null ? null : [...this.#members].map((name) => account(name).id),
      governing: { commit: this.#base, files },
      grants: this.#grants,
      signals: this.#signals,
    };
  }
}

function textOf(document: Ask['document']): string {
  return `${JSON.stringify(document)}\n`;
}

/** What the gate shows: the first 32 digits of the SHA-256 of path and text. */
function digestOf({ path, document }: Ask): string {
  return createHash('sha256')
    .update(JSON.stringify([path, textOf(document)]))
    .digest('hex')
    .slice(0, 32);
}

function dismissed(review: Review, at: Instant | null): Review {
  const was = review.state === 'APPROVED' ? 'APPROVED' : 'CHANGES_REQUESTED';
  return { ...review, state: 'DISMISSED', ...(at === null ? {} : { dismissed: { at, was } }) };
}

function wrote(name: string | null): CommitAuthor {
  if (name === null) return { account: null, name: 'x', email: 'x@example.test' };
  return { account: account(name), name, email: `${name}@acme.test` };
}
