/** What happens to target systems for longer than a sweep: one refuses us, what grants are held in is gone, or made anew. */
import { PLACES, REQUESTERS, ROLES, TARGETS } from './organisation.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

export function changeTarget({ targets, clock }: World, { target, how }: Extract<Step, { is: 'target' }>): void {
  const name = Object.keys(TARGETS)[target];
  if (how === 'mended') targets.ill.clear();
  else if (name !== undefined && !targets.ill.has(name)) targets.ill.set(name, { how, since: clock });
}

export function changePlace(world: World, { nth, how }: Extract<Step, { is: 'place' }>): void {
  const place = how === 'deleted' ? placeOf(world, nth) : [...world.targets.deleted][0];
  if (place === undefined) return;
  if (how === 'deleted') remove(world, place);
  else recreate(world, place);
}

/** What an earlier request asks for, or any. */
function placeOf({ model }: World, nth: number): string | undefined {
  const earlier = model.asked.at(-1 - nth);
  const asked = ROLES[earlier?.role ?? 0]?.fills.find(({ place }) => PLACES.includes(place));
  return asked?.place ?? PLACES[nth % PLACES.length];
}

/** What anybody held in it is gone with it. */
function remove(world: World, place: string): void {
  const { targets, model, clock } = world;
  if (targets.deleted.has(place)) return;
  for (const { id } of REQUESTERS) {
    const slot = targets.slotIn(place, id);
    model.byHand(slot, null);
    model.place(slot).wasTouched = true;
  }
  targets.deleted.add(place);
  for (const asked of model.asked) {
    if (!model.fillsOf(asked).some(([slot]) => slot.startsWith(place))) continue;
    if (!model.isHeld(asked)) model.doubt(asked);
    if (asked.grant !== null && !asked.isOver && clock < asked.ends) world.await('resource-gone');
  }
}

/** Under the same name, with other ids, and with somebody in it whom we did not put there. */
function recreate(world: World, place: string): void {
  const { targets, model, clock } = world;
  if (!targets.deleted.delete(place)) return;
  const isHeld = model.asked.some((asked) => asked.heldIn.has(place) && !asked.isOver && clock < asked.ends);
  if (isHeld) world.await('recreated');
  const generation = targets.generation(place) + 1;
  targets.generations.set(place, generation);
  const holder = REQUESTERS[generation % REQUESTERS.length];
  if (holder !== undefined) targets.set(targets.slotIn(place, holder.id), 'granted');
  for (const { id } of REQUESTERS) model.add(targets.slotIn(place, id), place);
}
