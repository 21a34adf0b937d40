/** What needs a person reaches one: the issue in the access repository, and a webhook, on the look-alike. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Body } from '../../core/ledger/entry.ts';
import { DAY, HOUR } from '../../core/time.ts';
import { type AlertReceiver, receiveAlerts } from '../support/alert-receiver.ts';
import { writeLedger } from '../support/applier.ts';
import { ACCESS, type GateWorld, startGateWorld } from '../support/gate-world.ts';

const SECRET = 'a secret that nobody guesses';
const SETTINGS = `apiVersion: gatepass/v1
kind: Settings
merge: auto
notifications: { alerts: [team:platform, person:heidi] }
`;

let world: GateWorld;
let receiver: AlertReceiver;
beforeAll(async () => {
  receiver = await receiveAlerts(SECRET);
  world = await startGateWorld({
    files: { 'policies/settings.yaml': SETTINGS },
    environment: { ALERT_WEBHOOK: receiver.url, ALERT_WEBHOOK_SECRET: SECRET },
  });
});
afterAll(async () => {
  await world.close();
  await receiver.close();
});

const opened = (key: string, severity: 'warning' | 'critical', message = `trouble at ${key}`): Body => ({
  type: 'alert',
  key,
  severity,
  message,
  next: 'look there',
});
const closed = (key: string): Body => ({ type: 'alert-closed', key });

async function issues() {
  const { data } = await world.as('heidi').issues.listForRepo({ ...ACCESS, labels: 'gatepass-alerts', state: 'all' });
  return data;
}

async function comments(number: number): Promise<readonly string[]> {
  const { data } = await world.as('heidi').issues.listComments({ ...ACCESS, issue_number: number });
  return data.map(({ body }) => body ?? '');
}

const keys = (told: readonly { readonly key: string }[] | undefined) => told?.map(({ key }) => key);

describe('alerts', () => {
  it('say nothing while nothing is wrong', async () => {
    expect(await issues()).toEqual([]);
    expect(receiver.tries).toBe(0);
  });

  it('open one issue that says what, since when and what to do, and calls whom the settings name', async () => {
    await writeLedger(world, [opened('revoke-stuck:a', 'critical'), opened('drift-added:b', 'warning')]);
    const [issue, ...more] = await issues();
    expect(more).toEqual([]);
    expect(issue?.title).toBe('Gatepass needs a person');
    expect(issue?.state).toBe('open');
    expect(issue?.body).toMatch(/^2 alerts open/);
    expect(issue?.body).toContain('@acme/platform @heidi');
    expect(issue?.body).toContain('🔴 trouble at revoke-stuck:a (since 2026-11-23 10:00 UTC, `revoke-stuck:a`)');
    expect(issue?.body).toContain('Next: look there');
  });

  it('go to the webhook once, signed, for people and for programs', async () => {
    expect(receiver.told).toHaveLength(1);
    const [told] = receiver.told;
    expect(told?.isSigned).toBe(true);
    expect(told?.mrkdwn).toBe(false);
    expect(told?.text).toMatch(
      /^Gatepass needs a person \(acme\/access\)\nNew:\n• critical: trouble at revoke-stuck:a/,
    );
    expect(keys(told?.data.opened)).toEqual(['revoke-stuck:a', 'drift-added:b']);
  });

  it('are not said again while nothing changes, by this gate or by the next', async () => {
    const [before] = await issues();
    world.calls.length = 0;
    await world.later();
    await world.restart();
    await world.later();
    expect(receiver.told).toHaveLength(1);
    expect((await issues())[0]?.updated_at).toBe(before?.updated_at);
    expect(world.calls.filter((call) => /^(?:POST|PATCH) .*\/issues/.test(call))).toEqual([]);
  });

  it('that are new and critical call people by a comment; a warning only changes the list', async () => {
    const [issue] = await issues();
    await writeLedger(world, [opened('drift-removed:c', 'warning')]);
    expect(await comments(issue?.number ?? 0)).toEqual([]);
    await writeLedger(world, [opened('history-rewritten', 'critical')]);
    const said = await comments(issue?.number ?? 0);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('@acme/platform @heidi\n\n**New**\n\n- 🔴 trouble at history-rewritten');
    expect(said[0]).not.toContain('drift-removed:c');
    expect((await issues())[0]?.body).toMatch(/^4 alerts open/);
    expect(receiver.told.map(({ data }) => keys(data.opened)).slice(1)).toEqual([
      ['drift-removed:c'],
      ['history-rewritten'],
    ]);
  });

  it('are said again every day while something critical is open', async () => {
    // Nobody sweeps here, which the gate finds out for itself.
    await world.hub.clock.advance(2 * HOUR);
    await world.later();
    expect(keys(receiver.told.at(-1)?.data.opened)).toContain('sweep-silent');
    const count = receiver.told.length;
    await world.hub.clock.advance(DAY - HOUR);
    await world.later();
    expect(receiver.told).toHaveLength(count);
    await world.hub.clock.advance(HOUR);
    await world.later();
    await world.restart();
    await world.later();
    const [daily, ...more] = receiver.told.slice(count);
    expect(more).toEqual([]);
    expect(keys(daily?.data.still)).toEqual(
      expect.arrayContaining(['history-rewritten', 'revoke-stuck:a', 'sweep-silent']),
    );
    expect((await comments((await issues())[0]?.number ?? 0)).at(-1)).toContain('**Still critical**');
  });

  it('put back what somebody else did to the issue', async () => {
    const [issue] = await issues();
    const body = (issue?.body ?? '').replace('revoke-stuck:a', 'nothing').replace(/^\d+ alerts open/, 'All is well');
    await world.as('mallory').issues.update({ ...ACCESS, issue_number: issue?.number ?? 0, body, state: 'closed' });
    await world.later();
    expect((await issues())[0]).toMatchObject({ state: 'open', body: issue?.body });
  });

  it('are told again rather than not, where somebody else wrote what the gate remembers', async () => {
    const [issue] = await issues();
    const forged = (issue?.body ?? '').replace('"history-rewritten"', '"history-rewritten:x"');
    await world.as('mallory').issues.update({ ...ACCESS, issue_number: issue?.number ?? 0, body: forged });
    const count = receiver.told.length;
    await world.restart();
    expect(keys(receiver.told.slice(count)[0]?.data.opened)).toContain('revoke-stuck:a');
    expect((await issues())[0]?.body).not.toContain('history-rewritten:x');
  });

  it('close the issue when nothing is open, and open the same one again', async () => {
    const all = ['revoke-stuck:a', 'drift-added:b', 'drift-removed:c', 'history-rewritten'];
    await writeLedger(world, all.map(closed));
    expect((await issues()).map(({ state }) => state)).toEqual(['closed']);
    expect(receiver.told.flatMap(({ data }) => data.closed)).toEqual(expect.arrayContaining(all));
    await writeLedger(world, [opened('setup-drift', 'critical')]);
    expect((await issues()).map(({ state }) => state)).toEqual(['open']);
    expect((await comments((await issues())[0]?.number ?? 0)).at(-1)).toContain('trouble at setup-drift');
    expect(receiver.told.at(-1)?.data.issue).toMatch(/\/acme\/access\/issues\/\d+$/);
  });

  it('let no text of a requester mention or format', async () => {
    await writeLedger(world, [
      opened('quarantined:x', 'critical', 'found `a` @acme/security <!channel> **x** https://evil.test'),
    ]);
    const body = (await issues())[0]?.body ?? '';
    expect(body).toContain('found `a` @&#8203;acme/security &lt;\\!channel&gt; \\*\\*x\\*\\* https:&#8203;//evil.test');
    expect(receiver.told.at(-1)?.text).toContain('@\u200bacme/security &lt;!channel&gt; **x** https:\u200b//evil.test');
  });

  it('break none of GitHub’s rules for its API', () => {
    expect(world.problems).toEqual([]);
  });
});
