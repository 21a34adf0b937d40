/** Whether somebody may pass over a rule. A rule holds for everybody when one ruleset without a bypass list has it. */
import type { BranchSetup, BypassActor, Rule } from './snapshot.ts';

export type Held =
  /** By a ruleset that nobody may pass over. */
  | { readonly is: 'held' }
  | { readonly is: 'unknown'; readonly why: string }
  /** Only by rulesets that these may pass over. */
  | { readonly is: 'passed'; readonly actors: readonly BypassActor[] };

/** `rules`: those that say the same thing, at least one. `allowed`: who may pass over it by design. */
export function heldBy(
  branch: BranchSetup,
  rules: readonly Rule[],
  allowed: (actor: BypassActor) => boolean = () => false,
): Held {
  const actors: BypassActor[] = [];
  let doubt: string | null = null;
  for (const { ruleset } of rules) {
    const list = branch.bypass.get(ruleset) ?? { isRead: false, why: `ruleset ${ruleset} was not read` };
    if (!list.isRead) {
      doubt = list.why;
      continue;
    }
    const others = list.value.filter((actor) => !allowed(actor));
    if (others.length === 0) return { is: 'held' };
    actors.push(...others);
  }
  return doubt === null ? { is: 'passed', actors } : { is: 'unknown', why: doubt };
}

/** `Integration 7002, OrganizationAdmin`. */
export function namesOf(actors: readonly BypassActor[]): string {
  const names = actors.map(({ type, id }) => (id === null ? type : `${type} ${id}`));
  return [...new Set(names)].sort().join(', ');
}
