/** How a history ends: faults stop, sweeps come to rest, and what is left is looked at. */
import { digestOf } from '../../core/canonical.ts';
import type { Entry } from '../../core/ledger/entry.ts';
import { heldGrants } from '../../core/ledger/live.ts';
import { replay } from '../../core/ledger/replay.ts';
import { decide } from '../../core/policy/decide.ts';
import type { Evidence } from '../../core/policy/evidence.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { collectEvidence } from '../../github/evidence.ts';
import { allBack } from './accounts.ts';
import { NAME } from './caches.ts';
import { checkEmpty, checkHeld } from './checks.ts';
import { restore, unlock } from './governing.ts';
import { repair } from './ledger-branch.ts';
import { ZONES } from './organisation.ts';
import type { History } from './steps.ts';
import { cleanSweep } from './sweeps.ts';
import { Violation } from './violation.ts';
import { MAIN, type World } from './world.ts';

export async function end(world: World, ending: History['ending']): Promise<void> {
  repair(world);
  unlock(world);
  world.targets.ill.clear();
  restore(world);
  world.moved(MAIN);
  world.advance(ending === 'soon' ? HOUR + MINUTE : 26 * HOUR);
  for (const zone of [0, 1, 0, 1]) await cleanSweep(world, zone);
  for (const zone of [0, 1]) {
    const written = await cleanSweep(world, zone);
    if (written > 0) throw new Violation('I4', `the third sweep of ${ZONES[zone]} writes ${written} entries`);
  }
  if (ending === 'soon') checkHeld(world.model);
  else checkEmpty(world.model);
  allBack(world);
  await decideAgain(world);
}

type Authorised = Extract<Entry, { type: 'authorised' }>;

/** What was authorised, in the order of the ledger. */
export function authorisedIn({ model }: World): readonly Authorised[] {
  return model.mirror.lines.filter(({ type }) => type === 'authorised') as unknown as readonly Authorised[];
}

/** I6: the decision that was recorded last comes out the same, from what GitHub says now of then. */
async function decideAgain(world: World): Promise<void> {
  const { people, peopleAt } = world.model;
  // Where people were elsewhere than now, GitHub does not say any more what it said then.
  const last = authorisedIn(world).findLast(({ grant }) => (peopleAt.get(grant.id) ?? people) === people);
  if (last === undefined) return;
  const { authority, request } = last;
  const evidence = await evidenceOf(world, last);
  const found = { decision: digestOf(decide(evidence)), evidence: digestOf(evidence) };
  if (found.decision === authority.decision && found.evidence === authority.evidence) return;
  throw new Violation('I6', `${request.path} was decided otherwise than it is now`);
}

export function evidenceOf(world: World, { seq, at, authority, request, grant }: Authorised): Promise<Evidence> {
  const { github, model, caches } = world;
  const [parent = ''] = github.git.at(authority.commit).parents;
  return collectEvidence(github, {
    repository: NAME,
    pullRequest: request.pullRequest,
    at: { mergeCommit: authority.commit, parent },
    governing: authority.governing.parent,
    now: authority.mergedAt,
    grants: heldGrants(replay(model.mirror.lines.slice(0, seq) as unknown as Entry[]), grant.subject.id ?? '', at),
    signals: {},
    cache: caches.git,
  });
}
