/** Three answers instead of two: what could not be read is neither a yes nor a no. */
export type Answer = 'yes' | 'no' | 'unknown';

/** A yes wins; else one unknown makes it unknown. No answers: no. */
export function anyOf(answers: readonly Answer[]): Answer {
  if (answers.includes('yes')) return 'yes';
  return answers.includes('unknown') ? 'unknown' : 'no';
}
