/** Our one comment under a pull request, and reactions to the comments of others. What to say is given. */
import { STICKY_MARKER } from '../core/explain/sticky-comment.ts';
import { call, callAll, type GitHub, type RepositoryName } from './client.ts';
import { fields, fieldsOrNull, integer, textOrEmpty } from './read.ts';

interface Sticky {
  readonly id: number;
  readonly body: string;
}

/** Posts or edits the comment; an unchanged one is left alone, so that nobody is notified. */
export async function publishSticky(
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

/** By our marker and our app: anybody can write the marker, nobody else can write as the app. */
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
    const app = fieldsOrNull(comment['performed_via_github_app'], 'comment app');
    const body = textOrEmpty(comment['body']);
    if (app?.['id'] === appId && body.startsWith(STICKY_MARKER))
      return { id: integer(comment['id'], 'comment id'), body };
  }
  return null;
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
