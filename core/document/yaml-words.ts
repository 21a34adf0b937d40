/** What is said about each thing that YAML can do and a document here may not. */
import type { Words } from './yaml-document.ts';

/** Levels of lists and fields within each other. */
export const MAX_DEPTH = 10;

/** What is found is what stands there, unless said otherwise. */
export type Template = Omit<Words, 'found'> & { readonly found?: string };

export const ALIAS: Template = {
  code: 'yaml-alias',
  message: 'aliases are not used in these files',
  expected: 'the value itself',
  fix: 'write the value out',
};
export const ANCHOR: Template = {
  code: 'yaml-anchor',
  message: 'anchors are not used in these files',
  expected: 'a plain value',
  fix: 'remove the anchor',
};
export const TAG: Template = {
  code: 'yaml-tag',
  message: 'tags are not used in these files',
  expected: 'a plain value',
  fix: 'remove the tag; put quotes around what must stay text',
};
export const MERGE_KEY: Template = {
  code: 'yaml-merge-key',
  message: 'merge keys are not used in these files',
  expected: 'the fields themselves',
  fix: 'write the fields out',
};
export const DUPLICATE_KEY = {
  code: 'yaml-duplicate-key',
  expected: 'each field once',
  fix: 'keep one of the two',
} as const;
export const RESERVED_KEY: Template = {
  code: 'yaml-reserved-key',
  message: 'this name has a meaning of its own in JavaScript and is refused',
  expected: 'another name',
  fix: 'choose another name',
};
export const KEY_NOT_TEXT: Template = {
  code: 'yaml-key-not-text',
  message: 'the name of a field must be text',
  expected: 'text',
  fix: 'put the name in quotes, or remove it',
};
export const NOT_FINITE: Template = {
  code: 'yaml-number-not-finite',
  message: 'this is not a finite number',
  expected: 'a number with an end',
  fix: 'write a number, or put quotes around text',
};
export const NOT_EXACT: Template = {
  code: 'yaml-number-not-exact',
  message: 'this number is too large to be kept exactly',
  expected: `at most ${Number.MAX_SAFE_INTEGER}`,
  fix: 'put quotes around it if it is a name',
};
export const TOO_DEEP: Template = {
  code: 'yaml-too-deep',
  message: 'the file is nested too deeply',
  expected: `at most ${MAX_DEPTH} levels`,
  fix: 'flatten it',
};
export const DIRECTIVE: Template = {
  code: 'yaml-directive',
  message: 'directives are not used in these files',
  expected: 'the document itself',
  fix: 'remove the line',
};
