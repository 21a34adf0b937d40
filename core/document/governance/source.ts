/** A governing document whose shape is right, with the file it came from, so that every later issue has its place. */
import type { Place, Principal } from '../documents.ts';
import type { Issue } from '../issue.ts';
import { parsePrincipal } from '../parse-principal.ts';
import { issueAt, spanAt, type Words, type YamlDocument } from '../yaml-document.ts';

export interface Source<Written> {
  readonly document: YamlDocument;
  readonly written: Written;
}

/** What is wrong at a value of the source. */
export function wrongValue(source: Source<unknown>, path: string, words: Words): Issue {
  return issueAt(spanAt(source.document, path, 'value'), words);
}

/** What is wrong at the name of a field. */
export function wrongKey(source: Source<unknown>, path: string, words: Words): Issue {
  return issueAt(spanAt(source.document, path, 'key'), words);
}

export function placeOf(source: Source<unknown>, path: string): Place {
  const { file, line, column } = spanAt(source.document, path, 'key');
  return { file, line, column };
}

/** Texts that the schema has found to be principals. */
export function principals(texts: readonly string[] | undefined): Principal[] {
  return (texts ?? []).map((text) => parsePrincipal(text) as Principal);
}

/** Of two things with one name, the later one. */
export function duplicateNames(
  source: Source<unknown>,
  items: readonly { readonly name: string }[],
  path: string,
): Issue[] {
  const seen = new Set<string>();
  return items.flatMap(({ name }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return wrongValue(source, `${path}/${index}/name`, {
      code: 'name-duplicate',
      message: 'this name is used twice in the file',
      found: name,
      expected: 'a name of its own, since records refer to it',
      fix: 'choose another name',
    });
  });
}

/** A window that ends before it begins. Instants that cannot be are told elsewhere. */
export function emptyWindow(source: Source<unknown>, path: string, from: string | null, until: string | null): Issue[] {
  if (from === null || until === null || from < until) return [];
  return [
    wrongValue(source, path, {
      code: 'window-empty',
      message: 'the end does not lie after the beginning',
      found: until,
      expected: `an instant after ${from}`,
      fix: 'write a later end',
    }),
  ];
}
