/** Commits made through the git database of the API, by whoever the client signs in as. */
import type { Octokit } from '@octokit/rest';
import type { Files } from '../support/memory-git.ts';
import { NAME } from './caches.ts';

export const ACCESS = { owner: NAME.owner, repo: NAME.name } as const;

export interface NewCommit {
  readonly parent: string;
  /** Text by path; `null` removes it. */
  readonly changes: Readonly<Record<string, string | null>>;
  readonly message: string;
}

/** Its id. */
export async function commitOn({ git }: Octokit, { parent, changes, message }: NewCommit): Promise<string> {
  const tree = Object.entries(changes).map(([path, content]) => {
    const entry = { path, mode: '100644', type: 'blob' } as const;
    return content === null ? { ...entry, sha: null } : { ...entry, content };
  });
  const made = await git.createTree({ ...ACCESS, base_tree: parent, tree });
  return (await git.createCommit({ ...ACCESS, tree: made.data.sha, parents: [parent], message })).data.sha;
}

/** Of these files and no others. */
export async function commitOf({ git }: Octokit, files: Files, parents: readonly string[]): Promise<string> {
  const tree = [...files].map(
    ([path, { text: content }]) => ({ path, mode: '100644', type: 'blob', content }) as const,
  );
  const made = await git.createTree({ ...ACCESS, tree });
  const commit = { ...ACCESS, tree: made.data.sha, parents: [...parents], message: 'by hand' };
  return (await git.createCommit(commit)).data.sha;
}
