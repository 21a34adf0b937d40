/**
 * What is looked at, by name: the seven invariants of `docs/architecture.md`, and what follows from them for single effects.
 * When each is looked at stands there.
 *
 * | name | promise |
 * |---|---|
 * | I1 | nothing is raised without a valid approval of those bytes, in its window |
 * | I2 | after its end and a clean sweep nothing of it is left, or it was just tried, or an alert is open |
 * | I3 | an effect has its intent in the ledger before it, and the ledger loses nothing |
 * | I4 | once faults stop two sweeps converge and a third writes nothing (`ending.ts`) |
 * | I5 | items that are in the way change nothing for others (`simulate.ts`) |
 * | I6 | a recorded decision comes out the same again (`ending.ts`) |
 * | I7 | nothing is lowered below what others put there, as far as it could be known |
 * | lease | nothing is raised by a run that slept past its lease |
 * | kept | what is approved, begun and not over stays until its end, as far as a sweep could know of it |
 * | read | a clean sweep answers all that was merged before it, in few commits, and leaves a sign of life (`sweeps.ts`) |
 * | once | an action is started at most once |
 * | same | the GitHub in memory and the look-alike tell the same history (`both.ts`) |
 */
export class Violation extends Error {
  constructor(promise: string, what: string) {
    super(`${promise}: ${what}`);
    this.name = 'Violation';
  }
}
