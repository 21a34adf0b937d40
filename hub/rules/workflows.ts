/**
 * An App needs the permission `workflows` to change a workflow file, by push, by API or by merge; GitHub's words are from
 * its own refusals as users report them.
 */
import { grants } from '../access.ts';
import type { FileChange } from '../git/types.ts';
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
