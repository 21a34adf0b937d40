/** How a history ends: faults stop, sweeps come to rest, and what is left is looked at. */
import { digestOf } from '../../core/canonical.ts';
import type { Entry } from '../../core/ledger/entry.ts';
import { heldGrants } from '../../core/ledger/live.ts';
import { replay } from '../../core/ledger/replay.ts';
import { decide } from '../../core/policy/decide.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { collectEvidence } from '../../github/evidence.ts';
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
  await decideAgain(world);
}

/** I6: the decision that was recorded last comes out the same, from what GitHub says now of then. */
async function decideAgain({ github, model, caches, isHidden }: World): Promise<void> {
  const { lines } = model.mirror;
  const last = lines.findLast(({ type }) => type === 'authorised') as
    | Extract<Entry, { type: 'authorised' }>
    | undefined;
  if (last === undefined) return;
  const { authority, request, grant } = last;
  const [parent = ''] = github.git.at(authority.commit).parents;
  const evidence = await collectEvidence(github, {
    repository: NAME,
    pullRequest: request.pullRequest,
    at: { mergeCommit: authority.commit, parent },
    governing: authority.governing.parent,
    now: authority.mergedAt,
    grants: heldGrants(replay(lines.slice(0, last.seq) as unknown as Entry[]), grant.subject.id ?? '', last.at),
    signals: {},
    cache: caches.git,
  });
  const found = { decision: digestOf(decide(evidence)), evidence: digestOf(evidence) };
  // What GitHub would not show then, and shows now, is in the evidence of now alone.
  const isSameEvidence = isHidden || found.evidence === authority.evidence;
  if (found.decision === authority.decision && isSameEvidence) return;
  throw new Violation('I6', `${request.path} was decided otherwise than it is now`);
}
