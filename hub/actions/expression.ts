/**
 * The part of GitHub's expression language that our workflows use: contexts by dotted path, literals, `==`, `!=`, `!`,
 * `&&`, `||`, parentheses and a few functions. Anything else is refused by name, so that a workflow that runs here does
 * not run on a guess. Semantics: "Evaluate expressions in workflows and actions" of GitHub's documentation.
 */

/** What `github`, `inputs`, `secrets`, `vars`, `env`, `steps`, `matrix`, `needs`, `runner`, `job` mean right now. */
export type Contexts = Readonly<Record<string, unknown>>;

/** What has happened so far, for the status functions. */
export interface Progress {
  readonly failed: boolean;
  readonly cancelled: boolean;
}

const CALM: Progress = { failed: false, cancelled: false };

/** Text with each `${{ … }}` replaced by its value as text. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, source: string) => textOf(evaluate(source, contexts, CALM)));
}

/** Whether a step or job runs. Without a status function in it, `success() &&` is implied. */
export function condition(source: string | undefined, contexts: Contexts, progress: Progress): boolean {
  const bare = (source ?? 'success()').trim().replace(/^\$\{\{([\s\S]*)\}\}$/, '$1');
  const asksStatus = /\b(success|failure|always|cancelled)\s*\(/.test(bare);
  const holds = truthy(evaluate(bare, contexts, progress));
  return asksStatus ? holds : holds && !progress.failed && !progress.cancelled;
}

/** The value of one expression, without its `${{ }}`. Throws on what is outside the subset. */
export function evaluate(source: string, contexts: Contexts, progress: Progress): unknown {
  const tokens = tokenize(source);
  let position = 0;
  const peek = (): string | undefined => tokens[position];
  const take = (expected?: string): string => {
    const token = tokens[position++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(
        `expression \`${source.trim()}\`: expected ${expected ?? 'a value'}, found ${token ?? 'its end'}`,
      );
    }
    return token;
  };
  const binary =
    (operators: readonly string[], next: () => unknown, apply: (a: unknown, op: string, b: unknown) => unknown) =>
    (): unknown => {
      let left = next();
      for (let operator = peek(); operator !== undefined && operators.includes(operator); operator = peek()) {
        take();
        left = apply(left, operator, next());
      }
      return left;
    };
  const primary = (): unknown => {
    const token = take();
    if (token === '!') return !truthy(primary());
    if (token === '(') {
      const value = or();
      take(')');
      return value;
    }
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (/^-?\d/.test(token)) return Number(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`expression \`${source.trim()}\`: unexpected \`${token}\``);
    if (peek() !== '(') return lookUp(token, contexts, source);
    take('(');
    const given: unknown[] = [];
    while (peek() !== ')') {
      given.push(or());
      if (peek() !== ')') take(',');
    }
    take(')');
    return call(token, given, progress);
  };
  const equality = binary(['==', '!='], primary, (a, op, b) => isEqual(a, b) === (op === '=='));
  const and = binary(['&&'], equality, (a, _, b) => (truthy(a) ? b : a));
  const or: () => unknown = binary(['||'], and, (a, _, b) => (truthy(a) ? a : b));
  const value = or();
  if (peek() !== undefined) throw new Error(`expression \`${source.trim()}\`: unexpected \`${peek()}\``);
  return value;
}

function tokenize(source: string): string[] {
  const token = /\s*('(?:[^']|'')*'|-?\d+(?:\.\d+)?|&&|\|\||==|!=|[!(),]|[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)/y;
  const tokens: string[] = [];
  const text = source.trimEnd();
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match?.[1] === undefined)
      throw new Error(`expression \`${source.trim()}\`: \`${text.slice(at)}\` is not supported`);
    tokens.push(match[1]);
  }
  return tokens;
}

/** An absent property is empty, as on GitHub; an unknown context is a mistake. */
function lookUp(path: string, contexts: Contexts, source: string): unknown {
  const [context = '', ...names] = path.split('.');
  if (!Object.hasOwn(contexts, context)) {
    throw new Error(
      `expression \`${source.trim()}\`: no context \`${context}\` here (${Object.keys(contexts).join(', ')})`,
    );
  }
  let value: unknown = contexts[context];
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return null;
    // Property names ignore case on GitHub (`secrets.my_key` finds MY_KEY).
    const key = Object.keys(value).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    value = key === undefined ? null : (value as Record<string, unknown>)[key];
  }
  return value;
}

function call(name: string, given: readonly unknown[], progress: Progress): unknown {
  const [first, second] = given;
  switch (name) {
    case 'success':
      return !progress.failed && !progress.cancelled;
    case 'failure':
      return progress.failed;
    case 'cancelled':
      return progress.cancelled;
    case 'always':
      return true;
    case 'contains':
      return Array.isArray(first)
        ? first.some((item) => isEqual(item, second))
        : textOf(first).toLowerCase().includes(textOf(second).toLowerCase());
    case 'startsWith':
      return textOf(first).toLowerCase().startsWith(textOf(second).toLowerCase());
    case 'format':
      return textOf(first).replace(/\{(\d+)\}/g, (_, index: string) => textOf(given[Number(index) + 1]));
    case 'toJSON':
      return JSON.stringify(first, null, 2);
    default:
      throw new Error(`expression function \`${name}\` is not supported by the look-alike`);
  }
}

/** GitHub compares text without case, and mixed kinds as numbers. */
function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.toLowerCase() === b.toLowerCase();
  if (typeof a === typeof b) return a === b;
  return numberOf(a) === numberOf(b);
}

function numberOf(value: unknown): number {
  if (value === null || value === '') return 0;
  return typeof value === 'object' ? Number.NaN : Number(value);
}

const truthy = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && value !== 0 && value !== false;

/** As `${{ }}` prints it: null is nothing, objects by their kind. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'object') return Array.isArray(value) ? 'Array' : 'Object';
  return String(value);
}
