/** Fifteen minutes before a grant ends its subject is reminded, once, whatever is started anew in between. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Body } from '../../core/ledger/entry.ts';
import { HOUR, type Instant, MINUTE, plus } from '../../core/time.ts';
import { writeLedger } from '../support/applier.ts';
import { ACCESS, type GateWorld, request, startGateWorld } from '../support/gate-world.ts';
import { anEnsure, aSlot, authority, outcomeOf, terms } from '../support/ledger.ts';

let world: GateWorld;
beforeAll(async () => {
  world = await startGateWorld();
});
afterEach(() => world.hub.faults.clear());
afterAll(() => world.close());

/** Carol holds it for an hour from now: the ledger as the sweep writes it. */
async function granted(name: string): Promise<number> {
  const path = `requests/orders-db/read-only/${name}.yaml`;
  const number = await world.open('carol', { [path]: request({ duration: '1h' }) });
  const now = world.hub.clock.now() as Instant;
  const carol = { kind: 'person', name: 'carol', id: 1003, login: 'carol', identities: {} } as const;
  const grant = terms(number, { resource: name, subject: carol, length: HOUR });
  const slot = aSlot({ key: `github-team:7/${name}` });
  const intent = { ...anEnsure(number), slot, starts: now, expires: plus(now, HOUR), lease: plus(now, 10 * MINUTE) };
  const bodies: readonly Body[] = [
    { type: 'authorised', request: { path, blob: 'c'.repeat(40), pullRequest: number }, grant, authority: authority() },
    intent,
    outcomeOf(intent),
  ];
  await writeLedger(world, bodies);
  return number;
}

async function reminders(number: number): Promise<readonly string[]> {
  const { data } = await world.as('heidi').issues.listComments({ ...ACCESS, issue_number: number });
  return data.map(({ body }) => body ?? '').filter((body) => body.includes('gatepass:reminder'));
}

describe('a reminder', () => {
  let number: number;

  it('waits until a quarter of an hour before the end', async () => {
    number = await granted('first');
    await world.hub.clock.advance(44 * MINUTE);
    await world.later();
    expect(await reminders(number)).toEqual([]);
  });

  it('says when it ends, to whom, and links to a request that is written already', async () => {
    await world.hub.clock.advance(MINUTE);
    await world.later();
    const [said = '', ...more] = await reminders(number);
    expect(more).toEqual([]);
    expect(said).toContain('⏳ @carol: member of first ends at **2026-11-23 11:00 UTC**.');
    expect(said).toContain('Comment `/gatepass return`');
    const link = new URL(/\]\(([^)]+)\)/.exec(said)?.[1] ?? '');
    expect(link.searchParams.get('value')).toContain('starts: "2026-11-23T11:00:00.000Z"');
  });

  it('comes once, whoever is started in between', async () => {
    await world.later();
    await world.restart();
    await world.later();
    expect(await reminders(number)).toHaveLength(1);
  });

  it('comes once, though the answer to the comment was lost', async () => {
    const second = await granted('second');
    await world.hub.clock.advance(46 * MINUTE);
    world.hub.faults.loseAnswer({ method: 'POST', path: new RegExp(`/issues/${second}/comments$`) });
    await world.later();
    await world.later();
    expect(await reminders(second)).toHaveLength(1);
  });

  it('does not fail because another pull request takes no comment', async () => {
    const [third, fourth] = [await granted('third'), await granted('fourth')];
    await world.hub.clock.advance(46 * MINUTE);
    world.hub.faults.answer({ method: 'POST', path: new RegExp(`/issues/${third}/comments$`) }, 403);
    await world.later();
    expect(await reminders(fourth)).toHaveLength(1);
  });

  it('breaks none of GitHub’s rules for its API', () => {
    expect(world.problems).toEqual([]);
  });
});
