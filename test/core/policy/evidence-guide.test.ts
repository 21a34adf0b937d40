/** The worked example of `docs/guides/evidence.md`: each row of its table, tried. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { decide } from '../../../core/policy/decide.ts';
import { parseEvidence } from '../../../core/policy/parse-evidence.ts';
import { codesOf } from '../../support/decisions.ts';

const ROOT = new URL('../../../', import.meta.url);
const guide = readFileSync(new URL('docs/guides/evidence.md', ROOT), 'utf8');

/** As plain JSON, to be changed as a reader would. */
function example() {
  return JSON.parse(readFileSync(new URL('test/cases/one-level/evidence.json', ROOT), 'utf8'));
}

type Json = ReturnType<typeof example>;

it.each<readonly [row: string, change: (json: Json) => unknown, verdict: string, code: string]>([
  [
    'reviews[0].commitId',
    (json) => Object.assign(json.reviews[0], { commitId: '0'.repeat(40) }),
    'pending',
    'review-stale',
  ],
  ['reviews[0].user.id', (json) => Object.assign(json.reviews[0].user, { id: 1001 }), 'pending', 'review-by-requester'],
  ['`"1h"`', (json) => Object.assign(json.reviews[0], { limit: '1h' }), 'allow', 'duration-limited'],
  ['`"an hour"`', (json) => Object.assign(json.reviews[0], { limit: 'an hour' }), 'pending', 'review-limit-malformed'],
  [
    'duration: 3d',
    (json) => Object.assign(json.changes[0], { text: json.changes[0].text.replace('2h', '3d') }),
    'deny',
    'duration-over-max',
  ],
  [
    'pullRequest.changedFiles',
    (json) => Object.assign(json.pullRequest, { changedFiles: 2 }),
    'invalid',
    'pull-request-truncated',
  ],
  [
    '`pushers`: add',
    (json) => json.pushers.push({ id: 1002, login: 'bob', type: 'User' }),
    'pending',
    'review-by-pusher',
  ],
  ['`teams.orders`: removed', (json) => delete json.teams.orders, 'fault', 'membership-unknown'],
  ['`members`: `null`', (json) => Object.assign(json, { members: null }), 'fault', 'membership-unknown'],
  [
    'remove `policies/organization.yaml`',
    (json) => {
      const kept = json.governing.files.filter((file: { path: string }) => file.path !== 'policies/organization.yaml');
      Object.assign(json.governing, { files: kept });
    },
    'fault',
    'governance-invalid',
  ],
])('%s', (row, change, verdict, code) => {
  const line = guide.split('\n').find((one) => one.startsWith('|') && one.includes(row));
  expect(line).toContain(`\`${verdict}\``);
  expect(line).toContain(code);
  const json = example();
  change(json);
  const parsed = parseEvidence(json);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  const decision = decide(parsed.value);
  expect(decision.verdict).toBe(verdict);
  expect(codesOf(decision)).toContain(code);
});
