import { describe, expect, it } from 'vitest';
import { parseWorkflow } from '../../../hub/actions/workflow-file.ts';

const PATH = '.github/workflows/a.yml';
const parse = (on: string, job = '', top = '') =>
  parseWorkflow(
    PATH,
    `on: ${on}\n${top}\njobs:\n  go:\n    runs-on: ubuntu-latest\n${job}\n    steps: [{ run: echo }]\n`,
  );

describe('a workflow file', () => {
  it('is read into triggers, jobs and steps', () => {
    const workflow = parse('{ push: { branches: [main] }, schedule: [{ cron: "7 * * * *" }], workflow_dispatch: }');
    expect(workflow.on.push?.branches).toEqual(['main']);
    expect(workflow.on.schedule.map(({ text }) => text)).toEqual(['7 * * * *']);
    expect(workflow.on.dispatch).toEqual({});
    expect(workflow.name).toBe(PATH);
    expect(workflow.jobs[0]?.steps[0]?.run).toBe('echo');
  });

  it('gives nothing but metadata for empty permissions', () => {
    expect(parse('push', '', 'permissions: {}').permissions).toEqual({ metadata: 'read' });
    expect(parse('push').permissions).toBeNull();
    expect(
      parse('push', '    permissions: { contents: read, pull-requests: write, issues: none }').jobs[0]?.permissions,
    ).toEqual({
      contents: 'read',
      pull_requests: 'write',
      metadata: 'read',
    });
  });

  it('crosses the axes of a matrix', () => {
    const rows = parse('push', '    strategy: { fail-fast: false, matrix: { zone: [a, b], os: [x] } }').jobs[0]?.matrix;
    expect(rows).toEqual([
      { zone: 'a', os: 'x' },
      { zone: 'b', os: 'x' },
    ]);
    expect(
      parse('push', '    strategy: { fail-fast: false, matrix: { include: [{ zone: a, label: l }] } }').jobs[0]?.matrix,
    ).toEqual([{ zone: 'a', label: 'l' }]);
  });

  it.each([
    ['an unknown event', 'pull_request_review', '', '', /`pull_request_review` is not supported/],
    ['an unknown key of a job', 'push', '    container: node', '', /jobs.go: `container` is not supported/],
    ['an unknown key at the top', 'push', '', 'concurency: x', /`concurency` is not supported/],
    ['an unknown level', 'push', '', 'permissions: { contents: admin }', /permissions.contents: no level `admin`/],
    [
      'a queue beside cancelling',
      'push',
      '',
      'concurrency: { group: a, queue: max, cancel-in-progress: true }',
      /cannot be combined/,
    ],
    ['a matrix that fails fast', 'push', '    strategy: { matrix: { a: [1] } }', '', /only `fail-fast: false`/],
    ['a job that cancels others', 'push', '    concurrency: { group: a, cancel-in-progress: true }', '', /of a job/],
    ['a bad cron', '{ schedule: [{ cron: "61 * * * *" }] }', '', '', /not within 0 to 59/],
  ])('is refused for %s', (_, on, job, top, message) => {
    expect(() => parse(on, job, top)).toThrow(message);
  });
});
