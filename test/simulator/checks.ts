/** What the model holds against the slots when a sweep has ended, when faults have stopped, and when all is over. */
import { HOUR, MINUTE } from '../../core/time.ts';
import type { Model } from './model.ts';
import { rankOf } from './organisation.ts';
import type { Place } from './places.ts';
import type { Process } from './process.ts';
import { Violation } from './violation.ts';

/** A sweep without any fault has come to its end: what is over in its zone is gone. */
export function checkEnds(model: Model, process: Process, startedAt: number): void {
  const now = model.now();
  if (!model.isDamaged) {
    model.shrink();
    for (const asked of model.asked) {
      const isReturned = asked.returned !== null && asked.returned < startedAt && asked.grant !== null;
      if (isReturned || (asked.wasLocked && model.lockedWho === asked.who && asked.grant !== null)) asked.isOver = true;
      if (model.gone.has(asked.who) && asked.grant !== null) asked.isOver = true;
    }
  }
  for (const { key, zone } of model.slots) {
    if (zone !== process.zone) continue;
    const place = model.place(key);
    const allowed = model.allowing(key, now).map(([, level]) => rankOf(key, level));
    const most = Math.max(rankOf(key, place.theirs), ...allowed);
    const held = model.targets.value(key);
    if (rankOf(key, held) <= most || place.isAmbiguous) continue;
    checkTold(model, key, startedAt);
    if (isExcused(model, key, place, now)) continue;
    throw new Violation('I2', `${key} still holds ${held} after ${process.run} at ${new Date(now).toISOString()}`);
  }
}

/** Whoever cannot take something back says so after five minutes, and louder after thirty. */
function checkTold(model: Model, slot: string, startedAt: number): void {
  const { stuckSince } = model.place(slot);
  if (stuckSince === null || model.isDamaged || model.wasSkewed) return;
  const isTold = (name: string) => model.alerts.has(`${name}:${slot}`);
  const late = startedAt - stuckSince;
  const isSilent =
    (late > 5 * MINUTE && !isTold('revoke-stuck')) || (late > 30 * MINUTE && !isTold('revoke-stuck-escalated'));
  if (isSilent) throw new Violation('I2', `${slot} could not be taken back for ${late / MINUTE} minutes unsaid`);
}

function isExcused(model: Model, slot: string, place: Place, now: number): boolean {
  // That something stood there before says nothing of what is to be taken back.
  if ([...model.alerts].some((key) => key.endsWith(`:${slot}`) && !key.startsWith('standing:'))) return true;
  if (now <= place.waits) return true;
  if (place.firstTrouble === null) return false;
  const length = place.lastTrouble - place.firstTrouble;
  const longest = length < HOUR ? 5 * MINUTE : length < 24 * HOUR ? 15 * MINUTE : HOUR;
  // A try that was dated ahead is waited after until then.
  const ahead = model.wasSkewed ? 11 * MINUTE : 0;
  return now <= place.lastTrouble + longest + ahead;
}

/** Faults have stopped, and sweeps have come to rest: what is approved and not over is held. */
export function checkHeld(model: Model): void {
  const now = model.now();
  for (const asked of model.asked) {
    if (model.isDiverged || !model.isSure(asked, now) || now < asked.starts || asked.answer !== null) continue;
    for (const [slot, level] of model.fillsOf(asked)) {
      if (model.place(slot).wasTouched || model.refused.has(`${asked.grant} ${slot}`)) continue;
      const held = model.targets.value(slot);
      if (rankOf(slot, held) < rankOf(slot, level))
        throw new Violation('kept', `${asked.path} (${asked.grant}) asks for ${level} of ${slot}, which holds ${held}`);
    }
  }
}

/** Everything is over: what others put there is there, and nothing else. */
export function checkEmpty(model: Model): void {
  for (const [slot, place] of model.places) {
    const held = model.targets.value(slot);
    if (held === place.theirs || place.isAmbiguous) continue;
    throw new Violation('I2', `all is over, ${slot} holds ${held}, others put ${place.theirs} there`);
  }
}

/**
 * Every effect on a slot that is judged, with what became of it, and when it was planned: how long an action is watched
 * beside it moves the clock while its outcome is looked at. Sorted.
 */
export function effectsOf(model: Model): readonly string[] {
  const plannedAt = new Map(model.mirror.lines.map((line) => [line['id'], line.at]));
  const outcomes = model.mirror.lines.filter(
    (line) => line.type === 'outcome' && model.places.has(String(line['slot'])),
  );
  const told = outcomes.map(
    (line) => `${plannedAt.get(line['intent'])} ${line['effect']} ${line['slot']}: ${line['result']}`,
  );
  return [...told, ...[...model.targets.held].map(([slot, value]) => `${slot} holds ${value}`)].sort();
}
