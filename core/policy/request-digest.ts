/**
 * The digest that an approver names: of the path and the text of a request, so of all that can be asked for in it. A
 * review without a commit binds to whatever the branch holds when it arrives; one with this line is of these bytes.
 *
 * Whoever asks chooses both texts, the one shown and the one slipped in, so a collision is enough for them: 32 digits, 128
 * bits, put that at 2^64 tries.
 */
import { digestOf } from '../canonical.ts';

/** 32 lower-case hex digits. */
export function requestDigest(path: string, text: string): string {
  return digestOf([path, text]).slice(0, 32);
}

/** Whether a `digest:` line, as written, names it; code marks around it are forgiven. */
export function names(written: string, digest: string): boolean {
  return written.replaceAll('`', '').trim().toLowerCase() === digest;
}
