/**
 * From grants that may begin to the slots that they ask for. A ledger line alone never grants: unless this very sweep
 * decided it, a grant's decision is derived again first, and must come out the same (threat 72).
 */
import { canonicalJson } from '../core/canonical.ts';
import type { Body, GrantTerms, Slot } from '../core/ledger/entry.ts';
import { activeHolds, heldGrants } from '../core/ledger/live.ts';
import type { GrantState, LedgerState } from '../core/ledger/state.ts';
import type { Binding } from '../core/policy/decision.ts';
import type { Target } from '../core/reconcile/plan.ts';
import { grantsToResolve } from '../core/reconcile/slots.ts';
import type { Instant } from '../core/time.ts';
import type { Identity } from '../providers/provider.ts';
import { notBegunKey } from './alerts.ts';
import { deriveGrant } from './derive-grant.ts';
import { failureOf } from './failure.ts';
import { readCommit } from './first-parent.ts';
import type { Accepted } from './govern.ts';
import { isUnsent, type ProviderPool } from './provider-pool.ts';
import type { LedgerView } from './read-ledger.ts';
import type { Stop } from './stop.ts';
import type { SweepWorld } from './world.ts';

export interface ResolveAsked {
  readonly home: { readonly id: number; readonly defaultBranch: string };
  readonly view: LedgerView;
  /** With what this sweep has decided. */
  readonly state: LedgerState;
  readonly accepted: Accepted;
  readonly locks: ReadonlySet<string>;
  readonly now: Instant;
}

export interface ResolvedGrants {
  /** By grant id. */
  readonly targets: ReadonlyMap<string, readonly Target[]>;
  /** Grants that are not allowed any more. */
  readonly bodies: readonly Body[];
  /** What stood in the way, one alert each. */
  readonly problems: readonly Stop[];
}

export async function resolveGrants(
  world: SweepWorld,
  pool: ProviderPool,
  asked: ResolveAsked,
): Promise<ResolvedGrants> {
  const targets = new Map<string, readonly Target[]>();
  const bodies: Body[] = [];
  const problems: Stop[] = [];
  const owners = ownersOfSlots(asked.state);
  for (const grant of grantsToResolve(asked.state, asked.now, asked.locks)) {
    if (!concerns(grant, world.zone)) continue;
    const standing = isNew(grant, asked) ? ({ is: 'allowed' } as const) : await rederiveOrDoubt(world, asked, grant);
    if (standing.is === 'over') bodies.push(standing.body);
    if (standing.is === 'doubt') problems.push(doubtful(grant, world.zone, standing.why));
    if (standing.is !== 'allowed') continue;
    const found = await resolveBindings(pool, grant, world.zone);
    const shared = found.targets.filter(({ slot }) => isAnothers(owners, slot, grant));
    const own = found.targets.filter((target) => !shared.includes(target));
    for (const { slot } of own) owners.set(slot.key, grant.terms.resource);
    if (own.length > 0 || grant.terms.kind === 'action') targets.set(grant.terms.id, own);
    problems.push(...found.problems, ...shared.map(({ slot }) => sharedSlot(grant, world.zone, slot, owners)));
  }
  return { targets, bodies, problems };
}

/** Which resource each slot is held for now, by slot key. */
function ownersOfSlots(state: LedgerState): Map<string, string> {
  const owners = new Map<string, string>();
  for (const grant of state.grants.values()) {
    for (const { slot } of activeHolds(grant)) owners.set(slot.key, grant.terms.resource);
  }
  return owners;
}

/**
 * INVARIANT: a slot is held for one resource at a time (threat 87). The catalog is checked by what it says; that two names
 * lead to one slot shows only here, in the provider's own ids.
 */
function isAnothers(owners: ReadonlyMap<string, string>, slot: Slot, grant: GrantState): boolean {
  return (owners.get(slot.key) ?? grant.terms.resource) !== grant.terms.resource;
}

function sharedSlot(grant: GrantState, zone: string, slot: Slot, owners: ReadonlyMap<string, string>): Stop {
  const why = `${slot.label} is held for ${owners.get(slot.key)}, and a slot belongs to one resource of the catalog`;
  return doubtful(grant, zone, why);
}

function concerns(grant: GrantState, zone: string): boolean {
  return grant.terms.kind === 'action' || grant.terms.bindings.some((binding) => binding.zone === zone);
}

/** Decided by this sweep, from GitHub, a moment ago. */
function isNew(grant: GrantState, asked: ResolveAsked): boolean {
  return !asked.view.state.grants.has(grant.terms.id);
}

type Standing =
  | { readonly is: 'allowed' }
  | { readonly is: 'over'; readonly body: Body }
  | { readonly is: 'doubt'; readonly why: string };

/** What cannot be derived for one grant keeps no other waiting. */
async function rederiveOrDoubt(world: SweepWorld, asked: ResolveAsked, grant: GrantState): Promise<Standing> {
  return rederive(world, asked, grant).catch((error: unknown) => ({ is: 'doubt', why: failureOf(error) }));
}

async function rederive(world: SweepWorld, asked: ResolveAsked, grant: GrantState): Promise<Standing> {
  const { request, authority, terms } = grant;
  const parent = acceptedAt(asked.view, authority.governing.parent);
  if (parent === null) return { is: 'doubt', why: 'the governing tree it was decided under is not in the ledger' };
  const isLater = terms.starts !== null && terms.starts > authority.mergedAt;
  const finding = await deriveGrant(world, {
    home: asked.home,
    path: request.path,
    blob: request.blob,
    commit: await readCommit(world, authority.commit),
    governing: { parent, tip: asked.accepted },
    at: isLater ? terms.starts : null,
    held: (subject) => heldBefore(asked, grant, subject),
  });
  switch (finding.is) {
    case 'authorised':
      return isSame(finding.grant, terms)
        ? { is: 'allowed' }
        : { is: 'doubt', why: 'derived again, it entitles to something else than the ledger says' };
    case 'fault':
      return { is: 'doubt', why: finding.why };
    case 'refused':
    case 'quarantined':
      return over(grant, finding);
  }
}

/** What has begun is not taken back by a change of policy; what has not begun lapses. */
function over(grant: GrantState, finding: { readonly code: string; readonly why: string }): Standing {
  if (grant.window !== null) return { is: 'doubt', why: `it would not be allowed any more: ${finding.why}` };
  const { request, authority } = grant;
  const why = `not allowed any more when it was to begin: ${finding.why}`;
  const next = 'open a new pull request';
  return { is: 'over', body: { type: 'lapsed', request, commit: authority.commit, code: finding.code, why, next } };
}

/** Those authorised later were decided with this one held; they do not count against it. */
function heldBefore(asked: ResolveAsked, grant: GrantState, subject: number | string): ReturnType<typeof heldGrants> {
  const order = [...asked.state.grants.keys()];
  const place = order.indexOf(grant.terms.id);
  return heldGrants(asked.state, subject, asked.now).filter(({ id }) => order.indexOf(id) < place);
}

function acceptedAt(view: LedgerView, commit: string): Accepted | null {
  for (const entry of view.entries) {
    if (entry.type === 'genesis' && entry.root.commit === commit) return entry.root;
    if (entry.type === 'governing-accepted' && entry.commit === commit) return { commit, digest: entry.digest };
  }
  return null;
}

function isSame(a: GrantTerms, b: GrantTerms): boolean {
  const text = (terms: GrantTerms) => canonicalJson({ ...terms, subject: { ...terms.subject, login: null } });
  return text(a) === text(b);
}

async function resolveBindings(
  pool: ProviderPool,
  grant: GrantState,
  zone: string,
): Promise<{ readonly targets: readonly Target[]; readonly problems: readonly Stop[] }> {
  const targets: Target[] = [];
  const problems: Stop[] = [];
  for (const [index, binding] of grant.terms.bindings.entries()) {
    if (binding.zone !== zone) continue;
    try {
      const provider = await pool.open(binding.provider, binding.with);
      const { slot, value } = await provider.resolve(binding.target, identityOf(grant.terms, binding));
      // The catalog says which runner reaches it; a provider cannot know.
      targets.push({ slot: { ...slot, zone: binding.zone }, value, binding: index });
    } catch (error) {
      // A target that asked for time is no trouble of this grant: it begins when that is over.
      if (isUnsent(error)) continue;
      problems.push(doubtful(grant, zone, `${binding.provider} did not resolve it: ${failureOf(error)}`));
    }
  }
  return { targets, problems };
}

function identityOf(terms: GrantTerms, binding: Binding): Identity {
  const { name, id, login, identities } = terms.subject;
  return {
    name,
    github: id === null ? null : { id, login: login ?? name },
    identity: Object.hasOwn(identities, binding.provider) ? (identities[binding.provider] ?? null) : null,
  };
}

function doubtful(grant: GrantState, zone: string, why: string): Stop {
  const { id, resource, entitlement, subject } = grant.terms;
  return {
    key: notBegunKey(zone, id),
    severity: 'warning',
    message: `${subject.name} waits for ${entitlement} of ${resource} (${id}): ${why}`,
    next: 'the next sweep tries again, until the grant lapses',
  };
}
