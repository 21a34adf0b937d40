/**
 * A ledger as a release writes it, kept for ever: whatever comes later has to read it (fault 52). The story is told once for
 * each release, by `node test/golden/write.ts VERSION`, with the code of that release; what it wrote is never changed.
 */
import { createHash, createPrivateKey } from 'node:crypto';
import { HOUR, MINUTE } from '../../core/time.ts';
import { type LedgerSigner, ledgerSigner } from '../../github/ledger-key.ts';
import { grantRead, killed, merged } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people, type TestWorld } from '../support/world.ts';

/** Of a key that signs golden ledgers and nothing else: RFC 8410, with the SHA-256 of a sentence for a seed. */
export function goldenSigner(): LedgerSigner {
  const seed = createHash('sha256').update('golden ledgers of gatepass').digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return ledgerSigner(key.export({ type: 'pkcs8', format: 'pem' }).toString());
}

const OPERATE = 'requests/payments/operator/payouts.yaml';
const ORDERS = 'requests/orders-db/read-only';
const { alice, bob, carol, dan, erin, grace, heidi } = people;

/** Leaves behind: a live grant, one that is scheduled, one that is over and still held, and every other kind of end. */
export async function tellStory(): Promise<TestWorld> {
  const world = aWorld(goldenSigner());
  const { github, target, runner } = world;
  const step = async () => {
    world.advance(MINUTE);
    return world.sweep();
  };

  // Granted and expired, once where somebody was a member before.
  target.held.set('github-team:payments-production/1001', 'member');
  merged(world, { by: alice, approvedBy: [bob], files: { [OPERATE]: aRequest({ duration: '1h' }) } });
  grantRead(world, { duration: '1h' });
  await step();
  world.advance(HOUR);
  await step();

  // Given back by a comment; asked by nobody who approves; put there by nobody's leave.
  const given = merged(world, { by: bob, approvedBy: [carol], files: { [`${ORDERS}/back.yaml`]: aRequest() } });
  await step();
  github.comment(given, bob, '/gatepass return');
  merged(world, { by: dan, approvedBy: [], files: { [`${ORDERS}/alone.yaml`]: aRequest() } });
  github.push({ [`${ORDERS}/pushed.yaml`]: aRequest({ reason: 'Nobody asked for this' }) });
  await step();

  // Undecided while GitHub does not answer, and decided then.
  const slow = { [`${ORDERS}/slow.yaml`]: aRequest({ duration: '1h', reason: 'GitHub is slow today' }) };
  merged(world, { by: erin, approvedBy: [bob], files: slow });
  github.before = (route) => {
    if (route.endsWith('/reviews'))
      throw Object.assign(new Error('Bad Gateway'), { status: 502, response: { headers: {} } });
  };
  await step();
  github.before = () => {};
  await step();

  // One action that is done, one of which nobody can tell.
  const action = { kind: 'ActionRequest', duration: '1h', inputs: '{ region: eu-west-1 }' };
  const restart = (reason: string) => aRequest({ ...action, reason }).replace('duration: 1h', 'within: 1h');
  merged(world, {
    by: alice,
    approvedBy: [bob],
    files: { 'requests/checkout/restart/once.yaml': restart('It hangs') },
  });
  await step();
  runner.fault = 'lost';
  runner.isHidden = true;
  merged(world, { by: alice, approvedBy: [bob], files: { 'requests/checkout/restart/lost.yaml': restart('Again') } });
  await step();
  world.advance(15 * MINUTE);
  await step();
  runner.fault = null;
  runner.isHidden = false;

  // The policies change as they should, as they should not, and are put back.
  const settings = github.git.tip('main').files.get('policies/settings.yaml')?.text ?? '';
  merged(world, { by: heidi, approvedBy: [grace], files: { 'policies/settings.yaml': `${settings}# reviewed\n` } });
  await step();
  github.push({ 'policies/settings.yaml': `${settings}# pushed\n` });
  await step();
  github.push({ 'policies/settings.yaml': `${settings}# reviewed\n` });
  await step();

  // Locked out while it is held.
  merged(world, { by: carol, approvedBy: [bob], files: { [`${ORDERS}/locked.yaml`]: aRequest() } });
  await step();
  const lock =
    'apiVersion: gatepass/v1\nkind: Lock\nlocks:\n  - { name: carol-laptop, subjects: [person:carol], reason: a lost laptop }\n';
  merged(world, { by: heidi, approvedBy: [grace], files: { 'policies/locks.yaml': lock } });
  await step();

  // One lives on, one is for later, and one is over: its sweep is killed between the intent and the target.
  grantRead(world, { duration: '30m' }, `${ORDERS}/over.yaml`);
  await step();
  merged(world, { by: dan, approvedBy: [bob], files: { [`${ORDERS}/lives.yaml`]: aRequest({ duration: '2h' }) } });
  const later = `"${new Date(Date.parse(github.now) + 3 * HOUR).toISOString()}"`;
  merged(world, {
    by: erin,
    approvedBy: [bob],
    files: { [`${ORDERS}/later.yaml`]: aRequest({ starts: later, duration: '1h' }) },
  });
  await step();
  world.advance(30 * MINUTE);
  await killed(
    (reached) => {
      target.before = () => reached();
    },
    () => world.sweep(),
  );
  return world;
}
