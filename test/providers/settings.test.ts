import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { assertSettings, optionalText, problemsIn, type Settings, schemaOf, textOf } from '../../providers/settings.ts';

const SETTINGS: Settings = {
  name: { type: 'string', isRequired: true, pattern: '^[a-z]+$', description: 'a name' },
  level: { type: 'string', enum: ['low', 'high'], description: 'a level' },
  port: { type: 'integer', description: 'a port' },
  loud: { type: 'boolean', description: 'whether' },
};

describe('settings', () => {
  it.each<[string, JsonObject, string[]]>([
    ['all of them', { name: 'a', level: 'low', port: 1, loud: true }, []],
    ['only what is required', { name: 'a' }, []],
    ['nothing', {}, ['it: `name` is missing']],
    ['a misspelt one', { name: 'a', prot: 1 }, ['it has no setting `prot`; there are `name`, `level`, `port`, `loud`']],
    [
      'one that every object has',
      { name: 'a', constructor: 1 },
      ['it has no setting `constructor`; there are `name`, `level`, `port`, `loud`'],
    ],
    ['a wrong type', { name: 1, port: 1.5 }, ['it: `name` is not of type string', 'it: `port` is not of type integer']],
    [
      'a wrong value',
      { name: 'A', level: 'mid' },
      ['it: `name` is `A`, which does not match ^[a-z]+$', 'it: `level` is `mid`; expected one of `low`, `high`'],
    ],
  ])('%s', (_, given, expected) => {
    expect(problemsIn('it', SETTINGS, given)).toEqual(expected);
  });

  it('throw with every problem at once', () => {
    expect(() => assertSettings('it', SETTINGS, { name: 'A', port: 'x' })).toThrow(
      /`name` is `A`.*; it: `port` is not/,
    );
    expect(() => assertSettings('it', SETTINGS, { name: 'a' })).not.toThrow();
  });

  it('have a schema', () => {
    expect(schemaOf(SETTINGS)).toEqual({
      type: 'object',
      additionalProperties: false,
      required: ['name'],
      properties: {
        name: { type: 'string', pattern: '^[a-z]+$', description: 'a name' },
        level: { type: 'string', enum: ['low', 'high'], description: 'a level' },
        port: { type: 'integer', description: 'a port' },
        loud: { type: 'boolean', description: 'whether' },
      },
    });
  });

  it('are read one by one', () => {
    expect([textOf({ name: 'a' }, 'name'), optionalText({ name: 'a' }, 'name'), optionalText({}, 'name')]).toEqual([
      'a',
      'a',
      null,
    ]);
    expect(() => textOf({ name: 1 }, 'name')).toThrow(/`name`/);
  });
});
