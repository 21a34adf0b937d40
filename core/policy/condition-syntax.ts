/**
 * Which CEL a condition may use. CEL has no loops, but the library offers more than a policy needs: regular expressions
 * (which can run for minutes), and time functions that follow the machine's own time zone. Only what is listed is let in.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { parseInstant } from '../time.ts';

/** The first thing in the expression that a condition may not use, in one line; `null`: nothing. */
export function findUnsafe(ast: ASTNode): string | null {
  return walk(ast, 0);
}

/** Names of the signals that the expression reads, sorted. */
export function signalsReadBy(ast: ASTNode): readonly string[] {
  const names = new Set<string>();
  const visit = (node: ASTNode): void => {
    if (node.op === '.' && isSignals(node.args[0])) names.add(node.args[1]);
    childrenOf(node).forEach(visit);
  };
  visit(ast);
  return [...names].sort();
}

/** Functions by their number of arguments, the receiver not counted. */
const FUNCTIONS: Readonly<Record<string, readonly number[]>> = {
  size: [0, 1],
  string: [1],
  int: [1],
  double: [1],
  duration: [1],
  timestamp: [1],
  startsWith: [1],
  endsWith: [1],
  contains: [1],
  lowerAscii: [0],
  upperAscii: [0],
  trim: [0],
  getFullYear: [0],
  getMonth: [0],
  getDayOfMonth: [0],
  getDayOfWeek: [0],
  getHours: [0],
  getMinutes: [0],
  getSeconds: [0],
  has: [1],
  all: [2],
  exists: [2],
  exists_one: [2],
  filter: [2],
  map: [2],
};

const COMPREHENSIONS = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** Two levels over lists of at most 50 elements stay far below a millisecond. */
const MAX_NESTING = 2;

function walk(node: ASTNode, nesting: number): string | null {
  const problem = problemOf(node, nesting);
  if (problem !== null) return problem;
  const deeper = node.op === 'rcall' && COMPREHENSIONS.has(node.args[0]) ? nesting + 1 : nesting;
  for (const child of node.op === '.' && isSignals(node.args[0]) ? [] : childrenOf(node)) {
    const found = walk(child, deeper);
    if (found !== null) return found;
  }
  return null;
}

function problemOf(node: ASTNode, nesting: number): string | null {
  if (isSignals(node)) return 'signals are read by name: `signals.incident`';
  if (node.op === 'id' && node.args === 'google') return '`google` is not a variable here';
  if (node.op !== 'call' && node.op !== 'rcall') return null;
  const [name, args] = node.op === 'call' ? node.args : [node.args[0], node.args[2]];
  const allowed = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (allowed === undefined) return `the function \`${name}\` is not available in conditions`;
  if (!allowed.includes(args.length)) {
    return name.startsWith('get')
      ? `\`${name}\` takes no time zone here: it is UTC; for local hours use \`during\` with a calendar`
      : `\`${name}\` does not take ${args.length} arguments in conditions`;
  }
  if (name === 'timestamp' && !isWrittenInstant(args[0])) {
    return '`timestamp` takes one instant with an offset, such as `timestamp("2026-11-23T10:00:00Z")`';
  }
  if (COMPREHENSIONS.has(name) && nesting >= MAX_NESTING)
    return `\`${name}\` may be nested at most ${MAX_NESTING} deep`;
  return null;
}

function isWrittenInstant(node: ASTNode | undefined): boolean {
  return node?.op === 'value' && typeof node.args === 'string' && parseInstant(node.args) !== null;
}

function isSignals(node: ASTNode): boolean {
  return node.op === 'id' && node.args === 'signals';
}

/** Operands lie in `args` as a node, a list of nodes, or lists of lists; names and literals stand between them. */
function childrenOf(node: ASTNode): readonly ASTNode[] {
  return [node.args].flat(3).filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value;
}
