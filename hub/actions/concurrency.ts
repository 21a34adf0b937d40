/**
 * Concurrency groups: one holder at a time; of those that wait, the newest replaces the others, unless the group asks
 * for a queue. It knows names and callbacks, neither runs nor time. Source: "Control the concurrency of workflows and jobs".
 */

export interface Entrant {
  /** The group is free. Called at most once. */
  start(): void;
  /** Another took the place: while waiting, or while running with `cancel-in-progress`. */
  cancel(): void;
}

export interface GroupRules {
  readonly cancelInProgress: boolean;
  readonly queue: 'single' | 'max';
}

export interface Groups {
  /** Starts the entrant at once or later. Names ignore case. */
  enter(name: string, rules: GroupRules, entrant: Entrant): void;
  /** The entrant is done, or no longer wants to wait. */
  leave(name: string, entrant: Entrant): void;
}

/** `queue: max` keeps this many waiting (GitHub changelog, 2026-05-07). */
const LONGEST_QUEUE = 100;

export function createGroups(): Groups {
  const groups = new Map<string, { holder: Entrant | null; waiting: Entrant[] }>();
  const groupOf = (name: string): { holder: Entrant | null; waiting: Entrant[] } => {
    const key = name.toLowerCase();
    const group = groups.get(key) ?? { holder: null, waiting: [] };
    groups.set(key, group);
    return group;
  };
  return {
    enter(name, rules, entrant) {
      const group = groupOf(name);
      if (group.holder === null) {
        group.holder = entrant;
        entrant.start();
        return;
      }
      const isFull = rules.queue === 'max' ? group.waiting.length >= LONGEST_QUEUE : true;
      const displaced = isFull ? (rules.queue === 'max' ? group.waiting.splice(0, 1) : group.waiting.splice(0)) : [];
      group.waiting.push(entrant);
      for (const one of displaced) one.cancel();
      if (rules.cancelInProgress) group.holder.cancel();
    },
    leave(name, entrant) {
      const group = groupOf(name);
      group.waiting = group.waiting.filter((other) => other !== entrant);
      if (group.holder !== entrant) return;
      group.holder = group.waiting.shift() ?? null;
      group.holder?.start();
    },
  };
}
