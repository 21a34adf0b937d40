import { describe, expect, it } from 'vitest';
import { condition, interpolate } from '../../../hub/actions/expression.ts';

const CONTEXTS = {
  github: { ref: 'refs/heads/main', event: { inputs: { region: 'eu-west-1' }, commits: [] }, event_name: 'push' },
  inputs: { region: 'eu-west-1', dry: false, count: 2 },
  secrets: { PG_ADMIN: 'hunter2' },
};
const CALM = { failed: false, cancelled: false };

describe('expressions', () => {
  it.each([
    ['a path', '${{ github.event.inputs.region }}', 'eu-west-1'],
    ['text around it', 'restart ${{ inputs.region }} [${{ inputs.count }}]', 'restart eu-west-1 [2]'],
    ['an absent property as nothing', '[${{ inputs.missing.deeper }}]', '[]'],
    ['a secret without regard to case', '${{ secrets.pg_admin }}', 'hunter2'],
    ['`||` as a default', "${{ inputs.missing || 'none' }}", 'none'],
    ['`&&` as a choice', "${{ github.event_name == 'push' && 'yes' || 'no' }}", 'yes'],
    ['text compared without case', "${{ github.event_name == 'PUSH' }}", 'true'],
    ['a number compared with text', "${{ inputs.count == '2' }}", 'true'],
    ['a quote inside text', "${{ 'it''s' }}", "it's"],
    [
      'functions',
      "${{ startsWith(github.ref, 'refs/heads/') }} ${{ contains(github.ref, 'MAIN') }} ${{ format('{0}-{1}', 1, 'a') }}",
      'true true 1-a',
    ],
    ['a boolean', '${{ !inputs.dry }}', 'true'],
    ['a list by its kind', '${{ github.event.commits }}', 'Array'],
  ])('prints %s', (_, text, expected) => {
    expect(interpolate(text, CONTEXTS)).toBe(expected);
  });

  it.each([
    ['an unknown context', '${{ steps.a.outputs.b }}', /no context `steps`/],
    ['an unknown function', "${{ hashFiles('**') }}", /`hashFiles` is not supported/],
    ['an index', '${{ github.event.commits[0] }}', /not supported/],
    ['arithmetic', '${{ inputs.count + 1 }}', /not supported/],
    ['an open end', '${{ inputs.count == }}', /expected a value/],
  ])('refuses %s', (_, text, message) => {
    expect(() => interpolate(text, CONTEXTS)).toThrow(message);
  });

  it.each([
    ['nothing said, all well', undefined, CALM, true],
    ['nothing said, after a failure', undefined, { failed: true, cancelled: false }, false],
    ['a plain condition, after a failure', "github.event_name == 'push'", { failed: true, cancelled: false }, false],
    ['`always()`, after a cancellation', 'always()', { failed: false, cancelled: true }, true],
    ['`failure()`, all well', '${{ failure() }}', CALM, false],
    ['`failure()` and more', "failure() && github.event_name == 'push'", { failed: true, cancelled: false }, true],
    ['a condition that does not hold', "inputs.region == 'us'", CALM, false],
  ])('decides whether a step runs: %s', (_, source, progress, expected) => {
    expect(condition(source, CONTEXTS, progress)).toBe(expected);
  });
});
