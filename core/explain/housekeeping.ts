/** What the pull request that tidies up says of itself. */
import type { ClosedFile } from '../ledger/request-files.ts';
import { code, fitBytes } from './escape.ts';

const MOST_BYTES = 65_000;

export function housekeepingTitle(files: readonly ClosedFile[]): string {
  return files.length === 1
    ? 'Remove the file of a request that is over'
    : `Remove the files of ${files.length} requests that are over`;
}

export function housekeepingBody(files: readonly ClosedFile[]): string {
  const rows = files.map(
    ({ path, pullRequest, since }) =>
      `- ${code(path)}, over since ${since.slice(0, 10)}${pullRequest === 0 ? '' : `, asked by #${pullRequest}`}`,
  );
  const why = [
    'These requests are over, and the ledger has what they led to. Merging this ends nothing: it only keeps `requests/`',
    'short. The files stay in git, and their paths stay used up. Gatepass checks that nothing else is in it.',
  ].join(' ');
  return fitBytes([why, rows.join('\n')].join('\n\n'), MOST_BYTES);
}
