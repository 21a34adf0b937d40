/** Evidence of a pull request that is in order, for questions asked without GitHub: policy tests, and who can what. */
import type { Person, PolicyTestCase } from '../document/documents.ts';
import type { Instant } from '../time.ts';
import type { Account, Evidence, Review, Team } from './evidence.ts';
import { lookup } from './lookup.ts';
import { requestDigest } from './request-digest.ts';

type People = Readonly<Record<string, Person>>;

export interface Supposed {
  /** The organisation whose teams CODEOWNERS names. */
  readonly organization: string;
  readonly people: People;
  /** Numeric ids of teams, where they are pinned. */
  readonly pins: Readonly<Record<string, number>>;
  readonly at: Instant;
  /** Names of people. */
  readonly opener: string;
  readonly approvedBy: readonly string[];
  readonly path: string;
  readonly text: string;
  /** Names of people by team. A team that is not here could not be read. */
  readonly teams: Readonly<Record<string, readonly string[]>>;
  readonly signals: Evidence['signals'];
  readonly grants: Evidence['grants'];
}

const SHA = '0123456789abcdef0123456789abcdef01234567';

export function hypotheticalEvidence(supposed: Supposed): Evidence {
  const { people, pins, at, path, text } = supposed;
  const opener = accountOf(supposed.opener, people);
  const author = { account: opener, name: opener.login, email: `${opener.login}@users.noreply.github.com` };
  return {
    apiVersion: 'gatepass/v1',
    kind: 'Evidence',
    now: at,
    repository: { id: 1, name: `${supposed.organization}/hypothetical`, defaultBranch: 'main' },
    pullRequest: {
      number: 1,
      title: path,
      author: opener,
      state: 'open',
      draft: false,
      openedAt: at,
      mergedAt: null,
      base: { ref: 'main', sha: SHA, repositoryId: 1 },
      head: { ref: 'request', sha: SHA, repositoryId: 1 },
      changedFiles: 1,
      commits: 1,
      retargetedAt: [],
    },
    changes: [{ status: 'added', path, previousPath: null, mode: '100644', size: text.length, blob: SHA, text }],
    commits: [{ sha: SHA, parents: [SHA], author, committer: author, coAuthors: [], verified: true }],
    pushers: [opener],
    reviews: supposed.approvedBy.map((name, index) =>
      approval(accountOf(name, people), index + 1, at, requestDigest(path, text)),
    ),
    teams: Object.fromEntries(
      Object.entries(supposed.teams).map(([slug, names], index) => [
        slug,
        teamOf(slug, names, lookup(pins, slug) ?? index + 1, people),
      ]),
    ),
    members: Object.values(people).map((person) => person.id),
    governing: { commit: SHA, files: [] },
    grants: supposed.grants,
    signals: supposed.signals,
  };
}

/** The organisation that CODEOWNERS names its teams with. */
export function organizationIn(codeowners: string): string {
  return /@([A-Za-z0-9-]+)\//.exec(codeowners)?.[1] ?? 'organization';
}

/** JSON is YAML, so the fields of a test can be written as they are. */
export function documentText(test: PolicyTestCase): string {
  const kind = lookup(test.document, 'within') === undefined ? 'AccessRequest' : 'ActionRequest';
  const isOwn = test.opener === null || test.opener === test.subject;
  const subject = isOwn ? {} : { subject: `person:${test.subject}` };
  return JSON.stringify({ apiVersion: 'gatepass/v1', kind, ...subject, ...test.document }, null, 2);
}

/** A name without a person gets an id that nobody has. */
function accountOf(name: string, people: People): Account {
  const person = lookup(people, name);
  return { id: person?.id ?? 0, login: person?.login ?? name, type: 'User' };
}

/** It names the digest, as whoever is supposed to approve would. */
function approval(user: Account, id: number, at: Instant, digest: string): Review {
  return { id, user, state: 'APPROVED', commitId: SHA, submittedAt: at, limit: null, digest };
}

function teamOf(slug: string, names: readonly string[], id: number, people: People): Team {
  const members = names.map((name) => {
    const account = accountOf(name, people);
    return { id: account.id, login: account.login, state: 'active' as const };
  });
  return { id, slug, parent: null, complete: true, members };
}
