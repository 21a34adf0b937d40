/** The last beat of `gatepass demo --all`, in real time: GitHub's schedule never comes, and access ends all the same. */
import { spread } from '../../core/audit/slo.ts';
import type { GrantState } from '../../core/ledger/state.ts';
import type { Milliseconds } from '../../core/time.ts';
import { span } from '../lateness.ts';
import { refusal, request, type Stage } from './beats.ts';
import { until } from './until.ts';

const PEOPLE = ['alice', 'dan', 'erin', 'mallory'] as const;
const AUTOMATIC = 4;

export async function tellClock(stage: Stage): Promise<void> {
  const { hub } = stage.world;
  stage.tell.chapter('a minute without any schedule');
  stage.tell.act('the schedule is switched off, the clock runs as ours does');
  hub.actions.faults.schedule = () => 'drop';
  hub.clock.run();
  await stage.tell.fact('what needs nobody is usable', () => automatic(stage));
  const grants: GrantState[] = [];
  for (const who of PEOPLE) {
    const path = `requests/orders-db/read-only/a-minute-${who}.yaml`;
    const { grant } = await stage.obtain(who, path, request('1m', 'Look for a minute'), ['bob']);
    grants.push(grant);
  }
  await stage.tell.fact('what was due is gone from the database', () => ends(stage, grants));
}

/** From the push to the grant that the ledger calls active. */
async function automatic(stage: Stage): Promise<string> {
  const carol = await stage.hand('carol');
  const took: Milliseconds[] = [];
  for (let count = 0; count < AUTOMATIC; count += 1) {
    const started = performance.now();
    const pull = await carol.open(`Paged again ${count}`, {
      [`requests/orders-db/read-only/paged-${count}.yaml`]: request('30m', 'Paged again'),
    });
    await stage.grant(pull, 'active');
    took.push(performance.now() - started);
  }
  return `${AUTOMATIC} requests, push to usable: the slowest took ${span(Math.max(...took))}`;
}

async function ends(stage: Stage, grants: readonly GrantState[]): Promise<string> {
  const late = await Promise.all(grants.map((grant) => endOf(stage, grant)));
  const { p50, p99, max } = spread(late) ?? { p50: 0, p99: 0, max: 0 };
  return `${late.length} grants, due to gone: p50 ${span(p50)}, p99 ${span(p99)}, max ${span(max)}`;
}

/** A login is refused, or the rows are: looked at in the database itself, so that no word of ours is believed. */
async function endOf({ world }: Stage, { terms, window }: GrantState): Promise<Milliseconds> {
  const limit = { milliseconds: 120_000, every: 100 };
  const isGone = async () => {
    await refusal(world.databases.countOrders(terms.subject.name));
    return true;
  };
  await until(`${terms.subject.name} is refused`, isGone, limit);
  return world.hub.clock.epoch() - Date.parse(window?.expires ?? '');
}
