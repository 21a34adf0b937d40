/** What bounds a workflow or a job: the permissions of its token, and its concurrency group. */

import type { Level, Permissions } from '../model.ts';
import { asMap, asText, onlyKeys, textMap } from './written.ts';

export interface Concurrency {
  readonly group: string;
  readonly cancelInProgress: string;
  /** `max` keeps up to 100 waiting in order; `single` keeps the newest (GitHub changelog, 2026-05-07). */
  readonly queue: 'single' | 'max';
}

/** What a token has when the workflow names no permissions: GitHub's restricted default since 2023. */
export const DEFAULT_PERMISSIONS: Permissions = { contents: 'read', metadata: 'read', packages: 'read' };

export function parsePermissions(written: unknown, where: string): Permissions | null {
  if (written === undefined) return null;
  const entries = Object.entries(textMap(written, where)).filter(([, level]) => level !== 'none');
  const granted = entries.map(([name, level]): [string, Level] => {
    if (level !== 'read' && level !== 'write') throw new Error(`${where}.${name}: no level \`${level}\``);
    return [name.replaceAll('-', '_'), level];
  });
  return { ...Object.fromEntries(granted), metadata: 'read' };
}

export function parseConcurrency(written: unknown, where: string): Concurrency | null {
  if (written === undefined) return null;
  if (typeof written === 'string') return { group: written, cancelInProgress: 'false', queue: 'single' };
  const concurrency = asMap(written, where);
  onlyKeys(concurrency, where, ['group', 'cancel-in-progress', 'queue']);
  const queue = concurrency['queue'] ?? 'single';
  const cancelInProgress = asText(concurrency['cancel-in-progress'] ?? false, `${where}.cancel-in-progress`);
  if (queue !== 'single' && queue !== 'max') throw new Error(`${where}.queue: expected \`single\` or \`max\``);
  if (queue === 'max' && cancelInProgress !== 'false') {
    throw new Error(`${where}: \`queue: max\` cannot be combined with \`cancel-in-progress\``);
  }
  return { group: asText(concurrency['group'], `${where}.group`), cancelInProgress, queue };
}
