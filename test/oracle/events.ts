/** What may happen to a pull request, as data: a history is a list of these, so that a failing one can be made shorter. */
import type { Review } from '../../core/policy/evidence.ts';
import { PEOPLE, TEAMS } from './organisation.ts';
import type { Random } from './random.ts';

/** Who is named by nobody's people file: a stranger, and GitHub itself. */
export const STRANGER = 'stranger';

interface Wrote {
  readonly author: string | null;
  readonly committer: string | null;
  readonly coAuthors: readonly (string | null)[];
  readonly verified: boolean;
}

export type Event =
  | ({ readonly is: 'push'; readonly by: string } & Wrote)
  /** GitHub's “update branch”: a merge of the base, pressed by somebody. `imitated`: made by hand to look alike. */
  | { readonly is: 'update-branch'; readonly by: string; readonly imitated: boolean }
  | { readonly is: 'force-push'; readonly by: string }
  | {
      readonly is: 'review';
      readonly by: string;
      readonly state: Review['state'];
      readonly limit: string | null;
      readonly bot: boolean;
      readonly old: boolean;
      /** Which digest the text names: that of the request, another, or none. */
      readonly digest: 'right' | 'wrong' | null;
    }
  /** The latest verdict of this person is dismissed. `told`: GitHub says when. */
  | { readonly is: 'dismiss'; readonly of: string; readonly told: boolean }
  /** The latest review of this person is edited; `late`: `false` as it is submitted. */
  | { readonly is: 'edit'; readonly of: string; readonly by: string | null; readonly late: boolean }
  | { readonly is: 'team'; readonly team: string; readonly who: string; readonly to: 'active' | 'pending' | 'gone' }
  | { readonly is: 'team-unreadable'; readonly team: string; readonly entirely: boolean }
  | { readonly is: 'team-child'; readonly team: string; readonly who: string; readonly complete: boolean }
  | { readonly is: 'leaves'; readonly who: string }
  | { readonly is: 'members-unknown' }
  | { readonly is: 'pushers-unknown' }
  | { readonly is: 'rename-login'; readonly who: string }
  | { readonly is: 'retarget' }
  | { readonly is: 'draft'; readonly on: boolean }
  | { readonly is: 'push-elsewhere' }
  | { readonly is: 'signal'; readonly name: 'incident' | 'load'; readonly value: boolean | number | string | null }
  | {
      readonly is: 'grant';
      readonly resource: string;
      readonly role: string;
      readonly mine: boolean;
      readonly from: number;
      readonly minutes: number;
      readonly glass: boolean;
      readonly reviewed: boolean;
      readonly own: boolean;
    }
  | { readonly is: 'parent-of-production'; readonly parent: string }
  | { readonly is: 'wait'; readonly minutes: number }
  | { readonly is: 'merge' }
  | { readonly is: 'close' }
  | { readonly is: 'breach'; readonly how: Breach };

/** What no honest pull request has. */
export type Breach =
  | 'fork'
  | 'fork-deleted'
  | 'base'
  | 'files-hidden'
  | 'commits-hidden'
  | 'bot'
  | 'link'
  | 'executable'
  | 'large'
  | 'binary'
  | 'edited'
  | 'renamed'
  | 'beside-policy'
  | 'two'
  | 'path'
  | 'nothing'
  | 'document'
  | 'head-lost'
  | 'merged-when';
const BREACHES: readonly Breach[] = [
  'fork',
  'fork-deleted',
  'base',
  'files-hidden',
  'commits-hidden',
  'bot',
  'link',
  'executable',
  'large',
  'binary',
  'edited',
  'renamed',
  'beside-policy',
  'two',
  'path',
  'nothing',
  'document',
  'head-lost',
  'merged-when',
];

const REVIEWERS = [...PEOPLE, 'bob', 'carol', 'dan', 'erin', 'bob', 'carol', 'dan', 'erin', STRANGER];
const LIMITS = [null, null, null, null, '30m', '1h', '45m', '8h', '1 hour'];

/** One event of any kind, the frequent ones more often. */
export function anEvent(random: Random, author: string): Event {
  const who = () => random.pick(PEOPLE);
  const roll = random.below(100);
  if (roll < 50) return aReview(random);
  if (roll < 58) return aPush(random, author);
  if (roll < 60) return { is: 'update-branch', by: who(), imitated: random.chance(0.3) };
  if (roll < 62) return { is: 'force-push', by: author };
  if (roll < 65) return { is: 'dismiss', of: random.pick(REVIEWERS), told: random.chance(0.8) };
  if (roll < 66) return anEdit(random);
  if (roll < 71)
    return { is: 'team', team: random.pick(TEAMS), who: who(), to: random.pick(['active', 'pending', 'gone']) };
  if (roll < 72) return { is: 'team-unreadable', team: random.pick(TEAMS), entirely: random.chance(0.5) };
  if (roll < 74) return { is: 'team-child', team: random.pick(TEAMS), who: who(), complete: random.chance(0.8) };
  if (roll < 75) return { is: 'leaves', who: who() };
  if (roll < 76) return random.chance(0.3) ? { is: 'members-unknown' } : { is: 'pushers-unknown' };
  if (roll < 78) return { is: 'rename-login', who: who() };
  if (roll < 79) return { is: 'retarget' };
  if (roll < 81) return { is: 'draft', on: random.chance(0.4) };
  if (roll < 83) return { is: 'push-elsewhere' };
  if (roll < 86)
    return random.chance(0.5)
      ? { is: 'signal', name: 'incident', value: random.pick([true, false, null, 'yes']) }
      : { is: 'signal', name: 'load', value: random.pick([10, 80, 10.5]) };
  if (roll < 91) return aGrant(random);
  if (roll < 92) return { is: 'parent-of-production', parent: random.pick(['payments', 'middle', 'gone']) };
  if (roll < 97) return { is: 'wait', minutes: random.pick([5, 20, 60, 200]) };
  if (roll < 98) return { is: 'merge' };
  if (roll < 99) return random.chance(0.2) ? { is: 'close' } : random.chance(0.5) ? anEdit(random) : aReview(random);
  return random.chance(0.7) ? { is: 'breach', how: random.pick(BREACHES) } : aReview(random);
}

function aReview(random: Random): Event {
  const state = random.chance(0.72) ? 'APPROVED' : random.pick(['CHANGES_REQUESTED', 'COMMENTED', 'PENDING'] as const);
  return {
    is: 'review',
    by: random.pick(REVIEWERS),
    state,
    limit: random.pick(LIMITS),
    bot: random.chance(0.03),
    old: random.chance(0.05),
    digest: random.chance(0.6) ? 'right' : random.chance(0.2) ? 'wrong' : null,
  };
}

function anEdit(random: Random): Event {
  const of = random.pick(REVIEWERS);
  const by = random.chance(0.6) ? of : random.chance(0.1) ? null : random.pick(PEOPLE);
  return { is: 'edit', of, by, late: random.chance(0.5) };
}

function aPush(random: Random, author: string): Event {
  const by = random.chance(0.6) ? author : random.pick(PEOPLE);
  const someone = (usual: string | null) =>
    random.chance(0.75) ? usual : random.chance(0.04) ? null : random.pick(PEOPLE);
  const committer = random.chance(0.2) ? 'web-flow' : someone(by);
  const coAuthors = random.chance(0.15) ? [random.chance(0.05) ? null : random.pick(PEOPLE)] : [];
  return { is: 'push', by, author: someone(by), committer, coAuthors, verified: random.chance(0.8) };
}

function aGrant(random: Random): Event {
  const [resource, role] = random.pick([
    ['orders-db', 'read-only'],
    ['orders-db', 'read-write'],
    ['billing-db', 'read-only'],
    ['payments', 'operator'],
  ] as const);
  return {
    is: 'grant',
    resource,
    role,
    mine: random.chance(0.85),
    from: random.pick([-20_000, -6000, -240, -120, -60, -30, 15, 60, 120]),
    minutes: random.pick([30, 60, 120, 240]),
    glass: random.chance(0.2),
    reviewed: random.chance(0.5),
    own: random.chance(0.05),
  };
}
