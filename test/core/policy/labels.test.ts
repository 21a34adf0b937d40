import { expect, it } from 'vitest';
import { labelOf, listed } from '../../../core/policy/labels.ts';
import { settingOf } from '../../support/ask.ts';
import { NOW, REQUEST } from '../../support/evidence.ts';

it.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('lists %j as “%s”', (items, text) => {
  expect(listed(items)).toBe(text);
});

it.each([
  ['owner', 'the owner (team:orders)'],
  ['owner-rota', 'the owner’s on-call (team:orders)'],
  ['codeowners', 'code owners (team:orders)'],
  ['any-rota', 'anyone on call'],
] as const)('calls `%s` by who it is: %s', (kind, label) => {
  const setting = settingOf();
  const resource = setting.governance.resources['orders-db'] ?? null;
  expect(labelOf([{ kind }], { setting, resource, path: REQUEST, at: NOW })).toBe(label);
});
