import { mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALICE, aWorld, type World } from './world.ts';

const SWEEP = '.github/workflows/sweep.yml';
const sweep = (job: string, top = '') => `name: sweep
on:
  push: { branches: [main] }
  schedule: [{ cron: '7,22,37,52 * * * *' }]
  repository_dispatch: { types: [wake] }
  workflow_dispatch:
    inputs:
      region: { required: true, type: choice, options: [eu-west-1, us-east-1] }
      loud: { type: boolean, default: true }
      gatepass: {}
${top}
jobs:
  go:
    runs-on: ubuntu-latest
${job}
`;
const ECHO = '    steps: [{ run: "echo ran ${{ github.event_name }}" }]';
const FIXTURE_STEPS = `    environment: production
    env: { LEVEL: job, KEY: '\${{ secrets.KEY }}' }
    steps:
      - id: say
        uses: acme/gatepass/action@0123456789012345678901234567890123456789
        with: { greeting: 'hi \${{ github.actor }}', private-key: '\${{ secrets.KEY }}' }
        env: { LEVEL: step }
      - run: |
          echo "it said \${{ steps.say.outputs.said }} at $LEVEL"
          echo "token \${{ github.token }} \${{ secrets.SHARED }}"
`;

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => world.close());

const runsOf = (): ReturnType<World['runner']['runs']> => world.runner.runs(world.repository);
const told = (event: string): unknown[] =>
  world.told.filter((one) => one.event === event).map(({ payload }) => payload['action']);
async function pushed(workflow: string): Promise<void> {
  await world.push({ [SWEEP]: workflow });
  await world.runner.idle();
}
async function dispatch(inputs: Record<string, unknown>, ref = 'main') {
  const found = await world.runner.registry.find(world.repository, 'sweep.yml');
  if (found === null) throw new Error('no sweep.yml');
  return world.runner.dispatch(world.repository, found, ref, inputs, ALICE);
}

describe('a run', () => {
  it('executes an action in a child process with inputs, secrets, outputs, summary and annotations', async () => {
    await pushed(sweep(FIXTURE_STEPS));
    const [run] = runsOf();
    expect(run).toMatchObject({ event: 'push', status: 'completed', conclusion: 'success', actor: 'alice' });
    expect(run?.outputs).toMatchObject({ said: 'hi alice', lines: 'one\ntwo' });
    expect(run?.summary).toBe('# hi alice\n');
    expect(run?.log).toContain('it said hi alice at job');
    expect(run?.log).toContain('post begun=yes');
    expect(run?.annotations).toEqual([
      {
        level: 'error',
        file: 'requests/a.yaml',
        line: 3,
        title: 'too long',
        message: '3d is more than 2h\nask for less',
      },
    ]);
    expect(run?.createdAt).toBe('2026-11-23T10:00:00.000Z');
    expect(told('workflow_run')).toEqual(['requested', 'in_progress', 'completed']);
  });

  it('hides every secret and the token in its log', async () => {
    await pushed(sweep(FIXTURE_STEPS));
    const log = runsOf()[0]?.log ?? '';
    expect(log).toContain('token *** ***');
    expect(log).not.toMatch(/first-line|second-line|shared-secret-value|ghs_token|derived-secret/);
  });

  it('gives a child nothing of the environment of the hub but PATH', async () => {
    process.env['LEAK_ME'] = 'leaked';
    await pushed(sweep(FIXTURE_STEPS));
    delete process.env['LEAK_ME'];
    const line =
      runsOf()[0]
        ?.log.split('\n')
        .find((each) => each.startsWith('env ')) ?? 'env {}';
    const { names, event, repository } = JSON.parse(line.slice(4));
    expect(names.filter((name: string) => !/^(GITHUB|RUNNER|INPUT)_/.test(name))).toEqual([
      'CI',
      'HOME',
      'KEY',
      'LEVEL',
      'PATH',
    ]);
    expect(names).toEqual(
      expect.arrayContaining([
        'GITHUB_API_URL',
        'GITHUB_EVENT_PATH',
        'GITHUB_REPOSITORY_ID',
        'GITHUB_STEP_SUMMARY',
        'INPUT_GREETING',
        'INPUT_PRIVATE-KEY',
      ]),
    );
    expect(names).not.toContain('GITHUB_TOKEN');
    expect(event).toMatchObject({ ref: 'refs/heads/main' });
    expect(repository).toBe('acme/ops');
  });

  it('takes the defaults of the action and fails with its status', async () => {
    await pushed(
      sweep(
        "    steps: [{ id: a, uses: acme/gatepass/action@v1, with: { private-key: x } }, { run: 'echo ${{ steps.a.outputs.said }}' }]",
      ),
    );
    expect(runsOf()[0]?.outputs['said']).toBe('hello from acme/ops');
    await pushed(
      sweep(
        '    steps: [{ uses: acme/gatepass/action@v1, with: { greeting: fail, private-key: x } }, { run: echo never }, { if: always(), run: echo at last }]',
      ),
    );
    expect(runsOf()[1]).toMatchObject({ conclusion: 'failure' });
    expect(runsOf()[1]?.log).toContain('Process completed with exit code 3.');
    expect(runsOf()[1]?.log).not.toContain('never');
    expect(runsOf()[1]?.log).toContain('at last');
  });

  it('has a token with the permissions that the workflow names, and no more', async () => {
    await pushed(sweep(ECHO, 'permissions: {}'));
    await pushed(sweep(`    permissions: { checks: write }\n${ECHO}`, 'permissions: { contents: read }'));
    await pushed(sweep(ECHO));
    expect(world.minted).toEqual([
      { metadata: 'read' },
      { checks: 'write', metadata: 'read' },
      { contents: 'read', metadata: 'read', packages: 'read' },
    ]);
  });

  it('lets any branch use an environment that nobody limited', async () => {
    world.repository.environments.set('production', { id: 1, createdAt: world.hub.clock.now(), branches: null });
    await pushed(sweep(FIXTURE_STEPS));
    await world.push({ 'a.txt': 'a' }, 'topic');
    await dispatch({ region: 'eu-west-1' }, 'topic');
    await world.runner.idle();
    expect(runsOf()[1]?.log).not.toContain('is not allowed to deploy');
  });

  it('starts the default branch’s file for a pull request or a comment, and only for its types', async () => {
    const gate = (words: string) => `name: gate
on:
  pull_request_target: { types: [opened, edited] }
  issue_comment: { types: [created] }
jobs:
  judge:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${words} \${{ github.event_name }} \${{ github.head_ref }} \${{ github.ref }}"
`;
    await world.push({ '.github/workflows/gate.yml': gate('ours') });
    await world.push({ '.github/workflows/gate.yml': gate('theirs') }, 'topic');
    const happens = async (event: string, action: string, sender: { readonly id: number } = ALICE) => {
      const pull_request = { number: 1, head: { ref: 'topic' }, base: { ref: 'main' } };
      const payload = { action, ...(event === 'pull_request' ? { pull_request } : {}), sender };
      world.hub.emit(event, payload, { repository: world.repository, sender: ALICE });
      await world.runner.idle();
    };
    await happens('pull_request', 'opened');
    await happens('pull_request', 'closed');
    await happens('issue_comment', 'created');
    await happens('issue_comment', 'edited');
    await happens('pull_request', 'edited', { id: 41898282 });
    expect(runsOf().map(({ event, log }) => [event, log])).toEqual([
      ['pull_request_target', 'ours pull_request_target topic refs/heads/main\n'],
      ['issue_comment', 'ours issue_comment  refs/heads/main\n'],
    ]);
  });

  it('gets the secrets of an environment only from the default branch', async () => {
    await pushed(sweep(FIXTURE_STEPS));
    await world.push({ 'a.txt': 'a' }, 'topic');
    await dispatch({ region: 'eu-west-1' }, 'topic');
    await world.runner.idle();
    expect(runsOf()[1]).toMatchObject({ headBranch: 'topic', conclusion: 'failure' });
    expect(runsOf()[1]?.log).toContain('Branch "topic" is not allowed to deploy to production');
  });

  it('fails at its start when its file is not understood, and says why', async () => {
    await pushed('on: push\njobs: { go: { runs-on: x, container: y, steps: [] } }');
    expect(runsOf()[0]).toMatchObject({ conclusion: 'startup_failure', status: 'completed' });
    expect(runsOf()[0]?.log).toContain('`container` is not supported');
  });

  it('refuses an action that is not on this machine', async () => {
    await pushed(sweep('    steps: [{ uses: actions/checkout@v6 }]'));
    expect(runsOf()[0]).toMatchObject({ conclusion: 'failure' });
    expect(runsOf()[0]?.log).toContain('Unable to resolve action `actions/checkout@v6`');
  });

  it('ends when its time is up', async () => {
    await pushed(
      sweep(`    timeout-minutes: 0.002\n    steps: [{ run: sleep 30 }, { if: always(), run: echo tidied }]`),
    );
    expect(runsOf()[0]).toMatchObject({ conclusion: 'cancelled', log: expect.stringContaining('tidied') });
  });

  it('runs jobs after those they need, with their outputs, one for each matrix row', async () => {
    const jobs = `    outputs: { found: '\${{ steps.a.outputs.n }}' }
    steps: [{ id: a, run: echo n=7 >> $GITHUB_OUTPUT }]
  then:
    needs: go
    runs-on: x
    strategy: { fail-fast: false, matrix: { zone: [eu, us] } }
    steps: [{ run: 'echo \${{ matrix.zone }} \${{ needs.go.outputs.found }}' }]
  never:
    needs: [then]
    if: needs.then.result == 'failure'
    runs-on: x
    steps: [{ run: echo wrong }]`;
    await pushed(sweep(jobs));
    expect(runsOf()[0]?.conclusion).toBe('success');
    expect(runsOf()[0]?.log).toMatch(/eu 7\n[\s\S]*us 7\n/);
    expect(
      world.runner.runRecords(world.repository)[0]?.jobs.map(({ name, conclusion }) => `${name} ${conclusion}`),
    ).toEqual(['go success', 'then (eu) success', 'then (us) success', 'never skipped']);
  });
});

describe('a dispatch', () => {
  beforeEach(() =>
    pushed(
      sweep(
        '    steps: [{ run: "echo ${{ inputs.region }} ${{ inputs.loud }} ${{ github.event.inputs.loud }}" }]',
        'run-name: restart ${{ inputs.region }} [${{ inputs.gatepass }}]',
      ),
    ),
  );

  it('names its run and passes its inputs', async () => {
    const run = await dispatch({ region: 'us-east-1', gatepass: 'g-1' });
    await world.runner.idle();
    expect(run.title).toBe('restart us-east-1 [g-1]');
    expect(runsOf()[1]).toMatchObject({ id: run.id, event: 'workflow_dispatch', conclusion: 'success' });
    expect(runsOf()[1]?.log).toBe('us-east-1 true true\n');
  });

  it.each([
    ['an unknown input', { region: 'eu-west-1', zone: 'x' }, 'main', 'Unexpected inputs provided: ["zone"]'],
    ['a missing input', {}, 'main', "Required input 'region' not provided"],
    ['a value outside the choice', { region: 'mars' }, 'main', "Provided value 'mars' for input 'region'"],
    ['an unknown ref', { region: 'eu-west-1' }, 'nowhere', 'No ref found for: nowhere'],
  ])('is refused for %s', async (_, inputs, ref, message) => {
    await expect(dispatch(inputs, ref)).rejects.toThrow(message);
  });

  it('is refused while the workflow is disabled, or without the trigger', async () => {
    const found = await world.runner.registry.find(world.repository, 'sweep.yml');
    if (found !== null) found.state = 'disabled_inactivity';
    await expect(dispatch({ region: 'eu-west-1' })).rejects.toThrow('on a disabled workflow');
    if (found !== null) found.state = 'active';
    await pushed(`on: push\njobs: { go: { runs-on: x, steps: [{ run: echo }] } }`);
    await expect(dispatch({})).rejects.toThrow("does not have 'workflow_dispatch' trigger");
  });

  it('of the repository starts the workflows that listen to its type', async () => {
    await world.runner.repositoryDispatch(world.repository, 'sleep', {}, ALICE);
    await world.runner.repositoryDispatch(world.repository, 'wake', { why: 'due' }, ALICE);
    await world.runner.idle();
    expect(runsOf().map(({ event }) => event)).toEqual(['push', 'repository_dispatch']);
  });
});

describe('a schedule', () => {
  beforeEach(() => pushed(sweep(ECHO)));
  const scheduled = (): string[] =>
    runsOf()
      .filter(({ event }) => event === 'schedule')
      .map(({ createdAt }) => createdAt.slice(11, 16));

  it('fires each tick in order as the clock advances', async () => {
    await world.hub.clock.advance(60 * 60_000);
    expect(scheduled()).toEqual(['10:07', '10:22', '10:37', '10:52']);
    expect(world.hub.clock.now()).toBe('2026-11-23T11:00:00.000Z');
    expect(runsOf()[1]).toMatchObject({ actor: 'alice', conclusion: 'success', headBranch: 'main' });
  });

  it('loses ticks and runs others late, on demand', async () => {
    world.runner.faults.schedule = (_, __, at) =>
      at.includes('10:07') ? 'drop' : at.includes('10:22') ? { delay: 43 * 60_000 } : 'fire';
    await world.hub.clock.advance(60 * 60_000);
    expect(scheduled()).toEqual(['10:37', '10:52']);
    await world.hub.clock.advance(10 * 60_000);
    expect(scheduled()).toEqual(['10:37', '10:52', '11:05', '11:07']);
  });

  it('stops while the workflow is disabled', async () => {
    const found = await world.runner.registry.find(world.repository, 'sweep.yml');
    if (found !== null) found.state = 'disabled_inactivity';
    await world.hub.clock.advance(60 * 60_000);
    expect(scheduled()).toEqual([]);
  });
});

describe('pushes', () => {
  it('start nothing when they are of a workflow, of another branch, deletions, or suppressed', async () => {
    const sha = await world.push({ [SWEEP]: sweep(ECHO) }, 'topic');
    const move = { repository: world.repository, ref: 'refs/heads/main', before: sha, after: sha, actor: ALICE };
    world.runner.onPush({ ...move, byWorkflow: true });
    world.runner.onPush({ ...move, after: '0'.repeat(40), byWorkflow: false });
    world.runner.faults.suppressPush = () => true;
    world.runner.onPush({ ...move, byWorkflow: false });
    await world.runner.idle();
    expect(runsOf()).toEqual([]);
    world.runner.faults.suppressPush = () => false;
    world.runner.onPush({ ...move, byWorkflow: false });
    await world.runner.idle();
    expect(runsOf()).toHaveLength(1);
  });
});

describe('concurrency', () => {
  const wait = '    steps: [{ run: "until [ -e $GITHUB_WORKSPACE/../../go ]; do sleep 0.05; done; echo ran" }]';
  const states = (): string[] => runsOf().map(({ status, conclusion }) => conclusion ?? status);
  function release(): void {
    for (const run of runsOf()) {
      mkdirSync(`${world.hub.directory}/actions/${run.id}`, { recursive: true });
      writeFileSync(`${world.hub.directory}/actions/${run.id}/go`, '');
    }
  }
  async function three(top: string): Promise<void> {
    await world.push({ [SWEEP]: sweep(wait, top) });
    await world.push({ 'a.txt': '1' });
    await world.push({ 'a.txt': '2' });
    await expect.poll(() => runsOf().length).toBe(3);
  }

  it('keeps one running and one waiting; a newer one cancels the older that waits', async () => {
    await three('concurrency: { group: gatepass-sweep, cancel-in-progress: false }');
    expect(states()).toEqual(['in_progress', 'cancelled', 'pending']);
    release();
    await world.runner.idle();
    expect(states()).toEqual(['success', 'cancelled', 'success']);
  });

  it('keeps all that wait with `queue: max`', async () => {
    await three('concurrency: { group: gatepass-sweep, queue: max }');
    expect(states()).toEqual(['in_progress', 'pending', 'pending']);
    release();
    await world.runner.idle();
    expect(states()).toEqual(['success', 'success', 'success']);
  });

  it('cancels a run that waits or goes on, and kills one with its machine', async () => {
    await three('concurrency: { group: gatepass-sweep, queue: max }');
    const [first, second, third] = world.runner.runRecords(world.repository);
    if (first === undefined || second === undefined || third === undefined) throw new Error('three runs expected');
    world.runner.cancel(second);
    world.runner.cancel(first);
    await expect.poll(states).toEqual(['cancelled', 'cancelled', 'in_progress']);
    await expect.poll(() => world.runner.kill(third.id)).toBe(true);
    await world.runner.idle();
    expect(states()).toEqual(['cancelled', 'cancelled', 'failure']);
    expect(runsOf()[2]?.log).toContain('lost communication');
  });

  it('can be killed at a line of its log', async () => {
    world.runner.faults.onLine = (_, line) => (line === 'two' ? 'kill' : 'run');
    await pushed(sweep("    steps: [{ run: 'echo one; echo two; sleep 30' }, { if: always(), run: echo three }]"));
    expect(runsOf()[0]).toMatchObject({ conclusion: 'failure' });
    expect(runsOf()[0]?.log).not.toContain('three');
  });
});
