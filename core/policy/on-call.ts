/** Who is on call at an instant. A fixed shift wins over the rotation; before the rotation starts, nobody is. */
import type { Rota } from '../document/documents.ts';
import { between, type Instant } from '../time.ts';

/** Names of people; more than one when shifts overlap. */
export function onCall(rota: Rota, at: Instant): readonly string[] {
  const shifts = rota.shifts.filter((shift) => shift.from <= at && at < shift.until);
  if (shifts.length > 0) return [...new Set(shifts.map((shift) => shift.person))].sort();
  const { rotation } = rota;
  if (rotation === null || at < rotation.starts) return [];
  const turn = Math.floor(between(rotation.starts, at) / rotation.every) % rotation.people.length;
  return rotation.people.slice(turn, turn + 1);
}
