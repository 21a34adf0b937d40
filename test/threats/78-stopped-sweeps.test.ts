/** Whoever may write can cancel runs, start others, and switch the workflow off: the app’s clock believes none of it. */
import { expect } from 'vitest';
import { tick } from '../../app/clock.ts';
import { MINUTE } from '../../core/time.ts';
import { ACTIONS, type ClockUnderTest, end, held } from '../support/clock-in-memory.ts';
import { httpError, REPOSITORY } from '../support/memory-github.ts';
import { grantRead } from '../support/sweep-steps.ts';
import { threat } from './threat.ts';

/** Looks as often as the clock asks for, each time after `meddle`, for so long. */
async function lookFor(clock: ClockUnderTest, milliseconds: number, meddle: () => void): Promise<void> {
  let wait = 0;
  for (let passed = 0; passed <= milliseconds; passed += wait * 1000) {
    wait = await clock.after(wait * 1000);
    meddle();
  }
}

const cancel = (clock: ClockUnderTest) => () => {
  if (clock.runs.at(-1)?.status === 'queued') end(clock, 'cancelled');
};

threat(78, 'each run that is cancelled is followed by another, until one takes the grant back', async () => {
  const clock = await held('20m');
  clock.world.advance(20 * MINUTE);
  await lookFor(clock, 10 * MINUTE, cancel(clock));
  const ended = clock.runs.filter(({ conclusion }) => conclusion === 'cancelled');
  expect(ended.length).toBeGreaterThanOrEqual(5);
  expect(clock.world.target.held.size).toBe(1);
  // Nobody cancels any more: the next one does its work, and nothing is owed.
  await lookFor(clock, 10 * MINUTE, () => {});
  expect(clock.runs).toHaveLength(ended.length + 1);
  await clock.world.sweep();
  end(clock, 'success');
  await clock.after(MINUTE);
  expect(clock.world.target.held.size).toBe(0);
  expect(clock.gate.clock.owedSince).toBeNull();
});

threat(78, 'where every run is cancelled, people are told, and told again as it gets worse', async () => {
  const clock = await held('20m');
  const told: string[] = [];
  Object.assign(clock.gate, { tell: () => told.push(clock.alarms().join()) });
  clock.world.advance(20 * MINUTE);
  await lookFor(clock, 100 * MINUTE, cancel(clock));
  expect(clock.alarms()).toEqual(['sweep-late', 'sweep-silent']);
  expect([...new Set(told.filter(Boolean))]).toEqual(['sweep-late', 'sweep-late,sweep-silent']);
  expect(clock.gate.alarms.open.get('sweep-silent')).toMatchObject({ severity: 'critical' });
  expect(clock.gate.clock.silence).not.toBeNull();
});

threat(78, 'a flood of runs that others start, and that all end well, is taken for no sweep', async () => {
  const clock = await held('20m');
  await clock.after(0);
  grantRead(clock.world, {}, 'requests/orders-db/read-only/second.yaml');
  const head_sha = clock.world.github.git.tip(REPOSITORY.branch).sha;
  for (let id = 900; id < 950; id += 1) clock.runs.push({ id, status: 'completed', conclusion: 'success', head_sha });
  await clock.after(0);
  // The merge is given this long; then it is unread all the same.
  await clock.after(90_000);
  expect(clock.gate.clock.sent).toMatchObject({ run: 51, is: 'queued' });
  clock.world.advance(20 * MINUTE);
  await clock.after(0);
  expect(clock.runs).toHaveLength(52);
});

threat(78, 'a workflow that is switched off is switched on again, as often as it happens', async () => {
  const clock = await held('20m');
  for (const state of ['disabled_manually', 'disabled_inactivity', 'disabled_manually']) {
    if (clock.runs.length > 0) end(clock, 'cancelled');
    const before = clock.runs.length;
    Object.assign(clock.workflow, { state });
    clock.world.advance(20 * MINUTE);
    await lookFor(clock, MINUTE, () => {});
    expect([clock.workflow.state, clock.runs.length]).toEqual(['active', before + 1]);
  }
});

threat(78, 'where the app may not switch it on, a person is told by name what to do', async () => {
  const clock = await held('20m');
  clock.workflow.state = 'disabled_manually';
  clock.broken.set(
    `PUT ${ACTIONS}/workflows/{workflow_id}/enable`,
    httpError(403, 'Resource not accessible by integration'),
  );
  const told: string[] = [];
  clock.world.advance(20 * MINUTE);
  await tick(Object.assign(clock.gate, { tell: () => told.push(clock.alarms().join()) }));
  expect(clock.alarms()).toContain('sweep-off');
  expect(clock.gate.alarms.open.get('sweep-off')?.next).toContain('gh workflow enable gatepass.yml');
  expect(told.join()).toContain('sweep-off');
  clock.broken.clear();
  await lookFor(clock, 5 * MINUTE, () => {});
  expect(clock.alarms()).not.toContain('sweep-off');
  expect(clock.runs).toHaveLength(1);
});
