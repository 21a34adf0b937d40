import { describe, expect, it } from 'vitest';
import { judgeSetup } from '../../core/attest/judge.ts';
import { known, type Setup, unknown } from '../../core/attest/snapshot.ts';
import { GitHubError } from '../../github/client.ts';
import { attestation, stopsOf } from '../../sweep/attest.ts';
import { aSetup, branchSetup, MAIN_RULES } from '../support/setup.ts';
import { aWorld } from '../support/world.ts';

const stops = (change: Partial<Setup>) => stopsOf(judgeSetup(aSetup(change)));
const HIDDEN = unknown<never>('GitHub answered 403');

describe('what gate 2 makes of the setup', () => {
  it('is no stop while everything is as it should be, or only weaker than it could be', () => {
    expect(stops({})).toEqual([]);
    expect(stops({ ledger: 'acme/access' })).toEqual([]);
  });

  it('is one stop, with the first reason in full, the others by name, and the next step', () => {
    expect(stops({ main: known(branchSetup('main', MAIN_RULES.slice(2))) })).toEqual([
      {
        key: 'setup-drift',
        severity: 'critical',
        message:
          'GitHub is not set up as the gates need it: no rule of `main` says so: every change of the default branch is a ' +
          'pull request; also check-required, merge-methods, reviews-elsewhere',
        next: 'run `gatepass doctor`: it has the command for each; put right, grants go on by themselves',
      },
    ]);
  });

  it('is a stop without the alarm where facts could not be read', () => {
    const [stop, ...others] = stops({ environment: HIDDEN });
    expect(others).toEqual([]);
    expect([stop?.key, stop?.severity]).toEqual(['setup-unreadable', 'warning']);
    expect(stop?.message).toContain('`environment` could not be told: GitHub answered 403');
  });

  it('is the drift alone where both are so', () => {
    const both = { environment: HIDDEN, main: known(branchSetup('main', [])) };
    expect(stops(both).map(({ key }) => key)).toEqual(['setup-drift']);
  });

  it('is no stop where only an administrator could know', () => {
    const rules = branchSetup('main', MAIN_RULES, { 1: HIDDEN });
    expect(stops({ main: known(rules) })).toEqual([]);
  });
});

describe('attesting', () => {
  const asked = (github: { request: () => Promise<never> }) => ({
    access: { owner: 'acme', name: 'access' },
    ledger: { github, repository: { owner: 'acme', name: 'access' } },
    gateApp: 7001,
    applierApp: 7002,
  });

  it('stops grants when GitHub does not answer', async () => {
    const down = { request: () => Promise.reject(new GitHubError('server', 'GitHub answered 502')) };
    expect(await attestation(down, asked(down))()).toMatchObject([{ key: 'setup-unreadable' }]);
  });

  it('keeps grants waiting and opens one alert, which closes when it is over', async () => {
    const world = aWorld();
    const [drift] = stops({ main: known(branchSetup('main', [])) });
    if (drift === undefined) throw new Error('no stop');
    await world.as({ attest: async () => [drift] });
    expect([...(await world.ledger()).state.alerts.keys()]).toEqual(['setup-drift']);
    await world.as({ attest: async () => [drift] });
    await world.sweep();
    const { entries, state } = await world.ledger();
    expect(state.alerts.size).toBe(0);
    expect(entries.map(({ type }) => type).filter((type) => type.startsWith('alert'))).toEqual([
      'alert',
      'alert-closed',
    ]);
  });
});
