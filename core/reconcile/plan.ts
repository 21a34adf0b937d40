/**
 * What to do now, so that every slot holds what the live grants and its standing value say, and nothing of ours longer.
 * Decides order and reasons; knows no provider, sends nothing, and reads no clock: `now` is the trusted instant.
 *
 * | a slot of ours                    | seen                     | then                                          |
 * |-----------------------------------|--------------------------|-----------------------------------------------|
 * | a grant begins                    | anything up to ours      | ensure: highest of the live grants            |
 * | a grant begins                    | unknown, or grants stop  | nothing: doubt blocks grants                  |
 * | its grants are over               | up to what we wrote      | remove, or restore what stands or still lives |
 * | its grants are over               | unknown                  | the same: doubt never blocks a removal        |
 * | its grants are over               | there, a try failed      | nothing until the next try is due (`retry.ts`) |
 * | its target asked for time         | anything                 | nothing until then; a removal an hour at most |
 * | its grants are over               | above what we wrote      | drift `kept`: that is not ours to take        |
 * | a grant lives                     | less, or more            | drift `removed` or `raised`: said, not fought |
 * | an intent without outcome         | as it wanted             | settle                                        |
 * | none holds it since a moment ago  | a value we may have sent | remove or restore (`reappeared`)               |
 * | a lower grant holds it since then | a value we may have sent | restore (`reappeared`)                        |
 * | none holds it since a moment ago  | another value            | drift `added`                                 |
 *
 * A removal never raises a slot: what others took away stays away. INVARIANT: once applied, a plan plans nothing more;
 * only a grant that is followed by a higher one in the same slot is closed by the plan after that.
 */
import type { Slot } from '../ledger/entry.ts';
import { rank } from '../ledger/levels.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { Instant } from '../time.ts';
import type { Change } from './change.ts';
import { planActions, planLapses } from './plan-grants.ts';
import { planSlot } from './plan-slot.ts';
import { digestOf, sayOnce } from './situations.ts';
import { sitesOf } from './slots.ts';

/** A slot, what a grant asks of it, which is one of `slot.levels`, and for which of its bindings, counted from 0. */
export interface Target {
  readonly slot: Slot;
  readonly value: string;
  readonly binding: number;
}

export interface PlanInput {
  /** Folded from entries that are proven, `returned` and `locked` included. */
  readonly state: LedgerState;
  /**
   * By id, the grants whose decision was derived again just now, with their targets; none for an action. What is not here
   * does not begin. See `grantsToResolve`.
   */
  readonly resolved: ReadonlyMap<string, readonly Target[]>;
  /** By slot key, what each was seen to hold. A slot that could not be told is not here. See `slotsToObserve`. */
  readonly observed: ReadonlyMap<string, string | null>;
  /** Keys of slots whose value is set but not in force yet, such as an invitation: taken back all the same, settled by none. */
  readonly waiting?: ReadonlySet<string>;
  /** Trusted: the later of the server's clock and the ledger's last entry. */
  readonly now: Instant;
  /** The latest that any clock says: what is over by it is over. Nothing begins by it. Absent: `now`. */
  readonly latest?: Instant;
  /** Ids of all grants that a lock in force matches, whatever their status. */
  readonly locks: ReadonlySet<string>;
  /** `false` while anything is in doubt: nothing begins. Removals go on. */
  readonly mayGrant: boolean;
  /** Only slots of this zone; `null`: of every zone. */
  readonly zone: string | null;
}

/**
 * Removals (the riskiest first, then the overdue-most), what is found to be settled, standing values, ensures, runs, then what is only looked at or said. The intents of one
 * plan are to be written together, before anything is sent.
 */
export function plan(input: PlanInput): readonly Change[] {
  const sites = sitesOf(input);
  const changes = [
    ...restrain(sites.flatMap((site) => planSlot(site, input))),
    ...planActions(input),
    ...planLapses(input),
  ];
  return ordered(sayOnce([...changes, ...digestOf(changes, input)], input), input.state);
}

type Effect = Extract<Change, { readonly kind: 'ensure' | 'remove' | 'restore' }>;

/** More than so many at once, and it is our memory that is wrong, not the slots. */
const REAPPEARED_AT_ONCE = 10;

/** The blast-radius stop. It holds only removals that no end of a grant asks for. */
function restrain(changes: readonly Change[]): readonly Change[] {
  const held = changes.map(heldBack);
  const count = held.filter((change) => change !== null).length;
  return count <= REAPPEARED_AT_ONCE ? changes : changes.map((change, index) => held[index] ?? change);
}

function heldBack(change: Change): Change | null {
  if (!('because' in change) || change.because.why !== 'reappeared') return null;
  const { slot, before: observed, after: expected, because } = change;
  const key = `drift-added:${slot.key}`;
  const { grants } = because;
  return { kind: 'drift', key, severity: 'critical', is: 'added', slot, expected, observed, grants };
}

const ORDER: readonly Change['kind'][] = [
  'remove',
  'restore',
  // An outcome that is found out comes before what begins on it.
  'settle',
  'standing',
  'ensure',
  'run',
  'follow',
  'lapse',
  'drift',
  'stuck',
  'escalate',
  'digest',
  'calm',
];

function ordered(changes: readonly Change[], state: LedgerState): readonly Change[] {
  const keyed = changes.map((change) => ({ change, key: sortKey(change, state) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ change }) => change);
}

/** Kind, then risk (of what is taken back), then due, then name. `remove` and `restore` are one kind here. */
function sortKey(change: Change, state: LedgerState): string {
  const kind = Math.max(1, ORDER.indexOf(change.kind));
  const risk = change.kind === 'remove' || change.kind === 'restore' ? riskOf(change, state) : '';
  const due = 'due' in change ? change.due : '';
  const name = 'slot' in change ? change.slot.key : 'key' in change ? change.key : '';
  const grant = 'grant' in change ? change.grant : '';
  return [String(kind).padStart(2, '0'), risk, due, name, grant].join('\n');
}

const SENSITIVITIES = ['critical', 'high', 'medium', 'low'] as const;

/** Break-glass, then the most sensitive resource, then the highest level: the smaller, the sooner. */
function riskOf({ slot, before, because }: Effect, state: LedgerState): string {
  const grants = because.grants.map((id) => state.grants.get(id)).filter((grant) => grant !== undefined);
  const isBreakGlass = grants.some(({ terms }) => terms.breakGlass);
  // Entries from before it was kept say nothing: taken for high.
  const sensitive = grants.map(({ authority }) => SENSITIVITIES.indexOf(authority.sensitivity ?? 'high'));
  const level = slot.levels.length - Math.min(rank(slot, before), slot.levels.length);
  return [isBreakGlass ? 0 : 1, Math.min(...sensitive, SENSITIVITIES.length), String(level).padStart(3, '0')].join('');
}
