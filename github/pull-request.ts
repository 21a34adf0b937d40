/** One pull request as GitHub tells it, and when its base was changed. Judges nothing. */
import type { Evidence } from '../core/policy/evidence.ts';
import type { Instant } from '../core/time.ts';
import { call, callAll, type GitHub, type RepositoryName } from './client.ts';
import {
  accountOrNull,
  type Fields,
  fields,
  fieldsOrNull,
  instant,
  instantOrNull,
  integer,
  text,
  textOrEmpty,
} from './read.ts';

export interface PullRequestFacts {
  readonly repository: Evidence['repository'] & { readonly organization: string | null };
  readonly pullRequest: Omit<Evidence['pullRequest'], 'retargetedAt' | 'readyAt' | 'headPushedAt'>;
  /** The commit that the merge made; for an open pull request GitHub's test merge, which proves nothing. */
  readonly mergeCommit: string | null;
  readonly requested: { readonly users: readonly string[]; readonly teams: readonly string[] };
}

/** Deleted accounts: GitHub shows `@ghost`. Never a user who may ask or approve. */
const GHOST = { id: 10137, login: 'ghost', type: 'Mannequin' } as const;

export async function readPullRequest(
  github: GitHub,
  repository: RepositoryName,
  number: number,
): Promise<PullRequestFacts> {
  const { data } = await call(github, 'GET /repos/{owner}/{repo}/pulls/{pull_number}', {
    owner: repository.owner,
    repo: repository.name,
    pull_number: number,
  });
  const pull = fields(data, 'pull request');
  const base = fields(pull['base'], 'pull request base');
  const baseRepository = fields(base['repo'], 'pull request base repository');
  const owner = fields(baseRepository['owner'], 'repository owner');
  const login = text(owner['login'], 'repository owner login');
  return {
    repository: {
      id: integer(baseRepository['id'], 'repository id'),
      name: text(baseRepository['full_name'], 'repository name'),
      defaultBranch: text(baseRepository['default_branch'], 'default branch'),
      organization: owner['type'] === 'Organization' ? login : null,
    },
    pullRequest: {
      number: integer(pull['number'], 'pull request number'),
      title: textOrEmpty(pull['title']),
      author: accountOrNull(pull['user'], 'pull request author') ?? GHOST,
      state: stateOf(pull),
      draft: pull['draft'] === true,
      openedAt: instant(pull['created_at'], 'pull request created_at'),
      mergedAt: instantOrNull(pull['merged_at'], 'pull request merged_at'),
      base: {
        ref: text(base['ref'], 'base ref'),
        sha: text(base['sha'], 'base sha'),
        repositoryId: integer(baseRepository['id'], 'base repository id'),
      },
      head: headOf(pull),
      changedFiles: integer(pull['changed_files'], 'changed_files'),
      commits: integer(pull['commits'], 'commits'),
    },
    mergeCommit: typeof pull['merge_commit_sha'] === 'string' ? pull['merge_commit_sha'] : null,
    requested: {
      users: names(pull['requested_reviewers'], 'login'),
      teams: names(pull['requested_teams'], 'slug'),
    },
  };
}

function stateOf(pull: Fields): 'open' | 'closed' | 'merged' {
  if (pull['merged'] === true) return 'merged';
  return pull['state'] === 'open' ? 'open' : 'closed';
}

function headOf(pull: Fields): Evidence['pullRequest']['head'] {
  const head = fields(pull['head'], 'pull request head');
  const repository = fieldsOrNull(head['repo'], 'head repository');
  return {
    ref: text(head['ref'], 'head ref'),
    sha: text(head['sha'], 'head sha'),
    repositoryId: repository === null ? null : integer(repository['id'], 'head repository id'),
  };
}

function names(value: unknown, key: 'login' | 'slug'): readonly string[] {
  return Array.isArray(value) ? value.map((item) => text(fields(item, key)[key], key)).sort() : [];
}

/** Only the issue events list has these, the timeline has not (docs.github.com, "Issue event types"). */
const RETARGETS: ReadonlySet<unknown> = new Set(['base_ref_changed', 'automatic_base_change_succeeded']);

/** Nobody is asked while it is a draft, and nobody looks at it while it is closed. */
const READIES: ReadonlySet<unknown> = new Set(['ready_for_review', 'reopened']);

export interface IssueEvents {
  readonly retargetedAt: readonly Instant[];
  /** When it was last made ready for review, or opened again; `null`: neither. */
  readonly readyAt: Instant | null;
  /** Whoever was asked for a review, whenever: logins and team slugs. */
  readonly askedUsers: readonly string[];
  readonly askedTeams: readonly string[];
  /** By id of the review, oldest first. */
  readonly dismissals: readonly Dismissal[];
}

export interface Dismissal {
  readonly review: number;
  readonly at: Instant;
  readonly was: 'APPROVED' | 'CHANGES_REQUESTED';
}

export async function readIssueEvents(
  github: GitHub,
  repository: RepositoryName,
  number: number,
): Promise<IssueEvents> {
  const events = await callAll(github, 'GET /repos/{owner}/{repo}/issues/{issue_number}/events', {
    owner: repository.owner,
    repo: repository.name,
    issue_number: number,
  });
  const all = events.map((event) => fields(event, 'issue event'));
  const readied = all.filter((event) => READIES.has(event['event']));
  const asked = all.filter((event) => event['event'] === 'review_requested');
  return {
    retargetedAt: all
      .filter((event) => RETARGETS.has(event['event']))
      .map((event) => instant(event['created_at'], 'issue event created_at'))
      .sort(),
    readyAt:
      readied
        .map((event) => instant(event['created_at'], 'issue event created_at'))
        .sort()
        .at(-1) ?? null,
    askedUsers: asked.flatMap((event) => nameIn(event['requested_reviewer'], 'login')).sort(),
    askedTeams: asked.flatMap((event) => nameIn(event['requested_team'], 'slug')).sort(),
    dismissals: all
      .filter((event) => event['event'] === 'review_dismissed')
      .flatMap(dismissalIn)
      .sort((a, b) => a.review - b.review || (a.at < b.at ? -1 : 1)),
  };
}

const STATE_BEFORE = { approved: 'APPROVED', changes_requested: 'CHANGES_REQUESTED' } as const;

/** `dismissed_review: { state, review_id, … }` (docs.github.com, "Issue event types"). Another state decides nothing. */
function dismissalIn(event: Fields): readonly Dismissal[] {
  const dismissed = fields(event['dismissed_review'], 'dismissed review');
  const was = Object.entries(STATE_BEFORE).find(([state]) => state === dismissed['state'])?.[1];
  if (was === undefined) return [];
  return [
    {
      review: integer(dismissed['review_id'], 'dismissed review id'),
      at: instant(event['created_at'], 'issue event created_at'),
      was,
    },
  ];
}

function nameIn(value: unknown, key: 'login' | 'slug'): readonly string[] {
  const item = fieldsOrNull(value, key);
  return item === null ? [] : [text(item[key], key)];
}
