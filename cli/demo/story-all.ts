/** Every other beat, for `gatepass demo --all`: automatic, two levels, contractors, actions, returns, extensions, overlaps, audit. */
import { HOUR, type Instant, MINUTE } from '../../core/time.ts';
import { clock, refusal, request, type Stage } from './beats.ts';
import { runCommand } from './story.ts';
import { tellClock } from './story-clock.ts';
import { until } from './until.ts';

export async function tellAll(stage: Stage): Promise<void> {
  const instants: Instant[] = [];
  const mark = () => instants.push(stage.world.hub.clock.now() as Instant);
  await tellAutomatic(stage);
  mark();
  await tellTwoLevels(stage);
  await tellContractor(stage);
  await tellAction(stage);
  mark();
  await tellReturn(stage);
  await tellExtension(stage);
  await tellOverlap(stage);
  mark();
  await tellAudit(stage, instants);
  await tellClock(stage);
}

async function tellAutomatic({ tell, hand, merged, grant, world }: Stage): Promise<void> {
  tell.chapter('carol is on call');
  const carol = await hand('carol');
  const started = performance.now();
  const pull = await carol.open('Paged for slow checkouts', {
    'requests/orders-db/read-only/paged.yaml': request('1h', 'Paged for slow checkouts'),
  });
  await tell.fact('no human is asked: on call for the owners, at most 4 h', async () => {
    const merge = await merged(pull);
    const { data } = await carol.api.pulls.listReviews({ ...world.access, pull_number: pull });
    if (data.length > 0) throw new Error(`${data.length} reviews`);
    return `0 reviews, merged by ${merge.by}`;
  });
  await grant(pull, 'active');
  await tell.fact('carol reads the rows', async () => {
    const rows = await world.databases.countOrders('carol');
    return `${rows} rows, ${((performance.now() - started) / 1000).toFixed(1)} s after her push`;
  });
}

const WRITE = 'requests/orders-db/read-write/fix-totals.yaml';
let writePull = 0;

async function tellTwoLevels({ tell, hand, waiting, comment, grant }: Stage): Promise<void> {
  tell.chapter('writing takes two levels');
  writePull = await (await hand('alice')).open('Correct the totals of order 2', {
    [WRITE]: request('2h', 'Correct the totals of order 2'),
  });
  await waiting(writePull);
  tell.act('bob, an owner, approves');
  await (await hand('bob')).review(writePull, 'APPROVE');
  await tell.fact('one of two is not enough', async () => {
    const text = await comment(writePull, (body) => /waiting/i.test(body) && /dba/.test(body) && /bob/.test(body));
    return (text.split('\n').find((line) => line.startsWith('### ')) ?? '').replace('### ', '');
  });
  tell.act('dan, a DBA, approves');
  await (await hand('dan')).review(writePull, 'APPROVE');
  await tell.fact('two distinct people fill the two levels', async () => {
    const { authority } = await grant(writePull, 'active');
    return authority.approvals.map((each) => `${each.user.login} for ${each.fills}`).join(', ');
  });
}

async function tellContractor({ tell, hand, refused, waiting, grant }: Stage): Promise<void> {
  tell.chapter('frank is a contractor');
  const frank = await hand('frank');
  const path = 'requests/orders-db/read-only/index-sizes.yaml';
  const pull = await frank.open('Look at index sizes', { [path]: request('1h', 'Look at index sizes') });
  await tell.fact('a guardrail asks for a ticket', async () => (await refused(pull)).output.title ?? '');
  await frank.push(pull, 'Name the ticket', { [path]: request('1h', 'Look at index sizes', 'ticket: OPS-311\n') });
  await waiting(pull);
  await (await hand('bob')).review(pull, 'APPROVE');
  await (await hand('grace')).review(pull, 'APPROVE');
  await tell.fact('with a ticket, an owner and his sponsor it is granted', async () => {
    const { authority } = await grant(pull, 'active');
    return authority.approvals.map((each) => each.user.login).join(' and ');
  });
}

async function tellAction({ tell, hand, waiting, grant, world }: Stage): Promise<void> {
  tell.chapter('restarting checkout, once');
  const pull = await (await hand('alice')).open('Restart checkout', {
    'requests/checkout/restart/stuck-workers.yaml':
      'apiVersion: gatepass/v1\nkind: ActionRequest\nwithin: 1h\nreason: Workers stuck after the failover\ninputs:\n  region: eu-west-1\n',
  });
  await waiting(pull);
  await (await hand('bob')).review(pull, 'APPROVE');
  const runs = () => world.hub.runs('acme', 'ops');
  await tell.fact('approved, its workflow runs', async () => {
    const { action } = await grant(pull, 'done');
    return `run ${action?.runId}: ${runs()[0]?.runName}, ${runs()[0]?.conclusion}`;
  });
  await world.hub.clock.advance(31 * MINUTE);
  await tell.fact('two sweeps later it ran exactly once', async () => {
    if (runs().length !== 1) throw new Error(`${runs().length} runs`);
    return '1 run';
  });
}

async function tellReturn({ tell, hand, grant, ledger, world }: Stage): Promise<void> {
  tell.chapter('alice is done early');
  await (await hand('alice')).comment(writePull, '/gatepass return');
  await world.hub.clock.advance(16 * MINUTE);
  await tell.fact('she gives it back by a comment', async () => {
    const { ended, window } = await grant(writePull, 'revoked');
    if (ended?.why !== 'returned') throw new Error(`ended because ${ended?.why}`);
    return `returned at ${clock(ended.at)}, ${clock(window?.expires ?? '')} was the end`;
  });
  await tell.fact('the ledger says who asked', async () => {
    const entry = (await ledger()).entries.find((each) => each.type === 'returned');
    return entry?.type === 'returned' ? `by ${entry.by.login} (${entry.by.id})` : Promise.reject(new Error('no entry'));
  });
}

async function tellExtension(stage: Stage): Promise<void> {
  const { tell, world, ledger } = stage;
  tell.chapter('an extension leaves no gap');
  const first = await stage.obtain(
    'dan',
    'requests/orders-db/read-only/backfill.yaml',
    request('30m', 'Watch the backfill'),
    ['bob'],
  );
  const ends = first.grant.window?.expires ?? '';
  const hand = await stage.hand('dan');
  const next = await hand.open('Watch the backfill longer', {
    'requests/orders-db/read-only/backfill-2.yaml': request('1h', 'The backfill takes longer', `starts: "${ends}"\n`),
  });
  await stage.waiting(next);
  await (await stage.hand('bob')).review(next, 'APPROVE');
  await stage.merged(next);
  await stage.grant(next, 'scheduled', 'active');
  await world.hub.clock.advance(46 * MINUTE);
  await stage.grant(next, 'active');
  await tell.fact(
    `the first ended at ${clock(ends)}, dan still reads`,
    async () => `${await world.databases.countOrders('dan')} rows`,
  );
  await tell.fact('and nothing was taken away in between', async () => {
    const slot = [...first.grant.holds.keys()][0];
    const removed = (await ledger()).entries.filter(
      (each) => each.type === 'intent' && each.slot.key === slot && each.after === null,
    );
    if (removed.length > 0) throw new Error(`${removed.length} removals`);
    return '0 removals of the slot';
  });
}

async function tellOverlap(stage: Stage): Promise<void> {
  const { tell, world } = stage;
  tell.chapter('overlapping grants');
  const short = await stage.obtain('erin', 'requests/orders-db/read-only/short.yaml', request('30m', 'A quick look'), [
    'bob',
  ]);
  const long = await stage.obtain('erin', 'requests/orders-db/read-only/long.yaml', request('2h', 'A longer look'), [
    'bob',
  ]);
  await world.hub.clock.advance(50 * MINUTE);
  await stage.grant(short.pull, 'revoked');
  await tell.fact(
    'the shorter one is over, the longer one holds',
    async () => `${await world.databases.countOrders('erin')} rows`,
  );
  await world.hub.clock.advance(90 * MINUTE);
  await stage.grant(long.pull, 'revoked');
  await tell.fact('the last to end takes it away', () => refusal(world.databases.countOrders('erin')));
  await world.hub.clock.advance(HOUR);
}

async function tellAudit({ tell, world }: Stage, instants: readonly Instant[]): Promise<void> {
  tell.chapter('who held what');
  const clone = await until('the ledger is cloned', () => world.clone('audit'));
  for (const at of instants) {
    await tell.fact(`gatepass audit who --at ${at}`, async () => {
      const { code, text } = await runCommand(['audit', 'who', '--at', at, clone]);
      if (code !== 0) throw new Error(text);
      return `\n${text.trim()}`;
    });
  }
}
