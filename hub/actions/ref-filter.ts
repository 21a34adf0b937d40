/**
 * Whether a push starts a workflow: the `branches`, `tags` and `paths` filters. Source: "Workflow syntax", filter pattern
 * cheat sheet; `*` stops at a slash, `**` does not, a leading `!` takes back.
 */

import type { RefFilter } from './workflow-file.ts';

/** `changed` is asked only when a path filter needs it. */
export async function passesFilter(
  filter: RefFilter,
  ref: string,
  changed: () => Promise<readonly string[]>,
): Promise<boolean> {
  return passesRef(filter, ref) && (await passesPaths(filter, ref, changed));
}

function passesRef(filter: RefFilter, ref: string): boolean {
  const [, kind, ...rest] = ref.split('/');
  const name = rest.join('/');
  if (kind === 'tags') {
    // Naming only branches means that no tag starts it, and the reverse.
    if (filter.tags !== null) return matchesAny(filter.tags, name);
    return filter.branches === null && filter.branchesIgnore === null;
  }
  if (filter.branches !== null) return matchesAny(filter.branches, name);
  if (filter.branchesIgnore !== null) return !matchesAny(filter.branchesIgnore, name);
  return filter.tags === null;
}

async function passesPaths(
  filter: RefFilter,
  ref: string,
  changed: () => Promise<readonly string[]>,
): Promise<boolean> {
  // GitHub does not evaluate path filters for tags.
  if (ref.startsWith('refs/tags/')) return true;
  const { paths, pathsIgnore } = filter;
  if (paths !== null) return (await changed()).some((path) => matchesAny(paths, path));
  if (pathsIgnore !== null) return (await changed()).some((path) => !matchesAny(pathsIgnore, path));
  return true;
}

/** Patterns in order; the last that speaks decides. */
function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.reduce((matched, pattern) => {
    if (pattern.startsWith('!')) return matched && !toRegExp(pattern.slice(1)).test(name);
    return matched || toRegExp(pattern).test(name);
  }, false);
}

function toRegExp(pattern: string): RegExp {
  if (/[?+[\]]/.test(pattern))
    throw new Error(`filter pattern \`${pattern}\`: only \`*\` and \`**\` are supported here`);
  const source = pattern
    .split(/(\*\*\/|\*\*|\*)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      return part === '*' ? '[^/]*' : part.replace(/[.\\^$|(){}]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
