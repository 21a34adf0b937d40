/** Three answers instead of two: what could not be read is neither a yes nor a no. */
export type Answer = 'yes' | 'no' | 'unknown';
