/**
 * Evidence for tests: it starts as alice's valid request to read orders, in the example organisation of `policies/`, and
 * each step changes one fact.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { decide } from '../../core/policy/decide.ts';
import type { Decision } from '../../core/policy/decision.ts';
import type {
  Account,
  Change,
  Commit,
  Evidence,
  GoverningFile,
  HeldGrant,
  Review,
} from '../../core/policy/evidence.ts';
import { requestDigest } from '../../core/policy/request-digest.ts';
import { type Instant, parseInstant } from '../../core/time.ts';

const ROOT = new URL('../../', import.meta.url);

export const NAMES = ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'grace', 'heidi', 'mallory'] as const;
export type Name = (typeof NAMES)[number];

export const TEAMS: Readonly<Record<string, readonly Name[]>> = {
  engineering: ['alice', 'bob', 'carol', 'dan', 'erin', 'frank', 'mallory'],
  orders: ['bob', 'carol'],
  billing: ['dan', 'erin'],
  payments: ['alice', 'bob', 'erin'],
  dba: ['dan', 'carol'],
  sre: ['erin', 'dan'],
  platform: ['heidi', 'erin'],
  security: ['grace', 'heidi'],
  contractors: ['frank'],
  'vendor-managers': ['grace'],
  'payments-production': [],
};

/** A Monday, 11:00 in Berlin; carol is on call for orders. */
export const NOW = instant('2026-11-23T10:00:00Z');
export const HEAD = 'a'.repeat(40);
export const TIP = 'b'.repeat(40);
export const REQUEST = 'requests/orders-db/read-only/replay.yaml';

export function instant(text: string): Instant {
  const at = parseInstant(text);
  if (at === null) throw new Error(`no instant: ${text}`);
  return at;
}

export function account(name: string, type: Account['type'] = 'User'): Account {
  const index = NAMES.indexOf(name as Name);
  return { id: index < 0 ? 5000 + name.length : 1001 + index, login: name, type };
}

/** GitHub's own account, the committer of what is made on github.com. */
export const WEB_FLOW = {
  account: { id: 19864447, login: 'web-flow', type: 'User' },
  name: 'GitHub',
  email: 'noreply@github.com',
} as const;

export function author(name: string) {
  return { account: account(name), name, email: `${name}@acme.test` };
}

export function aCommit(name: string, over: Partial<Commit> = {}): Commit {
  const person = author(name);
  return { sha: HEAD, parents: [TIP], author: person, committer: person, coAuthors: [], verified: true, ...over };
}

export function aReview(name: string, over: Partial<Review> = {}): Review {
  return {
    id: 1,
    user: account(name),
    state: 'APPROVED',
    commitId: HEAD,
    submittedAt: instant('2026-11-23T09:50:00Z'),
    limit: null,
    ...over,
  };
}

export function aChange(path: string, text: string | null, over: Partial<Change> = {}): Change {
  return {
    status: 'added',
    path,
    previousPath: null,
    mode: '100644',
    size: text?.length ?? 0,
    blob: 'c'.repeat(40),
    text,
    ...over,
  };
}

export function aGrant(name: Name, over: Partial<HeldGrant> = {}): HeldGrant {
  return {
    id: '7-0a1b2c3d',
    resource: 'orders-db',
    role: 'read-only',
    subject: account(name).id,
    starts: instant('2026-11-23T08:00:00Z'),
    expires: instant('2026-11-23T11:00:00Z'),
    breakGlass: false,
    reviewed: true,
    ...over,
  };
}

/** A request document; values are written as they are. */
export function document(fields: Readonly<Record<string, string>>, kind = 'AccessRequest'): string {
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${value}`);
  return ['apiVersion: gatepass/v1', `kind: ${kind}`, ...lines, ''].join('\n');
}

let read: readonly GoverningFile[] | undefined;

/** The governing files of this repository. */
export function governingFiles(): readonly GoverningFile[] {
  read ??= ['CODEOWNERS', ...readdirSync(new URL('policies/', ROOT), { recursive: true, encoding: 'utf8' })]
    .map((name) => (name === 'CODEOWNERS' ? name : `policies/${name.replaceAll('\\', '/')}`))
    .filter((path) => path === 'CODEOWNERS' || path.endsWith('.yaml'))
    .sort()
    .map((path) => ({ path, mode: '100644', blob: 'd'.repeat(40), text: readFileSync(new URL(path, ROOT), 'utf8') }));
  return read;
}

export function anEvidence(): EvidenceBuilder {
  const alice = account('alice');
  const text = document({ duration: '2h', reason: 'Replay payments stuck since the deploy' });
  return new EvidenceBuilder({
    apiVersion: 'gatepass/v1',
    kind: 'Evidence',
    now: NOW,
    repository: { id: 42, name: 'acme/access', defaultBranch: 'main' },
    pullRequest: {
      number: 17,
      title: 'Read orders',
      author: alice,
      state: 'open',
      draft: false,
      openedAt: instant('2026-11-23T09:45:00Z'),
      mergedAt: null,
      base: { ref: 'main', sha: TIP, repositoryId: 42 },
      head: { ref: 'alice/orders', sha: HEAD, repositoryId: 42 },
      changedFiles: 1,
      commits: 1,
      retargetedAt: [],
    },
    changes: [aChange(REQUEST, text)],
    commits: [aCommit('alice')],
    pushers: [alice],
    reviews: [],
    teams: Object.fromEntries(
      Object.entries(TEAMS).map(([slug, names], index) => [
        slug,
        {
          id: 100 + index,
          slug,
          parent: null,
          complete: true,
          members: names.map((name) => ({ id: account(name).id, login: name, state: 'active' })),
        },
      ]),
    ),
    members: NAMES.map((name) => account(name).id),
    governing: { commit: TIP, files: governingFiles() },
    grants: [],
    signals: {},
  });
}

export class EvidenceBuilder {
  readonly evidence: Evidence;

  constructor(evidence: Evidence) {
    this.evidence = evidence;
  }

  with(over: Partial<Evidence>): EvidenceBuilder {
    return new EvidenceBuilder({ ...this.evidence, ...over });
  }

  pull(over: Partial<Evidence['pullRequest']>): EvidenceBuilder {
    return this.with({ pullRequest: { ...this.evidence.pullRequest, ...over } });
  }

  /** Opened, written and pushed by this person. */
  by(name: string): EvidenceBuilder {
    return this.pull({ author: account(name) }).with({ commits: [aCommit(name)], pushers: [account(name)] });
  }

  /** Adds this one file. `fields` are written as they are: `{duration: '3d'}`. */
  asking(path: string, fields: Readonly<Record<string, string>>, kind = 'AccessRequest'): EvidenceBuilder {
    return this.changing(
      aChange(path, document({ reason: 'Replay payments stuck since the deploy', ...fields }, kind)),
    );
  }

  /** The same request with other fields. */
  fields(fields: Readonly<Record<string, string>>): EvidenceBuilder {
    return this.asking(REQUEST, { duration: '2h', ...fields });
  }

  changing(...changes: readonly Change[]): EvidenceBuilder {
    return this.with({ changes }).pull({ changedFiles: changes.length });
  }

  commits(...commits: readonly Commit[]): EvidenceBuilder {
    return this.with({ commits }).pull({ commits: commits.length });
  }

  approvedBy(name: string, over: Partial<Review> = {}): EvidenceBuilder {
    const { reviews } = this.evidence;
    return this.with({ reviews: [...reviews, aReview(name, { id: reviews.length + 1, ...over })] });
  }

  /** Approved, with the digest of the request as it is now. */
  namedBy(name: string): EvidenceBuilder {
    const [request] = this.evidence.changes;
    return this.approvedBy(name, { digest: requestDigest(request?.path ?? '', request?.text ?? '') });
  }

  at(text: string): EvidenceBuilder {
    return this.with({ now: instant(text) });
  }

  merged(text = '2026-11-23T10:00:00Z'): EvidenceBuilder {
    return this.pull({ state: 'merged', mergedAt: instant(text) }).at(text);
  }

  holding(...grants: readonly HeldGrant[]): EvidenceBuilder {
    return this.with({ grants });
  }

  team(
    slug: string,
    over: Partial<Evidence['teams'][string]> & { readonly names?: readonly string[] },
  ): EvidenceBuilder {
    const { names, ...fields } = over;
    const known = this.evidence.teams[slug] ?? { id: 900, slug, parent: null, complete: true, members: [] };
    const members =
      names?.map((name) => ({ id: account(name).id, login: name, state: 'active' as const })) ?? known.members;
    return this.with({ teams: { ...this.evidence.teams, [slug]: { ...known, members, ...fields } } });
  }

  /** The team could not be read. */
  withoutTeam(slug: string): EvidenceBuilder {
    const { [slug]: _, ...teams } = this.evidence.teams;
    return this.with({ teams });
  }

  /** A governing file with another text, or a new one. */
  governing(path: string, change: string | ((text: string) => string)): EvidenceBuilder {
    const { commit, files } = this.evidence.governing;
    const before = files.find((file) => file.path === path)?.text ?? '';
    const text = typeof change === 'string' ? change : change(before);
    if (text === before) throw new Error(`nothing changed in ${path}`);
    const others = files.filter((file) => file.path !== path);
    const sorted = [...others, { path, mode: '100644', blob: 'e'.repeat(40), text }].sort((a, b) =>
      a.path < b.path ? -1 : 1,
    );
    return this.with({ governing: { commit, files: sorted } });
  }

  decide(): Decision {
    return decide(this.evidence);
  }
}
