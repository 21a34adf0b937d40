/** Whether the inputs of an action request are those that its catalog allows, and how they are handed to the workflow. */
import type { Action, ActionRequest, InputRule } from '../document/documents.ts';
import type { Issue } from '../document/issue.ts';
import { lookup } from './lookup.ts';
import { issueAt, topOf } from './reason.ts';

export function inputIssues(action: Action, request: ActionRequest): readonly Issue[] {
  const at = lookup(request.places, 'inputs') ?? topOf(request.path.path);
  const known = Object.keys(action.inputs);
  const issues: Issue[] = [];
  for (const name of Object.keys(request.inputs)
    .filter((one) => !known.includes(one))
    .sort()) {
    issues.push(
      issueAt(at, 'input-invalid', `\`${action.name}\` has no input \`${name}\``, {
        found: name,
        expected: known.length === 0 ? 'no inputs' : `one of ${known.join(', ')}`,
        fix: `remove \`${name}\``,
      }),
    );
  }
  for (const name of known) {
    const rule = action.inputs[name] as InputRule;
    const value = lookup(request.inputs, name);
    if (value === undefined ? !rule.required : accepts(rule, value)) continue;
    issues.push(
      issueAt(
        at,
        'input-invalid',
        value === undefined ? `the input \`${name}\` is missing` : `\`${name}\` is not allowed`,
        {
          found: value === undefined ? null : String(value),
          expected: describe(rule),
          fix: `set \`${name}\` to ${describe(rule)}`,
        },
      ),
    );
  }
  return issues;
}

/** GitHub takes every workflow input as text. Sorted by name. */
export function inputTexts(request: ActionRequest): Readonly<Record<string, string>> {
  const names = Object.keys(request.inputs).sort();
  return Object.fromEntries(names.map((name) => [name, String(request.inputs[name])]));
}

function accepts(rule: InputRule, value: string | number | boolean): boolean {
  if ('enum' in rule) return rule.enum.includes(value);
  if (rule.type === 'string') return typeof value === 'string' && value.length <= rule.maxLength;
  return rule.type === 'integer' ? Number.isSafeInteger(value) : typeof value === 'boolean';
}

function describe(rule: InputRule): string {
  if ('enum' in rule) return `one of ${rule.enum.join(', ')}`;
  if (rule.type === 'string') return `text of at most ${rule.maxLength} characters`;
  return rule.type === 'integer' ? 'a whole number' : 'true or false';
}
