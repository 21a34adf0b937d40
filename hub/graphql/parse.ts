/**
 * Reads one GraphQL query: fields with arguments, inline fragments, variables (GraphQL, October 2021, section 2). No
 * mutations, aliases, directives or named fragments: nobody who asks this look-alike uses them, so they are refused.
 */
export interface Query {
  /** Declared variables, by name: the type as written. */
  readonly variables: Readonly<Record<string, string>>;
  readonly selections: readonly Selection[];
}

export type Selection =
  | {
      readonly is: 'field';
      readonly name: string;
      /** Argument to the name of the variable that it is given. */
      readonly given: Readonly<Record<string, string>>;
      readonly selections: readonly Selection[];
    }
  | { readonly is: 'on'; readonly type: string; readonly selections: readonly Selection[] };

export class QueryError extends Error {}

export function parseQuery(text: string): Query {
  const tokens = text.replaceAll(/#.*/g, '').match(/\.\.\.|[A-Za-z_]\w*|\S/g) ?? [];
  const peek = (): string | undefined => tokens[0];
  const next = (): string => tokens.shift() ?? fail('end of the query');
  const expect = (token: string): void => {
    const found = next();
    if (found !== token) fail(`"${found}"`);
  };
  const name = (): string => {
    const found = next();
    return /^[A-Za-z_]/.test(found) ? found : fail(`"${found}"`);
  };
  /** `(a: …, b: …)`; commas are blanks. */
  const pairs = (read: (into: Record<string, string>) => void): Readonly<Record<string, string>> => {
    const into: Record<string, string> = {};
    if (peek() !== '(') return into;
    expect('(');
    while (peek() !== ')') {
      if (peek() === ',') next();
      else read(into);
    }
    expect(')');
    return into;
  };
  const declared = (into: Record<string, string>): void => {
    expect('$');
    const variable = name();
    expect(':');
    let type = '';
    while (peek() !== ')' && peek() !== ',' && peek() !== '$') type += next();
    into[variable] = type;
  };
  const argument = (into: Record<string, string>): void => {
    const key = name();
    expect(':');
    expect('$');
    into[key] = name();
  };
  const selections = (): readonly Selection[] => {
    const found: Selection[] = [];
    expect('{');
    while (peek() !== '}') found.push(peek() === '...' ? fragment() : field());
    expect('}');
    return found;
  };
  const fragment = (): Selection => {
    expect('...');
    expect('on');
    return { is: 'on', type: name(), selections: selections() };
  };
  const field = (): Selection => {
    const called = name();
    const given = pairs(argument);
    return { is: 'field', name: called, given, selections: peek() === '{' ? selections() : [] };
  };
  expect('query');
  if (/^[A-Za-z_]/.test(peek() ?? '')) name();
  const query = { variables: pairs(declared), selections: selections() };
  return tokens.length === 0 ? query : fail(`"${peek()}"`);
}

function fail(found: string): never {
  throw new QueryError(`Parse error on ${found}`);
}
