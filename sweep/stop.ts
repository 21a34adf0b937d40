/** A reason why no grant may begin now, as an alert says it. Revokes go on whatever stops there are. */
export interface Stop {
  /** Names the situation, so that it is said once. */
  readonly key: string;
  readonly severity: 'warning' | 'critical';
  /** Lower case, no full stop. */
  readonly message: string;
  /** The next step, as an instruction. */
  readonly next: string;
}
