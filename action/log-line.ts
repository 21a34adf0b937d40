/**
 * A line for the log of a job. The runner takes what it reads there for commands: `::…` where a line begins with it, and
 * `##[…` wherever it stands (`ActionCommand.cs` of actions/runner). What others wrote must be neither.
 */
import { plain } from '../core/explain/escape.ts';

export function logLine(text: string): string {
  return plain(text)
    .replace(/^(\s*):(?=:)/, '$1: ')
    .replaceAll('##[', '## [');
}
