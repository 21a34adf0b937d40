import { describe, expect, it } from 'vitest';
import {
  type ConditionFacts,
  checkCondition,
  evaluateCondition,
  type SignalTypes,
} from '../../../core/policy/conditions.ts';
import { HOUR } from '../../../core/time.ts';
import { NOW } from '../../support/evidence.ts';

const SIGNALS: SignalTypes = { incident: 'bool', load: 'int', phase: 'string' };
const FACTS: ConditionFacts = {
  now: NOW,
  request: {
    kind: 'AccessRequest',
    entitlement: 'read-only',
    duration: 2 * HOUR,
    reason: 'Replay payments',
    ticket: 'OPS-7',
    breakGlass: false,
    inputs: { region: 'eu-west-1', count: 3, ratio: 0.5, dry: true },
  },
  subject: { kind: 'person', name: 'alice' },
  opener: { id: 1001, login: 'alice', isSubject: true },
  resource: { name: 'orders-db', sensitivity: 'high', labels: { env: 'prod' } },
  history: { grants7d: 3, grants30d: 9, live: 1 },
  signals: { incident: true, load: 80, phase: 'freeze' },
};

describe('evaluateCondition', () => {
  it.each([
    ['request.duration <= duration("4h") && history.grants7d < 10', 'satisfied'],
    ['request.duration > duration("2h")', 'unsatisfied'],
    ['request.duration == duration("120m")', 'satisfied'],
    ['request.ticket.startsWith("OPS-")', 'satisfied'],
    ['request.inputs.region == "eu-west-1" && request.inputs.count == 3 && request.inputs.ratio < 0.6', 'satisfied'],
    ['request.inputs.dry == true', 'satisfied'],
    ['"region" in request.inputs', 'satisfied'],
    ['subject.kind == "person" && subject.name in ["alice", "bob"]', 'satisfied'],
    ['opener.isSubject && opener.id == 1001', 'satisfied'],
    ['resource.labels.env == "prod" && resource.sensitivity != "critical"', 'satisfied'],
    ['now >= timestamp("2026-11-23T10:00:00Z")', 'satisfied'],
    ['now > timestamp("2026-11-23T11:00:00+01:00")', 'unsatisfied'],
    ['now.getHours() == 10 && now.getDayOfWeek() == 1', 'satisfied'],
    ['signals.incident && signals.load > 70 && signals.phase == "freeze"', 'satisfied'],
    ['["a", "b"].exists(x, request.reason.contains(x))', 'satisfied'],
    ['history.live + history.grants30d < 10', 'unsatisfied'],
  ])('finds %s %s', (text, is) => {
    expect(evaluateCondition(text, SIGNALS, FACTS)).toEqual({ is });
  });

  it.each([
    ['a label that the resource does not have', 'resource.labels.tier == "1"', 'No such key: tier'],
    ['an input that was not given', 'request.inputs.zone == "a"', 'No such key: zone'],
    ['a division by nothing', 'history.live / (history.live - 1) > 0', 'zero'],
    ['a text that is no condition', 'request.', ''],
  ])('fails, and is not false, for %s', (_, text, why) => {
    const result = evaluateCondition(text, SIGNALS, FACTS);
    expect(result.is).toBe('failed');
    expect('why' in result && result.why).toContain(why);
  });

  it.each([
    ['an absent signal', { load: 80, phase: 'x' }, 'the signal `incident` is unknown'],
    ['a signal that is null', { incident: null, load: 80, phase: 'x' }, 'the signal `incident` is unknown'],
    [
      'a signal of another type',
      { incident: 'yes', load: 80, phase: 'x' },
      'the signal `incident` is not of type bool',
    ],
    ['a number with a fraction', { incident: true, load: 80.5, phase: 'x' }, 'the signal `load` is not of type int'],
    ['a number as text', { incident: true, load: 80, phase: 3 }, 'the signal `phase` is not of type string'],
  ])('fails for %s, even where CEL would not need its value', (_, signals, why) => {
    const text = 'true || signals.incident || signals.load > 1 || signals.phase == "x"';
    expect(evaluateCondition(text, SIGNALS, { ...FACTS, signals })).toEqual({ is: 'failed', why });
  });

  it('does not need the signals that it does not read', () => {
    expect(evaluateCondition('signals.load > 1', SIGNALS, { ...FACTS, signals: { load: 2 } })).toEqual({
      is: 'satisfied',
    });
  });
});

/** Environments are kept by the types of their signals: one of its own each time, so that it is made for this test. */
let made = 0;
const anew = (): SignalTypes => {
  made += 1;
  return { ...SIGNALS, [`s${made}`]: 'bool' };
};

describe('a fact', () => {
  it.each([
    ['kind', 'request.kind == "AccessRequest"', 'request.kind == 1'],
    ['entitlement', 'request.entitlement == "read-only"', 'request.entitlement == 1'],
    ['duration', 'request.duration == duration("2h")', 'request.duration == 7200'],
    ['reason', 'request.reason == "Replay payments"', 'request.reason == true'],
    ['ticket', 'request.ticket == "OPS-7"', 'request.ticket == 7'],
    ['breakGlass', 'request.breakGlass == false', 'request.breakGlass == "no"'],
    ['inputs', 'request.inputs.count == 3', 'request.inputs == 3'],
    ['subject', 'subject.kind == "person" && subject.name == "alice"', 'subject.name == 1'],
    ['opener', 'opener.login == "alice" && opener.id == 1001 && opener.isSubject', 'opener.id == "alice"'],
    ['resource', 'resource.name == "orders-db" && resource.sensitivity == "high"', 'resource.name == 1'],
    ['labels', 'resource.labels.env == "prod"', 'resource.labels.env == 1'],
    ['history', 'history.grants7d == 3 && history.grants30d == 9 && history.live == 1', 'history.live == "1"'],
    ['signals', 'signals.incident && signals.load == 80 && signals.phase == "freeze"', 'signals.load == "80"'],
    ['now', 'now == timestamp("2026-11-23T10:00:00Z")', 'now == "2026-11-23T10:00:00Z"'],
  ])('is read by its type, and by no other: %s', (_, text, wrong) => {
    expect(evaluateCondition(text, anew(), FACTS)).toEqual({ is: 'satisfied' });
    expect(checkCondition(wrong, anew())).toContain('no such overload');
  });

  it('that nobody has declared is refused, whatever it is of', () => {
    for (const variable of ['request', 'subject', 'opener', 'resource', 'history', 'signals'])
      expect(checkCondition(`${variable}.weather == "rain"`, anew())).toContain('No such key: weather');
  });

  it('is read by no text that is too deep, or has too long a list', () => {
    expect(checkCondition(`${'('.repeat(60)}true${')'.repeat(60)}`, anew())).not.toBeNull();
    expect(checkCondition(`1 in [${Array.from({ length: 60 }, () => '1').join(',')}]`, anew())).not.toBeNull();
  });
});

it('lets in a condition of two thousand characters, and none longer', () => {
  const long = `true${' '.repeat(1996)}`;
  expect([checkCondition(long, SIGNALS), checkCondition(`${long} `, SIGNALS)]).toEqual([null, expect.any(String)]);
});

it('names the signals that a condition reads by name, sorted', () => {
  const signals: SignalTypes = { b: 'bool', a: 'bool' };
  const result = evaluateCondition('signals.b || signals.a', signals, { ...FACTS, signals: {} });
  expect(result).toEqual({ is: 'failed', why: 'the signal `a` is unknown' });
});

describe('checkCondition', () => {
  it.each([
    'request.reason != "google" && request.reason != "signals"',
    'request.inputs.region != null',
    'true && (false || (true && ["a"].exists(x, request.reason.contains(x))))',
    '["a"].exists(x, x.startsWith(["b"].filter(y, y != request.reason.trim())[0]))',
    'history.grants7d < 10',
    'signals.incident',
    '!has(signals.phase)',
    '[1, 2].all(x, x > 0)',
    'size(request.reason) > 3',
  ])('lets in %s', (text) => {
    expect(checkCondition(text, SIGNALS)).toBeNull();
  });

  it.each([
    ['no text', '', ''],
    ['a number', '1 + 1', 'a condition must be true or false, this one is of type int'],
    ['something of any type', 'request.inputs.dry', 'a condition must be true or false, this one is of type dyn'],
    ['an unknown variable', 'person.name == "x"', 'person'],
    ['an unknown field', 'request.length > duration("1h")', 'No such key: length'],
    ['an undeclared signal', 'signals.weather == "rain"', 'No such key: weather'],
    ['types that do not go together', 'history.live == "1"', 'no such overload: int == string'],
    [
      'a regular expression',
      'request.reason.matches("(a+)+b")',
      'the function `matches` is not available in conditions',
    ],
    ['hours in a zone', 'now.getHours("Europe/Berlin") < 18', '`getHours` takes no time zone here'],
    [
      'an instant without an offset',
      'now < timestamp("2026-11-23T10:00:00.0")',
      '`timestamp` takes one instant with an offset',
    ],
    ['an instant from the request', 'now < timestamp(request.reason)', '`timestamp` takes one instant with an offset'],
    ['a number as an instant', 'now < timestamp(5)', '`timestamp` takes one instant with an offset'],
    ['all signals at once', '[signals].size() == 1', 'signals are read by name'],
    ['a signal by its index', 'signals["incident"] == true', 'signals are read by name'],
    ['the names of types', 'google.protobuf == google.protobuf', '`google` is not a variable here'],
    [
      'a binding that doubles',
      'cel.bind(x, request.reason + request.reason, size(x) > 1)',
      'the function `bind` is not available',
    ],
    ['a macro in its other form', '[1].map(x, x > 0, x).size() > 0', '`map` does not take 3 arguments'],
    ['three nested macros', '[1].all(a, [1].all(b, [1].all(c, a + b + c > 0)))', '`all` may be nested at most 2 deep'],
    ['a function below a signal', 'signals.phase.matches("x")', '`matches` is not available'],
    ['a long text', `true || ${'x'.repeat(2000)}`, 'a condition has at most 2000 characters, this one has 2008'],
    ['a deep text', `${'('.repeat(60)}true${')'.repeat(60)}`, ''],
    ['a long list', `1 in [${Array.from({ length: 60 }, () => '1').join(',')}]`, ''],
  ])('refuses %s', (_, text, why) => {
    const problem = checkCondition(text, SIGNALS);
    expect(problem).not.toBeNull();
    expect(problem).toContain(why);
    expect(problem).not.toContain('\n');
  });

  it('takes the types of the signals from the organisation', () => {
    expect(checkCondition('signals.load > 1', { load: 'int' })).toBeNull();
    expect(checkCondition('signals.load > 1', { load: 'string' })).not.toBeNull();
  });
});
