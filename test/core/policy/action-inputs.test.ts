import { describe, expect, it } from 'vitest';
import type { Action, ActionRequest } from '../../../core/document/documents.ts';
import { inputIssues } from '../../../core/policy/action-inputs.ts';

const PATH = 'requests/checkout/restart/x.yaml';
const ACTION: Action = {
  name: 'restart',
  runs: { repository: 'acme/ops', workflow: 'restart.yml', ref: 'main' },
  inputs: {
    count: { type: 'integer', maxLength: 100, required: false },
    dry: { type: 'boolean', maxLength: 100, required: false },
    name: { type: 'string', maxLength: 8, required: false },
    region: { enum: ['eu', 'us'], required: true },
  },
};

function found(inputs: ActionRequest['inputs'], action: Action = ACTION) {
  const request: ActionRequest = {
    kind: 'ActionRequest',
    path: { path: PATH, resource: 'checkout', entitlement: 'restart', slug: 'x' },
    reason: 'Memory is full',
    ticket: null,
    subject: null,
    starts: null,
    startsBy: null,
    places: {},
    within: 60_000,
    inputs,
  };
  return inputIssues(action, request).map(({ message, found, expected, fix }) => [message, found, expected, fix]);
}

describe('an input', () => {
  it.each([
    ['a whole number', { count: 3 }],
    ['a yes or no', { dry: false }],
    ['text as long as it may be', { name: 'exactly8' }],
    ['one of a list', { region: 'us' }],
  ])('may be %s where that is wanted', (_, inputs) => {
    expect(found({ region: 'eu', ...inputs })).toEqual([]);
  });

  it.each([
    ['text for a whole number', { count: '3' }, '`count` is not allowed', '3', 'a whole number'],
    ['a fraction for a whole number', { count: 3.5 }, '`count` is not allowed', '3.5', 'a whole number'],
    ['a number for a yes or no', { dry: 1 }, '`dry` is not allowed', '1', 'true or false'],
    ['text for a yes or no', { dry: 'true' }, '`dry` is not allowed', 'true', 'true or false'],
    ['a number for text', { name: 5 }, '`name` is not allowed', '5', 'text of at most 8 characters'],
    [
      'text that is too long',
      { name: 'nine char' },
      '`name` is not allowed',
      'nine char',
      'text of at most 8 characters',
    ],
    ['what is not on the list', { region: 'mars' }, '`region` is not allowed', 'mars', 'one of eu, us'],
  ])('is refused as %s', (_, inputs, message, given, expected) => {
    const [[name]] = Object.entries(inputs) as [[string, unknown]];
    expect(found({ region: 'eu', ...inputs })).toEqual([[message, given, expected, `set \`${name}\` to ${expected}`]]);
  });

  it('that is required is asked for by its rule', () => {
    expect(found({})).toEqual([
      ['the input `region` is missing', null, 'one of eu, us', 'set `region` to one of eu, us'],
    ]);
  });

  it('that the action does not have is refused by name, sorted, with those that it has', () => {
    const known = 'one of count, dry, name, region';
    expect(found({ zone: 'a', region: 'eu', force: true })).toEqual([
      ['`restart` has no input `force`', 'force', known, 'remove `force`'],
      ['`restart` has no input `zone`', 'zone', known, 'remove `zone`'],
    ]);
    expect(found({ zone: 'a' }, { ...ACTION, inputs: {} })).toEqual([
      ['`restart` has no input `zone`', 'zone', 'no inputs', 'remove `zone`'],
    ]);
  });
});
