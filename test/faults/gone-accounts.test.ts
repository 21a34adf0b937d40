/** Accounts that are deleted, renamed, or whose name somebody else takes: the real sweep and the real team provider, on the look-alike. */
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { ledgerSigner } from '../../github/ledger-key.ts';
import { worldOf } from '../../sweep/run-world.ts';
import { sweep } from '../../sweep/sweep.ts';
import { entriesOf, grantRead, merged, READ_SLOT } from '../support/sweep-steps.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';
import { aRequest, aWorld, people } from '../support/world.ts';
import { fault } from './fault.ts';

let acme: SweptAcme;
beforeEach(async () => {
  acme = await sweptAcme();
});
afterEach(() => acme.running.stop());

let runs = 0;

async function sweepNow() {
  runs += 1;
  const repository = { owner: 'acme', name: 'access' };
  const inputs = {
    appId: String(acme.applier.id),
    gateAppId: acme.gate.id,
    privateKey: acme.applier.privateKey,
    signer: ledgerSigner(acme.ledgerKey),
    repository,
    ledgerRepository: repository,
    zone: 'default',
    witness: 'none',
    apiUrl: acme.hub.apiUrl,
  } as const;
  const silent = () => undefined;
  const around = { environment: {}, run: `${runs}/1`, mask: silent, log: silent, pause: async () => undefined };
  return sweep(await worldOf(inputs, around, 'everything'));
}

async function told(type: string) {
  return (await acme.ledger()).entries.filter((entry) => entry.type === type);
}

describe('an account that is gone', () => {
  fault(25, 'its grant ends, taking it back is done at once, and the ledger says what was seen', async () => {
    await acme.grant('payouts', '1h');
    await sweepNow();
    expect(await acme.members()).toEqual(['alice']);
    await acme.as('heidi').orgs.removeMembershipForUser({ org: 'acme', username: 'alice' });
    acme.hub.faults.answer({ path: /\/user\/1001$/ }, 404, 100);
    const report = await sweepNow();
    expect(report.revoked).toMatchObject([{ because: 'left', result: 'done' }]);
    expect(await told('left')).toMatchObject([{ why: 'account' }]);
    expect((await told('outcome')).at(-1)).toMatchObject({ effect: 'remove', result: 'done', observed: null });
    const again = await sweepNow();
    expect([again.written, again.alerts]).toEqual([[], []]);
  });

  fault(25, 'whoever only left the organisation loses it too, and a list that hides members ends nothing', async () => {
    await acme.grant('payouts', '1h');
    await sweepNow();
    // As to an app that lost its permission: GitHub then lists public members only.
    acme.hub.faults.answer({ path: /\/orgs\/acme\/members/ }, 403, 100);
    expect((await sweepNow()).revoked).toEqual([]);
    acme.hub.faults.clear();
    await acme.as('heidi').orgs.removeMembershipForUser({ org: 'acme', username: 'alice' });
    expect((await sweepNow()).revoked).toMatchObject([{ because: 'left', result: 'done' }]);
    expect(await told('left')).toMatchObject([{ why: 'organization' }]);
  });
});

describe('a name that changes hands', () => {
  fault(26, 'what is taken back is the account’s that was granted, under its new name', async () => {
    await acme.grant('payouts', '1h');
    await sweepNow();
    acme.hub.renameUser('alice', 'alice-smith');
    // Somebody else takes the name, and is in the team by other means.
    acme.hub.addUser({ login: 'alice', id: 6666 });
    await acme.as('heidi').orgs.setMembershipForUser({ org: 'acme', username: 'alice', role: 'member' });
    acme.hub.acceptInvitation('acme', 'alice');
    const team = { org: 'acme', team_slug: 'payments-production', username: 'alice' };
    await acme.as('heidi').teams.addOrUpdateMembershipForUserInOrg(team);
    expect(await acme.members()).toEqual(['alice', 'alice-smith']);
    expect((await sweepNow()).revoked).toEqual([]);
    await acme.hub.clock.advance(HOUR + MINUTE);
    expect((await sweepNow()).revoked).toMatchObject([{ because: 'expired', result: 'done' }]);
    expect(await acme.members()).toEqual(['alice']);
  });
});

describe('somebody under another’s former name', () => {
  const recycled = { id: 6666, login: 'alice' };

  fault(26, 'is granted nothing: people are who their numeric ids say', async () => {
    const world = aWorld();
    world.github.users.push(recycled);
    merged(world, {
      by: recycled,
      approvedBy: [people.bob],
      files: { 'requests/orders-db/read-only/mine.yaml': aRequest() },
    });
    await world.sweep();
    expect(world.target.sent).toEqual([]);
    expect(await entriesOf(world, 'refused')).toMatchObject([{ code: 'subject-unknown' }]);
  });

  fault(26, 'can give nothing back that is not theirs', async () => {
    const world = aWorld();
    const number = grantRead(world);
    await world.sweep();
    world.github.users.push(recycled);
    world.advance(MINUTE);
    world.github.comment(number, recycled, '/gatepass return');
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
  });
});
