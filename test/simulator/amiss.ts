/** What nobody can bring about on GitHub, and sweeps must see all the same: put into the look-alike behind its rules. */
import { REPOSITORY } from '../support/memory-github.ts';
import type { Site } from './site.ts';

/** The branch was in a repository that is not ours. */
export function moveHead({ repository }: Site, number: number, id: number | null): void {
  const pull = repository.pulls.get(number);
  if (pull !== undefined) pull.head.repository = id === null ? null : { ...repository, id };
}

/** GitHub merged other bytes than were asked for. The id of what it made of the default branch. */
export async function mergeOtherwise(
  { hub, repository }: Site,
  number: number,
  changes: Readonly<Record<string, string | null>>,
): Promise<string> {
  const { git, pulls } = repository;
  const ref = `refs/heads/${REPOSITORY.branch}`;
  const [pull, merged] = [pulls.get(number), await git.commit((await git.resolve(ref)) ?? '')];
  if (pull === undefined || merged === null) throw new Error(`pull request ${number} is not there`);
  const entries = Object.entries(changes).map(async ([path, text]) => {
    const sha = text === null ? null : await git.writeObject('blob', text);
    return { path, mode: '100644', sha };
  });
  const tree = await git.writeTree(merged.tree, await Promise.all(entries));
  const sha = await git.writeCommit({ ...merged, tree });
  await git.swapRef(ref, sha, merged.sha);
  hub.state.verified.add(sha);
  pull.mergeCommitSha = sha;
  return sha;
}
