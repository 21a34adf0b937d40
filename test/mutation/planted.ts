/** Stryker's instrumenter, asked for every mutant but those of words: a message is no decision. */

export interface Mutant {
  readonly id: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly was: string;
  readonly is: string;
}

interface Instrumented {
  readonly files: readonly { readonly name: string; readonly content: string }[];
  readonly mutants: readonly {
    readonly id: string;
    readonly fileName: string;
    readonly replacement: string;
    readonly status?: string;
    readonly location: { readonly start: Position; readonly end: Position };
  }[];
}

interface Position {
  readonly line: number;
  readonly column: number;
}

/** By a name, so that its types, which are for another way of injecting, stay out. */
const INSTRUMENTER = '@stryker-mutator/instrumenter';

export async function planted(
  files: readonly { readonly path: string; readonly text: string }[],
): Promise<{ readonly mutants: readonly Mutant[]; readonly sources: ReadonlyMap<string, string> }> {
  const { createInstrumenter } = await import(INSTRUMENTER);
  const log = () => {};
  const logger = { isDebugEnabled: () => false, debug: log, info: log, warn: log, error: log };
  const injector = {
    provideValue: () => injector,
    injectClass: (Made: new (given: unknown) => unknown) => new Made(logger),
  };
  const instrumenter = createInstrumenter(injector);
  const result: Instrumented = await instrumenter.instrument(
    files.map(({ path, text }) => ({ name: path, content: text, mutate: true })),
    { plugins: [], excludedMutations: ['StringLiteral'], ignorers: [] },
  );
  const texts = new Map(files.map(({ path, text }) => [path, text.split('\n')]));
  return {
    sources: new Map(result.files.map(({ name, content }) => [name, content])),
    mutants: result.mutants
      .filter(({ status }) => status === undefined)
      .map(({ id, fileName, replacement, location: { start, end } }) => ({
        id,
        path: fileName,
        line: start.line + 1,
        was: cut(texts.get(fileName) ?? [], start, end),
        is: replacement.replaceAll(/\s+/g, ' ').slice(0, 90),
      })),
  };
}

/** Stryker counts lines and columns from 0. */
function cut(lines: readonly string[], start: Position, end: Position): string {
  const text = lines.slice(start.line, end.line + 1).join(' ');
  const last = (lines[end.line] ?? '').length - end.column;
  return text
    .slice(start.column, text.length - last)
    .replaceAll(/\s+/g, ' ')
    .slice(0, 90);
}
