/** What a grant is called, everywhere. */
import { digestOf } from '../canonical.ts';
import type { RequestRef } from '../ledger/entry.ts';

/** `42-1a2b3c4d`: the pull request's number, and the start of the SHA-256 of path, blob and number. */
export function grantId({ path, blob, pullRequest }: RequestRef): string {
  return `${pullRequest}-${digestOf({ path, blob, pullRequest }).slice(0, 8)}`;
}
