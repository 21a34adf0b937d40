/** The governing files of one commit: everything under `policies/` and the CODEOWNERS locations. Parses none of them. */
import { isCodeownersPath } from '../core/codeowners/locate.ts';
import type { GoverningFile } from '../core/policy/evidence.ts';
import { type GitHub, GitHubError, type RepositoryName } from './client.ts';
import { inBatches } from './in-batches.ts';
import { type GitCache, type KeptGoverning, keep, readText, readTree, type TreeEntry } from './tree.ts';

const MOST_FILES = 2000;

/**
 * A governing file that is no regular file, too large or not UTF-8 cannot be judged: an error, never left out.
 * @returns the first commit seen with the very same files too: what names it stays as it is while only requests change
 */
export async function readGoverning(
  github: GitHub,
  repository: RepositoryName,
  commit: string,
  cache: GitCache,
): Promise<{ readonly commit: string; readonly firstSeen: string; readonly files: readonly GoverningFile[] }> {
  const tree = await readTree(github, repository, commit, cache);
  const entries = [...tree.values()].filter(({ path }) => path.startsWith('policies/') || isCodeownersPath(path));
  if (entries.length > MOST_FILES) throw new GitHubError('truncated', `more than ${MOST_FILES} governing files`);
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  // Most commits change requests alone: to parse the same files again takes longer than all the rest of a decision.
  const names = entries.map(({ path, mode, blob }) => `${mode} ${blob} ${path}`);
  const key = [`${repository.owner}/${repository.name}`, ...names].join('\n');
  const kept = cache.governing.get(key);
  const files = kept?.files ?? (await inBatches(entries, (entry) => readFile(github, repository, entry, cache)));
  const firstSeen = kept?.commit ?? commit;
  if (kept === undefined) keep(cache.governing, key, { commit, files }, KEPT);
  return { commit, firstSeen, files };
}

const KEPT = { most: 16, weight: 16 * MOST_FILES, weigh: ({ files }: KeptGoverning) => files.length };

async function readFile(
  github: GitHub,
  repository: RepositoryName,
  entry: TreeEntry,
  cache: GitCache,
): Promise<GoverningFile> {
  const text = await readText(github, repository, entry, cache);
  if (text === null)
    throw new GitHubError('unexpected', `governing file \`${entry.path}\` is not UTF-8 text of 64 KiB or less`);
  return { path: entry.path, mode: entry.mode, blob: entry.blob, text };
}
