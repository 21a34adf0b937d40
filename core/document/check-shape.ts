/**
 * Holds a document against its JSON Schema and says what is wrong in words: the precompiled validators find it, the
 * shapes of the schemas tell which fields there are and how each is meant. Knows no rule beyond the schemas.
 */
import type { Shape } from '../../schema/shape.ts';
import { SHAPES } from '../../schema/shapes.generated.js';
import type { ValidationError, Validator } from '../../schema/validators.generated.js';
import * as validators from '../../schema/validators.generated.js';
import { nearest, oneOf } from './did-you-mean.ts';
import { type Issue, MOST_ERRORS } from './issue.ts';
import { boundWords, choiceWords, formatWords, shown, typeWords, versionWords } from './shape-words.ts';
import { issueAt, pointer, spanAt, stepsOf, valueAt, type Words, type YamlDocument } from './yaml-document.ts';

const VALIDATORS = {
  AccessRequest: validators.validateAccessRequest,
  ActionRequest: validators.validateActionRequest,
  Catalog: validators.validateCatalog,
  RuleSet: validators.validateRuleSet,
  Organization: validators.validateOrganization,
  People: validators.validatePeople,
  Rota: validators.validateRota,
  Delegation: validators.validateDelegation,
  Lock: validators.validateLock,
  Settings: validators.validateSettings,
  PolicyTest: validators.validatePolicyTest,
} satisfies Record<string, Validator>;

export type Kind = keyof typeof VALIDATORS;

/** Which of these kinds the document says it is, or what is wrong with what it says. */
export function kindOf(document: YamlDocument, kinds: readonly [Kind, ...Kind[]]): Kind | Issue {
  const written = document.value['kind'];
  const kind = kinds.find((each) => each === written);
  if (kind !== undefined) return kind;
  const meant = typeof written === 'string' ? nearest(written, kinds) : null;
  return issueAt(spanAt(document, '/kind', 'value'), {
    code: 'document-kind',
    message:
      written === undefined
        ? 'the document does not say its `kind`'
        : Object.hasOwn(VALIDATORS, shown(written))
          ? 'this `kind` of document does not belong at this path'
          : 'there is no such `kind` of document',
    found: shown(written),
    expected: oneOf(kinds),
    fix: `write \`kind: ${meant ?? kinds[0]}\``,
  });
}

/** In what the document differs from the schema of its kind: the first fifty differences. */
export function checkShape(document: YamlDocument, kind: Kind): Issue[] {
  const validate: Validator = VALIDATORS[kind];
  if (validate(document.value)) return [];
  const errors = (validate.errors as readonly ValidationError[]).slice(0, MOST_ERRORS);
  const slips = new Set(errors.map((error) => slipOf(error, kind)));
  return errors.flatMap((error) => {
    // Said already: the field is there, with a slip in its name.
    if (error.keyword === 'required' && slips.has(`${error.instancePath} ${error.params['missingProperty']}`))
      return [];
    const words = wordsFor(error, shapeAt(kind, error.instancePath), valueAt(document, error.instancePath));
    if (words === null) return [];
    const { path, part } = whereIs(error);
    return [issueAt(spanAt(document, path, part), words)];
  });
}

/** The field that an unknown field was probably meant to be. */
function slipOf(error: ValidationError, kind: Kind): string | null {
  if (error.keyword !== 'additionalProperties') return null;
  const known = Object.keys(shapeAt(kind, error.instancePath).fields as Fields);
  return `${error.instancePath} ${nearest(String(error.params['additionalProperty']), known)}`;
}

function wordsFor(error: ValidationError, shape: Resolved, value: unknown): Words | null {
  const { keyword, params } = error;
  const field = stepsOf(error.instancePath).at(-1) ?? '';
  if (keyword === 'required') return missingWords(String(params['missingProperty']), shape);
  if (keyword === 'additionalProperties') return unknownWords(String(params['additionalProperty']), shape);
  if (keyword === 'propertyNames')
    return formatWords(resolve(shape.keys as Shape), null, String(params['propertyName']));
  if (keyword === 'const') return versionWords(value);
  if (keyword === 'enum') return choiceWords(field, value, params['allowedValues'] as readonly unknown[]);
  if (keyword === 'type') return typeWords(field, value, [params['type']].flat().map(String), shape);
  // The same mistake in the name of a field is told by `propertyNames`.
  if (keyword === 'pattern') return typeof value === 'string' ? formatWords(shape, field, value) : null;
  return boundWords(keyword, field, Number(params['limit']), value);
}

function missingWords(name: string, shape: Resolved): Words {
  const missing = stepInto(shape, name);
  return {
    code: 'document-field-missing',
    message: `the field \`${name}\` is missing`,
    found: 'nothing',
    expected: missing.description as string,
    fix: `add \`${name}: ${missing.example ?? '…'}\``,
  };
}

function unknownWords(name: string, shape: Resolved): Words {
  const known = Object.keys(shape.fields as Fields);
  const meant = nearest(name, known);
  return {
    code: 'document-field-unknown',
    message: `there is no field \`${name}\` here`,
    found: name,
    expected: oneOf(known),
    fix: meant === null ? 'remove the field' : `write \`${meant}\``,
  };
}

function whereIs(error: ValidationError): { path: string; part: 'key' | 'value' } {
  const { instancePath, params } = error;
  const name = params['additionalProperty'] ?? params['propertyName'];
  if (name !== undefined) return { path: pointer(instancePath, String(name)), part: 'key' };
  if (error.keyword === 'required') return { path: instancePath, part: 'key' };
  // Of two items that are the same, the later one.
  if (error.keyword === 'uniqueItems') {
    return { path: pointer(instancePath, Math.max(Number(params['i']), Number(params['j']))), part: 'value' };
  }
  return { path: instancePath, part: 'value' };
}

// The casts to what may be absent: an error comes only from where there is a schema, and a test holds every schema to
// its descriptions.
type Fields = NonNullable<Shape['fields']>;

/** A node of the shapes with its reference followed; what stands beside the reference wins. */
export interface Resolved extends Omit<Shape, 'ref'> {
  /** The definition it refers to: `duration`. Empty: none. */
  readonly format: string;
}

function resolve(shape: Shape): Resolved {
  const { ref, ...own } = shape;
  return ref === undefined
    ? { ...own, format: '' }
    : { ...resolve(SHAPES.definitions[ref] as Shape), ...own, format: ref };
}

function shapeAt(kind: Kind, path: string): Resolved {
  return stepsOf(path).reduce(stepInto, resolve(SHAPES.documents[kind] as Shape));
}

function stepInto(shape: Resolved, name: string): Resolved {
  const fields = shape.fields ?? {};
  const field = Object.hasOwn(fields, name) ? fields[name] : (shape.items ?? shape.rest);
  return resolve(field as Shape);
}
