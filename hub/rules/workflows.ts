/**
 * An App needs the permission `workflows` to change a workflow file, by push, by API or by merge; GitHub's words are from
 * its own refusals as users report them.
 */
import { grants } from '../access.ts';
import type { FileChange, GitStore, TreeEntry } from '../git/types.ts';
import type { Actor } from '../model.ts';

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;

/** Why an actor may not make these changes; `null`: they may. */
export function workflowRefusal(actor: Actor, changes: readonly FileChange[]): string | null {
  if (!needsWorkflows(actor)) return null;
  const hit = changes
    .flatMap(({ path, previousPath }) => [path, previousPath ?? path])
    .find((path) => WORKFLOW.test(path));
  if (hit === undefined) return null;
  return `refusing to allow a GitHub App to create or update workflow \`${hit}\` without \`workflows\` permission`;
}

/** Whether the changes of an actor have to be looked at. */
export function needsWorkflows(actor: Actor): boolean {
  return actor.kind === 'installation' && !grants(actor.permissions, 'workflows', 'write');
}

/** Id of the tree that holds them; `null`: there is none. */
export async function workflowsOf(git: GitStore, ref: string): Promise<string | null> {
  let at: string | null = ref;
  for (const name of ['.github', 'workflows']) {
    const entries: readonly TreeEntry[] | null = at === null ? null : await git.tree(at, false);
    at = entries?.find(({ path }) => path === name)?.sha ?? null;
  }
  return at;
}
