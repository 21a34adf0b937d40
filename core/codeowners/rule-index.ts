/**
 * Finds the last rule that matches a path by walking a tree of pattern segments, so that the time grows with the
 * segments of the path and not with the number of rules. What the pattern's segments mean is decided in two places:
 * within a segment by `segment-glob.ts`, between segments by the table here.
 *
 * | pattern            | segments        | matches                                                              |
 * |--------------------|-----------------|----------------------------------------------------------------------|
 * | `foo`, `foo/`      | `**`, `foo`     | at any depth: there is no slash, or only a trailing one              |
 * | `/foo`, `foo/bar`  | as written      | from the root: a leading or an inner slash anchors it                |
 * | ends in a slash    | … then `below`  | what is below, not a file of that name                               |
 * | ends in `/**`      | … then `below`  | the same                                                             |
 * | ends in `*`        | … then `here`   | that level only, unlike gitignore                                    |
 * | ends in a name     | … then both     | the file, or everything below the folder; `f*` counts as a name      |
 */
import { matchesParts, parseSegment, type SegmentGlob } from './segment-glob.ts';

export interface RuleIndex<Rule> {
  /** The last rule whose pattern matches. `path` is relative to the root, with slashes, without a leading one. */
  last(path: string): Rule | null;
}

interface Node {
  readonly literals: Map<string, Node>;
  readonly suffixes: Map<string, Node>;
  /** Lengths of the keys of `suffixes`. */
  readonly suffixLengths: Set<number>;
  readonly globs: Map<string, { readonly parts: (SegmentGlob & { kind: 'parts' })['parts']; readonly node: Node }>;
  any: Node | null;
  deep: Node | null;
  /** Whether any number of segments may be passed while standing here. */
  readonly isDeep: boolean;
  /** Number of the last rule that ends here: for a path that ends here, and for one that goes on. */
  here: number;
  below: number;
}

const NONE = -1;

export function createIndex<Rule extends { readonly pattern: string }>(rules: readonly Rule[]): RuleIndex<Rule> {
  const root = createNode(false);
  rules.forEach((rule, number) => {
    insert(root, rule.pattern, number);
  });
  return { last: (path) => rules[lastMatch(root, path)] ?? null };
}

function createNode(isDeep: boolean): Node {
  return {
    literals: new Map(),
    suffixes: new Map(),
    suffixLengths: new Set(),
    globs: new Map(),
    any: null,
    deep: null,
    isDeep,
    here: NONE,
    below: NONE,
  };
}

/** Rules come in the order of the file, so the latest number is the greatest. `/` alone was refused before. */
function insert(root: Node, pattern: string, number: number): void {
  const segments = pattern.split('/');
  const isBare = segments.length === 1 || (segments.length === 2 && segments[1] === '');
  if (isBare) segments.unshift('**');
  if (segments[0] === '') segments.shift();
  const final = segments.at(-1);
  const isBelowOnly = final === '' || final === '**';
  // `foo/**/` and `foo/**/**` ask for no more than `foo/**`.
  while (segments.length > 0 && (segments.at(-1) === '' || segments.at(-1) === '**')) segments.pop();
  let node = root;
  for (const segment of segments) node = childOf(node, segment);
  if (!isBelowOnly) node.here = number;
  if (final !== '*') node.below = number;
}

function childOf(node: Node, segment: string): Node {
  const glob = parseSegment(segment);
  switch (glob.kind) {
    case 'literal':
      return entryOf(node.literals, glob.text);
    case 'suffix':
      node.suffixLengths.add(glob.text.length);
      return entryOf(node.suffixes, glob.text);
    case 'any':
      node.any ??= createNode(false);
      return node.any;
    case 'deep': {
      if (node.isDeep) return node;
      node.deep ??= createNode(true);
      return node.deep;
    }
    case 'parts': {
      const known = node.globs.get(segment);
      if (known !== undefined) return known.node;
      const added = createNode(false);
      node.globs.set(segment, { parts: glob.parts, node: added });
      return added;
    }
  }
}

function entryOf(nodes: Map<string, Node>, key: string): Node {
  const known = nodes.get(key);
  if (known !== undefined) return known;
  const added = createNode(false);
  nodes.set(key, added);
  return added;
}

function lastMatch(root: Node, path: string): number {
  const segments = path.split('/');
  let best = NONE;
  let active = new Set<Node>();
  enter(active, root);
  segments.forEach((segment, at) => {
    for (const node of active) best = Math.max(best, node.below);
    const next = new Set<Node>();
    for (const node of active) advance(next, node, segment);
    if (at === segments.length - 1) for (const node of next) best = Math.max(best, node.here);
    active = next;
  });
  return best;
}

/** `**` may stand for no segment at all. */
function enter(active: Set<Node>, node: Node): void {
  active.add(node);
  if (node.deep !== null) active.add(node.deep);
}

function advance(next: Set<Node>, node: Node, segment: string): void {
  if (node.isDeep) next.add(node);
  const literal = node.literals.get(segment);
  if (literal !== undefined) enter(next, literal);
  if (node.any !== null && segment !== '') enter(next, node.any);
  for (const length of node.suffixLengths) {
    // Where the suffix is longer, the start would be below 0, which counts from the end.
    const suffix = segment.length < length ? undefined : node.suffixes.get(segment.slice(segment.length - length));
    if (suffix !== undefined) enter(next, suffix);
  }
  if (node.globs.size === 0) return;
  const chars = [...segment];
  for (const glob of node.globs.values()) if (matchesParts(glob.parts, chars)) enter(next, glob.node);
}
