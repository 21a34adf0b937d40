/**
 * Conditions (`when`) in CEL (https://github.com/google/cel-spec): checked against typed variables when a document is
 * parsed, evaluated over facts when a request is decided. A condition that cannot be told has failed; it is never false.
 */
import { Environment } from '@marcbachmann/cel-js';
import { Duration } from '@marcbachmann/cel-js/evaluator';
import type { JsonValue } from '../json.ts';
import { type Instant, type Milliseconds, toEpoch } from '../time.ts';
import { findUnsafe, signalsReadBy } from './condition-syntax.ts';
import { lookup } from './lookup.ts';

export type SignalTypes = Readonly<Record<string, 'bool' | 'int' | 'string'>>;

/** What a condition can read. `now` is the instant at which the window would start. */
export interface ConditionFacts {
  readonly now: Instant;
  readonly request: {
    readonly kind: 'AccessRequest' | 'ActionRequest';
    readonly entitlement: string;
    /** Of an action: how long it may still be started. */
    readonly duration: Milliseconds;
    readonly reason: string;
    /** Empty when there is none. */
    readonly ticket: string;
    readonly breakGlass: boolean;
    readonly inputs: Readonly<Record<string, string | number | boolean>>;
  };
  readonly subject: { readonly kind: string; readonly name: string };
  readonly opener: { readonly id: number; readonly login: string; readonly isSubject: boolean };
  readonly resource: {
    readonly name: string;
    readonly sensitivity: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly history: { readonly grants7d: number; readonly grants30d: number; readonly live: number };
  readonly signals: Readonly<Record<string, JsonValue>>;
}

export type ConditionResult =
  | { readonly is: 'satisfied' | 'unsatisfied' }
  | { readonly is: 'failed'; readonly why: string };

/** What is wrong with a condition's text, in one line; `null`: it can be evaluated and yields true or false. */
export function checkCondition(text: string, signals: SignalTypes): string | null {
  if (text.length > MAX_LENGTH) return `a condition has at most ${MAX_LENGTH} characters, this one has ${text.length}`;
  const environment = environmentFor(signals);
  const checked = environment.check(text);
  if (!checked.valid) return firstLine(checked.error);
  const unsafe = findUnsafe(environment.parse(text).ast);
  if (unsafe !== null) return unsafe;
  return checked.type === 'bool' ? null : `a condition must be true or false, this one is of type ${checked.type}`;
}

export function evaluateCondition(text: string, signals: SignalTypes, facts: ConditionFacts): ConditionResult {
  const wrong = checkCondition(text, signals);
  if (wrong !== null) return { is: 'failed', why: wrong };
  const compiled = environmentFor(signals).parse(text);
  // A signal that is read but absent fails the whole condition, even where CEL could do without its value.
  for (const name of signalsReadBy(compiled.ast)) {
    const why = signalProblem(name, signals, facts.signals);
    if (why !== null) return { is: 'failed', why };
  }
  try {
    return { is: compiled(variables(signals, facts)) === true ? 'satisfied' : 'unsatisfied' };
  } catch (error) {
    return { is: 'failed', why: firstLine(error) };
  }
}

const MAX_LENGTH = 2_000;

/** Structural limits bound the time of an evaluation: nothing here can loop, and nested lists stay short. */
const LIMITS = { maxAstNodes: 250, maxDepth: 30, maxListElements: 50, maxMapEntries: 20, maxCallArguments: 8 };

/** Building one is slow; the same signal types always give the same environment. */
const environments = new Map<string, Environment>();

function environmentFor(signals: SignalTypes): Environment {
  const key = JSON.stringify(Object.entries(signals).sort());
  const known = environments.get(key);
  if (known !== undefined) return known;
  const environment = new Environment({ limits: LIMITS })
    .registerVariable({
      name: 'request',
      schema: {
        kind: 'string',
        entitlement: 'string',
        duration: 'google.protobuf.Duration',
        reason: 'string',
        ticket: 'string',
        breakGlass: 'bool',
        inputs: 'map<string, dyn>',
      },
    })
    .registerVariable({ name: 'subject', schema: { kind: 'string', name: 'string' } })
    .registerVariable({ name: 'opener', schema: { id: 'int', login: 'string', isSubject: 'bool' } })
    .registerVariable({
      name: 'resource',
      schema: { name: 'string', sensitivity: 'string', labels: 'map<string, string>' },
    })
    .registerVariable({ name: 'history', schema: { grants7d: 'int', grants30d: 'int', live: 'int' } })
    .registerVariable({ name: 'signals', schema: { ...signals } })
    .registerVariable('now', 'google.protobuf.Timestamp');
  environments.set(key, environment);
  return environment;
}

function variables(signals: SignalTypes, facts: ConditionFacts): Record<string, unknown> {
  const { request, opener, resource, history } = facts;
  return {
    request: { ...request, duration: durationOf(request.duration), inputs: celMap(request.inputs) },
    subject: facts.subject,
    opener: { ...opener, id: BigInt(opener.id) },
    resource: { ...resource, labels: celMap(resource.labels) },
    history: { grants7d: BigInt(history.grants7d), grants30d: BigInt(history.grants30d), live: BigInt(history.live) },
    signals: Object.fromEntries(
      Object.keys(signals).map((name) => [name, celValue(lookup(facts.signals, name) as string | number | boolean)]),
    ),
    now: new Date(toEpoch(facts.now)),
  };
}

function signalProblem(name: string, types: SignalTypes, values: Readonly<Record<string, JsonValue>>): string | null {
  const value = lookup(values, name);
  if (value === undefined || value === null) return `the signal \`${name}\` is unknown`;
  const type = lookup(types, name);
  const fits =
    type === 'bool'
      ? typeof value === 'boolean'
      : type === 'int'
        ? Number.isSafeInteger(value)
        : typeof value === 'string';
  return fits ? null : `the signal \`${name}\` is not of type ${type}`;
}

function celMap(record: Readonly<Record<string, string | number | boolean>>): Map<string, unknown> {
  return new Map(Object.entries(record).map(([key, value]) => [key, celValue(value)]));
}

/** CEL's integers are BigInt; a number with a fraction stays a double. */
function celValue(value: string | number | boolean): string | bigint | number | boolean {
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

/** Durations are written in whole minutes; a part of a second must not throw. */
function durationOf(length: Milliseconds): Duration {
  return new Duration(BigInt(Math.floor(length / 1000)), 0);
}

/** The library's messages go on with a drawing of the source. */
function firstLine(error: unknown): string {
  return String((error as Error).message).split('\n', 1)[0] as string;
}
