/** Matches ref names and paths: fnmatch for rulesets, gitignore for required reviewers, CODEOWNERS' own dialect. */
import type { Repository, Rule, Ruleset } from '../model.ts';

export interface AppliedRule {
  readonly rule: Rule;
  readonly ruleset: Ruleset;
}

/** Active rules for a full ref, in the order of their rulesets. */
export function rulesFor(repository: Repository, ref: string): AppliedRule[] {
  return repository.rulesets
    .filter((ruleset) => ruleset.enforcement === 'active' && applies(repository, ruleset, ref))
    .flatMap((ruleset) => ruleset.rules.map((rule) => ({ rule, ruleset })));
}

function applies(repository: Repository, ruleset: Ruleset, ref: string): boolean {
  if (!ref.startsWith('refs/heads/')) return false;
  const fits = (pattern: string): boolean => {
    if (pattern === '~ALL') return true;
    if (pattern === '~DEFAULT_BRANCH') return ref === `refs/heads/${repository.defaultBranch}`;
    return globToRegExp(pattern.startsWith('refs/') ? pattern : `refs/heads/${pattern}`).test(ref);
  };
  return ruleset.include.some(fits) && !ruleset.exclude.some(fits);
}

/** fnmatch with FNM_PATHNAME: `*` stays within a segment, `**` crosses them. */
export function globToRegExp(pattern: string): RegExp {
  return new RegExp(`^${globSource(pattern)}$`);
}

function globSource(pattern: string): string {
  return pattern.replaceAll(/\*\*\/|\/\*\*$|\*\*|\*|\?|\\(.)|[.+^$()|{}[\]]/g, (found, escaped?: string) => {
    if (found === '**/') return '(?:.*/)?';
    if (found === '/**') return '/.*';
    if (found === '**') return '.*';
    if (found === '*') return '[^/]*';
    if (found === '?') return '[^/]';
    return `\\${escaped ?? found}`;
  });
}

/** Whether a path matches a list of gitignore-like patterns, where a later `!pattern` takes back. */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  let isIn = false;
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!');
    if (ignorePattern(negated ? pattern.slice(1) : pattern).test(path)) isIn = !negated;
  }
  return isIn;
}

/**
 * One line of a gitignore (and of CODEOWNERS): without a slash inside it matches at any depth, with one it is anchored
 * at the root; what it matches, it matches with everything below.
 */
export function ignorePattern(pattern: string): RegExp {
  const isFolder = pattern.endsWith('/');
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '');
  const anchored = pattern.startsWith('/') || bare.includes('/');
  const below = isFolder ? '/.*' : '(?:/.*)?';
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${globSource(bare)}${below}$`);
}

/** CODEOWNERS differs in one point: `docs/*` owns the files of the folder and not those further down. */
export function ownerPattern(pattern: string): RegExp {
  if (!/[^*]\/\*$|^\/\*$/.test(pattern)) return ignorePattern(pattern);
  return new RegExp(`^${globSource(pattern.replace(/^\//, ''))}$`);
}
