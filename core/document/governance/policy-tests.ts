/** Policy tests: requests and the answers they must get. Running them is the decision's business. */
import { type Instant, parseInstant } from '../../time.ts';
import type { PolicyTestCase } from '../documents.ts';
import type { Issue } from '../issue.ts';
import { isRequestPath } from '../paths.ts';
import { recordOf } from '../record.ts';
import type { WrittenPolicyTest } from '../written.ts';
import { duplicateNames, placeOf, type Source, wrongValue } from './source.ts';

export function readPolicyTests(sources: readonly Source<WrittenPolicyTest>[]): {
  tests: PolicyTestCase[];
  issues: Issue[];
} {
  return {
    tests: sources.flatMap((source) =>
      source.written.tests.map((test, index) => ({
        name: test.name,
        request: test.request,
        subject: test.subject,
        opener: test.opener ?? null,
        at: parseInstant(test.at) as Instant,
        document: test.document,
        approvedBy: test.approvedBy ?? [],
        signals: test.signals ?? {},
        teams: recordOf(Object.entries(source.written.teams ?? {})),
        expect: { verdict: test.expect.verdict, rule: test.expect.rule ?? null, reason: test.expect.reason ?? null },
        place: placeOf(source, `/tests/${index}`),
      })),
    ),
    issues: sources.flatMap((source) => [
      ...duplicateNames(source, source.written.tests, '/tests'),
      ...source.written.tests.flatMap(({ request }, index) => pathIssue(source, request, `/tests/${index}/request`)),
    ]),
  };
}

function pathIssue(source: Source<WrittenPolicyTest>, request: string, path: string): Issue[] {
  if (isRequestPath(request)) return [];
  return [
    wrongValue(source, path, {
      code: 'test-request-path',
      message: 'this is not the path of a request',
      found: request,
      expected: '`requests/<resource>/<role or action>/<name>.yaml`',
      fix: 'write it like this: `requests/orders-db/read-only/replay.yaml`',
    }),
  ];
}
