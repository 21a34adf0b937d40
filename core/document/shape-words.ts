/** What is said about a value that does not fit its schema: found, expected, and the next step. */
import type { Resolved } from './check-shape.ts';
import { nearest, oneOf } from './did-you-mean.ts';
import type { IssueCode } from './issue-codes.ts';
import { suggest } from './suggest.ts';
import type { Words } from './yaml-document.ts';
import { codePointName } from './yaml-text.ts';

/** A value as a person would call it, short enough for one line. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a set of fields';
  const text = String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

export function versionWords(value: unknown): Words {
  return {
    code: 'document-api-version',
    message: 'this version of the document format is not known',
    found: shown(value),
    expected: '`gatepass/v1`',
    fix: 'write `apiVersion: gatepass/v1`',
  };
}

export function choiceWords(field: string, value: unknown, allowed: readonly unknown[]): Words {
  const words = allowed.map(String);
  const meant = nearest(shown(value), words);
  return {
    code: 'document-choice',
    message: `${named(field)} is none of the values it may have`,
    found: shown(value),
    expected: oneOf(words),
    fix: meant === null ? `write ${oneOf(words)}` : `write \`${meant}\``,
  };
}

export function typeWords(field: string, value: unknown, types: readonly string[], shape: Resolved): Words {
  const scalar = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string';
  let fix = shape.example === undefined ? `write ${typeNames(types)}` : `write it like this: \`${shape.example}\``;
  if (types[0] === 'string' && scalar && QUOTABLE.has(shape.format)) fix = `put it in quotes: \`"${value}"\``;
  if (types[0] === 'integer' && /^\d{1,15}$/.test(String(value))) fix = `remove the quotes: \`${value}\``;
  if (types[0] === 'boolean') fix = 'write `true` or `false`';
  if (types[0] === 'array' && scalar) fix = `make it a list: \`[${shown(value)}]\``;
  return {
    code: 'document-type',
    message: `${named(field)} must be ${typeNames(types)}`,
    found: scalar ? `the ${typeName(typeof value)} ${shown(value)}` : shown(value),
    expected: shape.description ?? typeNames(types),
    fix,
  };
}

/** Which code a format has. All others share one. */
const FORMAT_CODES: Readonly<Record<string, keyof typeof WRONG>> = {
  duration: 'document-duration',
  instant: 'document-instant',
  name: 'document-name',
  label: 'document-name',
  field: 'document-name',
  person: 'document-name',
  rotaName: 'document-name',
  teamSlug: 'document-name',
  owner: 'document-principal',
  receiver: 'document-principal',
  subject: 'document-principal',
  approver: 'document-principal',
  controller: 'document-principal',
  seat: 'document-principal',
  line: 'document-text',
  prose: 'document-text',
  condition: 'document-text',
};

const WRONG = {
  'document-duration': 'is not a duration',
  'document-instant': 'is not an instant',
  'document-name': 'is not a name',
  'document-principal': 'is nobody who can be named here',
  'document-text': 'is not a line of text',
  'document-format': 'is not written as it must be',
} as const satisfies Partial<Record<IssueCode, string>>;

/** Texts that may well be a number or a truth value in quotes. */
const QUOTABLE = new Set(['line', 'prose', 'ticket', 'label', 'identity', 'selectorValue']);

/** Letters that only look like the right ones are told apart by their number. */
function strangers(value: string): string {
  const strange = [...new Set(value.match(/[^\p{ASCII}]/gu))].slice(0, 3);
  return strange.length === 0
    ? ''
    : ` (${strange.map((letter) => `${letter} is ${codePointName(letter)}`).join(', ')})`;
}

/** `field` is `null` where the name of a field is meant. */
export function formatWords(shape: Resolved, field: string | null, value: string): Words {
  const code = FORMAT_CODES[shape.format] ?? 'document-format';
  const meant = suggest(shape.format, value);
  return {
    code,
    message: field === null ? `\`${shown(value)}\` cannot be used as a name here` : `${named(field)} ${WRONG[code]}`,
    found: `${shown(value)}${strangers(value)}`,
    expected: shape.description as string,
    fix: meant === null ? `write it like this: \`${shape.example}\`` : `write \`${meant}\``,
  };
}

export function boundWords(keyword: string, field: string, limit: number, value: unknown): Words {
  switch (keyword) {
    case 'minItems':
    case 'minProperties':
      return {
        code: 'document-too-few',
        message: `${named(field)} must not be empty`,
        found: 'nothing in it',
        expected: `at least ${limit}`,
        fix: limit === 1 ? 'add one' : 'add more',
      };
    case 'maxItems':
      return {
        code: 'document-too-many',
        message: `${named(field)} holds too much`,
        found: `${(value as readonly unknown[]).length}`,
        expected: `at most ${limit}`,
        fix: 'remove some, or split it',
      };
    case 'maxLength':
      return {
        code: 'document-too-long',
        message: `${named(field)} is too long`,
        found: `${[...(value as string)].length} characters`,
        expected: `at most ${limit} characters`,
        fix: 'make it shorter',
      };
    case 'uniqueItems':
      return {
        code: 'document-not-unique',
        message: `${named(field)} names the same thing twice`,
        found: 'the same again',
        expected: 'each once',
        fix: 'remove one of the two',
      };
    default:
      return {
        code: 'document-out-of-range',
        message: `${named(field)} is out of range`,
        found: shown(value),
        expected: `${keyword === 'minimum' ? 'at least' : 'at most'} ${limit}`,
        fix: `write ${limit} or ${keyword === 'minimum' ? 'more' : 'less'}`,
      };
  }
}

/** `` `duration` ``, or `this` for an item of a list. */
function named(field: string): string {
  return /^\d*$/.test(field) ? 'this' : `\`${field}\``;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a set of fields',
};

function typeNames(types: readonly string[]): string {
  return types.map((type) => TYPE_NAMES[type]).join(', or ');
}

function typeName(type: string): string {
  return type === 'string' ? 'text' : type === 'boolean' ? 'truth value' : type;
}
