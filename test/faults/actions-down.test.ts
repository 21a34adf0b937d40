/** GitHub Actions starts nothing, or not what it was asked to. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { unwitnessed } from '../support/acme.ts';
import { freshAction } from '../support/fresh-action.ts';
import { asInstallation, refusal } from '../support/hub.ts';
import { sweepProcess } from '../support/sweep-process.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';
import { fault } from './fault.ts';

let acme: SweptAcme | null = null;

afterEach(async () => {
  await acme?.running.stop();
  acme = null;
});

describe('the whole of Actions', () => {
  fault(7, 'for eleven hours: the same sweep ends grants from anywhere, and begins none', async () => {
    acme = await sweptAcme();
    const { hub } = acme;
    await acme.grant('payouts', '1h');
    expect((await sweepProcess(acme, [])).code).toBe(0);
    expect(await acme.members()).toEqual(['alice']);
    // From here on nothing starts: no push, no schedule (`sweptAcme` drops them), and no dispatch.
    hub.faults.answer({ method: 'POST', path: /\/dispatches$/ }, 503, 1000);
    const dispatch = asInstallation(hub, acme.applier).request('POST /repos/{owner}/{repo}/dispatches', {
      owner: 'acme',
      repo: 'access',
      event_type: 'sweep',
    });
    expect((await refusal(dispatch)).status).toBe(503);
    await hub.clock.advance(11 * HOUR);
    await acme.grant('late', '2h', 'bob');
    await hub.clock.advance(30 * MINUTE);
    const stopped = await sweepProcess(acme, ['--revokes-only', '--json']);
    expect(JSON.parse(stopped.out)).toMatchObject({
      granted: [],
      revoked: [{ because: 'expired', result: 'done' }],
      stops: [{ key: 'revokes-only' }],
    });
    expect(await acme.members()).toEqual([]);
    expect(hub.runs('acme', 'access')).toEqual([]);
    // Actions is back, and goes on from what the ledger says.
    const back = await sweepProcess(acme, ['--json']);
    expect(JSON.parse(back.out)).toMatchObject({ granted: [{ result: 'done' }], revoked: [] });
    expect(await acme.members()).toEqual(['bob']);
    expect([...(await acme.ledger()).state.alerts.keys()]).toEqual([]);
    expect(acme.running.problems()).toEqual([]);
  });
});

describe('a run that waits for its turn', () => {
  fault(16, async () => {
    const [path, text] = Object.entries(unwitnessed())[0] ?? ['', ''];
    const flag = join(tmpdir(), `gatepass-held-${process.pid}-${Date.now()}`);
    // The first run is held before its sweep, so that the second is waiting when the third comes.
    const held = text.replace('    steps:\n', `    steps:\n      - run: until [ -e ${flag} ]; do sleep 0.05; done\n`);
    expect(held).not.toBe(text);
    acme = await sweptAcme({
      workflows: true,
      files: { [path]: held },
      actions: { 'gatepass/gatepass/action': await freshAction() },
    });
    const { hub } = acme;
    // What started the ledger's clone does not count.
    const earlier = hub.runs('acme', 'access').length;
    const merges = [
      await acme.approve('one', '1h', 'alice'),
      await acme.approve('two', '1h', 'bob'),
      await acme.approve('three', '1h', 'erin'),
    ];
    for (const [index, merge] of merges.entries()) {
      await merge();
      await startedRuns(hub, earlier + index + 1);
    }
    await writeFile(flag, '');
    await hub.idle();
    const runs = hub.runs('acme', 'access').slice(earlier);
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(['success', 'cancelled', 'success']);
    expect(await acme.members()).toEqual(['alice', 'bob', 'erin']);
    await hub.clock.advance(HOUR + 10 * MINUTE);
    await hub.idle();
    expect(await acme.members()).toEqual([]);
  });
});

/** Pushes start runs a moment later. */
async function startedRuns(hub: SweptAcme['hub'], count: number): Promise<void> {
  for (let tried = 0; hub.runs('acme', 'access').length < count; tried += 1) {
    if (tried === 400) throw new Error(`${count} runs were expected`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
