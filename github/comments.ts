/** Our one comment under a pull request, what is said there once, and reactions to the comments of others. What to say is given. */
import { STICKY_MARKER } from '../core/explain/sticky-comment.ts';
import type { Instant } from '../core/time.ts';
import { call, callAll, type GitHub, GitHubError, type GitHubErrorCode, type RepositoryName } from './client.ts';
import { type Fields, fields, integer, isByApp, textOrEmpty } from './read.ts';

interface Sticky {
  readonly id: number;
  readonly body: string;
}

/**
 * Posts or edits the comment; an unchanged one is left alone, so that nobody is notified. Resolves to why nothing could be
 * said; `null`: it is said.
 */
export async function publishSticky(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  appId: number,
  body: string,
): Promise<string | null> {
  return refusalOf(saySticky(github, repository, number, appId, body));
}

const REFUSALS: ReadonlySet<GitHubErrorCode> = new Set(['forbidden', 'unprocessable', 'not-found', 'truncated']);

/**
 * Why something could not be said; `null`: it is said. Whoever may write can lock a conversation, and then an app may not
 * comment there: no verdict, no closing, and no comment elsewhere, waits for that. Outages are thrown, since they pass.
 */
export async function refusalOf(saying: Promise<unknown>): Promise<string | null> {
  try {
    await saying;
    return null;
  } catch (error) {
    if (error instanceof GitHubError && REFUSALS.has(error.code)) return error.message;
    throw error;
  }
}

async function saySticky(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  appId: number,
  body: string,
): Promise<void> {
  const existing = await readSticky(github, repository, number, appId);
  const name = { owner: repository.owner, repo: repository.name };
  if (existing === null) {
    await call(github, 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...name,
      issue_number: number,
      body,
    });
  } else if (existing.body.trim() !== body.trim()) {
    await call(github, 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...name,
      comment_id: existing.id,
      body,
    });
  }
}

async function readSticky(
  github: GitHub,
  repository: RepositoryName,
  number: number,
  appId: number,
): Promise<Sticky | null> {
  const comments = await callAll(github, 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
    owner: repository.owner,
    repo: repository.name,
    issue_number: number,
  });
  for (const item of comments) {
    const comment = fields(item, 'comment');
    if (isOurs(comment, appId, STICKY_MARKER))
      return { id: integer(comment['id'], 'comment id'), body: textOrEmpty(comment['body']) };
  }
  return null;
}

/**
 * Says something once: a comment of ours that begins with the same marker is taken for this one, whoever started us in
 * between. Nothing is edited. Resolves to whether it was new. Under more comments than can be read it is said all the same:
 * twice is better than never, and anybody may comment.
 * @param said.since it was not said before that, so that older comments need not be read; `null`: unknown
 */
export async function commentOnce(
  github: GitHub,
  repository: RepositoryName,
  appId: number,
  said: {
    readonly number: number;
    readonly marker: string;
    readonly body: string;
    readonly since?: Instant | null;
  },
): Promise<boolean> {
  const at = { owner: repository.owner, repo: repository.name, issue_number: said.number };
  const from = said.since == null ? {} : { since: said.since };
  const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  const comments = await callAll(github, route, { ...at, ...from }).catch((error: unknown) => {
    if (error instanceof GitHubError && error.code === 'truncated') return [];
    throw error;
  });
  if (comments.some((item) => isOurs(fields(item, 'comment'), appId, said.marker))) return false;
  const body = `${said.marker}\n${said.body}`;
  await call(github, 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', { ...at, body });
  return true;
}

/** By a marker and our app: anybody can write the marker, nobody else can write as the app. */
function isOurs(comment: Fields, appId: number, marker: string): boolean {
  return isByApp(comment, appId) && textOrEmpty(comment['body']).startsWith(marker);
}

/** `eyes`: seen and acted upon. `confused`: not understood, or not for you to ask. Repeating it changes nothing. */
export async function react(
  github: GitHub,
  repository: RepositoryName,
  comment: number,
  content: 'eyes' | 'confused',
): Promise<void> {
  await call(github, 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
    owner: repository.owner,
    repo: repository.name,
    comment_id: comment,
    content,
  });
}
