/** The workflows of the guides that need more than the usual repository, as they are written there, on the look-alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import type { File } from '../../hub/setup/repositories.ts';
import { unwitnessed } from '../support/acme.ts';
import { freshAction } from '../support/fresh-action.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const guide = (name: string) => readFileSync(join(ROOT, 'docs/guides/workflow', name), 'utf8');
const [SWEEP = ''] = Object.keys(unwitnessed());
const unwitnessedGuide = (name: string) => guide(name).replace(/^( *)(ledger-key: .*)$/m, '$1$2\n$1witness: none');

let acme: SweptAcme | null = null;

afterEach(async () => {
  await acme?.running.stop();
  acme = null;
});

const SECRETS = ['GATEPASS_APP_ID', 'GATEPASS_GATE_APP_ID', 'GATEPASS_PRIVATE_KEY', 'GATEPASS_LEDGER_KEY'] as const;

function secretsOf({ applier, gate, ledgerKey }: SweptAcme): Readonly<Record<(typeof SECRETS)[number], string>> {
  return {
    GATEPASS_APP_ID: String(applier.id),
    GATEPASS_GATE_APP_ID: String(gate.id),
    GATEPASS_PRIVATE_KEY: applier.privateKey,
    GATEPASS_LEDGER_KEY: ledgerKey,
  };
}

describe('gatepass-zones.yml', () => {
  /** Its teams in two zones: the second fills a team that only the runner inside reaches. */
  function files(): Readonly<Record<string, File>> {
    const path = 'policies/catalog/teams.yaml';
    const text = readFileSync(join(ROOT, path), 'utf8');
    const inside = `  vault:\n    owner: team:payments\n    provider: { type: github-team, zone: prod-eu, with: { organization: acme } }\n    roles:\n      operator:\n        grants: [{ team: vault-production }]\n`;
    const owners = readFileSync(join(ROOT, 'CODEOWNERS'), 'utf8');
    return {
      [SWEEP]: unwitnessedGuide('gatepass-zones.yml'),
      [path]: `${text}${inside}`,
      CODEOWNERS: `${owners}/requests/vault/ @acme/payments\n`,
    };
  }

  it('runs a job for each zone, and one that fails holds up no other', async () => {
    acme = await sweptAcme({
      workflows: true,
      files: files(),
      actions: { 'gatepass/gatepass/action': await freshAction() },
      prepare: (hub) => void hub.addTeam('acme', { slug: 'vault-production', id: 8100, members: [] }),
    });
    const { hub } = acme;
    // The zone's environment lacks its keys at first: its job cannot start.
    hub.setEnvironment('acme', 'access', 'gatepass-prod-eu', ['main']);
    await acme.grant('payouts', '2h', 'alice');
    await acme.grant('unseal', '2h', 'bob', 'vault');
    const [run] = hub.runs('acme', 'access').slice(-1);
    expect(run?.conclusion).toBe('failure');
    expect(run?.log).toContain('`app-id` is missing');
    expect([await acme.members(), await acme.members('vault-production')]).toEqual([['alice'], []]);
    for (const [name, value] of Object.entries(secretsOf(acme))) {
      hub.setSecret('acme', 'access', 'gatepass-prod-eu', name, value);
    }
    await hub.clock.advance(16 * MINUTE);
    await hub.idle();
    expect(hub.runs('acme', 'access').at(-1)?.conclusion).toBe('success');
    expect([await acme.members(), await acme.members('vault-production')]).toEqual([['alice'], ['bob']]);
    const { entries } = await acme.ledger();
    const jobs = entries.flatMap((entry) =>
      entry.type === 'intent' ? [`${entry.slot.zone} ${entry.slot.label}`] : [],
    );
    expect(jobs).toEqual(['default alice in acme/payments-production', 'prod-eu bob in acme/vault-production']);
    await hub.clock.advance(2 * HOUR);
    await hub.idle();
    expect([await acme.members(), await acme.members('vault-production')]).toEqual([[], []]);
    expect([...(await acme.ledger()).state.alerts.keys()]).toEqual([]);
    expect(acme.running.problems()).toEqual([]);
  });
});

describe('a clock in another repository', () => {
  it('sweeps with gatepass-second.yml while the workflow of the first is disabled', async () => {
    acme = await sweptAcme({
      workflows: true,
      actions: { 'gatepass/gatepass/action': await freshAction() },
      opsFiles: { '.github/workflows/gatepass-second.yml': unwitnessedGuide('gatepass-second.yml') },
    });
    const { hub } = acme;
    for (const [name, value] of Object.entries(secretsOf(acme))) hub.setSecret('acme', 'ops', 'gatepass', name, value);
    const first = { owner: 'acme', repo: 'access', workflow_id: 'gatepass.yml' } as const;
    await acme.as('heidi').actions.disableWorkflow(first);
    await acme.grant('payouts', '1h');
    expect(await acme.members()).toEqual([]);
    await hub.clock.advance(16 * MINUTE);
    await hub.idle();
    expect(await acme.members()).toEqual(['alice']);
    await hub.clock.advance(HOUR);
    await hub.idle();
    expect(await acme.members()).toEqual([]);
    expect(acme.running.problems()).toEqual([]);
  });

  it('starts the sweep with gatepass-dispatch.yml, by a token that can do nothing else', async () => {
    acme = await sweptAcme({
      workflows: true,
      actions: { 'gatepass/gatepass/action': await freshAction() },
      opsFiles: { '.github/workflows/gatepass-dispatch.yml': guide('gatepass-dispatch.yml') },
    });
    const { hub } = acme;
    hub.setSecret('acme', 'ops', null, 'GATEPASS_DISPATCH_TOKEN', acme.tokens['heidi'] ?? '');
    hub.actions.faults.schedule = ({ name }) => (name === 'access' ? 'drop' : 'fire');
    await acme.grant('payouts', '1h');
    expect(await acme.members()).toEqual(['alice']);
    await hub.clock.advance(HOUR + 16 * MINUTE);
    await hub.idle();
    expect(await acme.members()).toEqual([]);
    const runs = hub.runs('acme', 'access').map(({ event }) => event);
    expect(new Set(runs)).toEqual(new Set(['push', 'workflow_dispatch']));
  });
});
