/** The merge queue, as far as asking for checks: a branch with the merge that would be, and the event that says so. */
import { seconds } from '../clock.ts';
import { ZERO } from '../git/types.ts';
import { pushCommitJson, WEB_FLOW } from '../json/commit.ts';
import type { Account, PullRequest, Repository } from '../model.ts';
import type { HubState } from '../types.ts';

/** Resolves to the group's head. Throws when the pull request conflicts. Nothing is merged: that waits for the checks. */
export async function queuePull(
  hub: HubState,
  repository: Repository,
  pull: PullRequest,
  sender: Account,
): Promise<string> {
  const { git } = repository;
  const base = await git.resolve(`refs/heads/${pull.base.ref}`);
  const tree = base === null ? null : await git.mergeTree(base, pull.head.sha);
  if (base === null || tree === null) throw new Error(`pull request ${pull.number} cannot be merged`);
  const date = seconds(hub.clock.now());
  const head = await git.writeCommit({
    tree,
    parents: [base, pull.head.sha],
    message: `Merge pull request #${pull.number} from ${pull.head.ref}\n\n${pull.title}`,
    author: { name: sender.login, email: sender.email, date },
    committer: { ...WEB_FLOW, date },
  });
  hub.verified.add(head);
  const head_ref = `refs/heads/gh-readonly-queue/${pull.base.ref}/pr-${pull.number}-${base}`;
  await git.swapRef(head_ref, head, (await git.resolve(head_ref)) ?? ZERO);
  const commit = await git.commit(head);
  if (commit === null) throw new Error(`the commit ${head} was not written`);
  const { id, tree_id, message, timestamp, author, committer } = pushCommitJson(hub, repository, commit, []);
  const merge_group = {
    head_sha: head,
    head_ref,
    base_sha: base,
    base_ref: `refs/heads/${pull.base.ref}`,
    head_commit: { id, tree_id, message, timestamp, author, committer },
  };
  hub.emit('merge_group', { action: 'checks_requested', merge_group }, { repository, sender });
  return head;
}
