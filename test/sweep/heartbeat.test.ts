import { describe, expect, it } from 'vitest';
import { openLedger } from '../../core/ledger/head.ts';
import { heartbeatFault } from '../../core/ledger/heartbeat.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { HEARTBEAT_BRANCH, readHeartbeats } from '../../github/heartbeat-store.ts';
import { verifyLedgerSignature } from '../../github/ledger-key.ts';
import { LEDGER_BRANCH, LEDGER_HEAD } from '../../github/ledger-store.ts';
import { fileOf } from '../support/memory-git.ts';
import { httpError, REPOSITORY } from '../support/memory-github.ts';
import { grantRead, READ_SLOT } from '../support/sweep-steps.ts';
import { aSigner, aWorld, type TestWorld } from '../support/world.ts';

const beatsOf = async ({ github }: TestWorld) => (await readHeartbeats(github, REPOSITORY)).beats;
const beatOf = async (world: TestWorld, zone = 'default') => (await beatsOf(world)).get(zone);
const tipOf = ({ github }: TestWorld) => github.git.refs.get(`heads/${HEARTBEAT_BRANCH}`);

describe('a sweep’s sign of life', () => {
  it('says how far the ledger goes and what comes next, signed with its key', async () => {
    const world = aWorld();
    grantRead(world);
    const { nextDue } = await world.sweep();
    const beat = await beatOf(world);
    const { segments } = await world.ledger();
    const head = JSON.parse(world.github.git.tip(LEDGER_BRANCH).files.get(LEDGER_HEAD)?.text ?? '');
    const opened = openLedger({ segments, head }, { verify: verifyLedgerSignature, pinned: null });
    expect(beat).toMatchObject({ zone: 'default', at: world.github.now, run: '1/1', nextDue, seq: opened.tip?.seq });
    if (beat === undefined || opened.key === null) throw new Error('no heartbeat');
    expect(heartbeatFault(beat, opened, opened.key, verifyLedgerSignature)).toBeNull();
  });

  it('is written by an idle sweep every half hour and no more often', async () => {
    const world = aWorld();
    await world.sweep();
    const first = tipOf(world);
    expect(first).toBeDefined();
    world.advance(30 * MINUTE - 1000);
    await world.sweep();
    expect(tipOf(world)).toBe(first);
    world.advance(1000);
    await world.sweep();
    expect(tipOf(world)).not.toBe(first);
    expect((await world.ledger()).entries).toHaveLength(1);
  });

  it('is written at once when something came due, done or not', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    const granted = tipOf(world);
    world.advance(2 * HOUR);
    world.target.held.delete(READ_SLOT);
    await world.sweep();
    expect(tipOf(world)).not.toBe(granted);
    expect((await beatOf(world))?.at).toBe(world.github.now);
  });

  it('has a file for each zone, and another zone’s sweep at the same time takes nothing away', async () => {
    const world = aWorld();
    await world.sweep();
    world.advance(HOUR);
    let raced = 0;
    world.github.before = async (route) => {
      if (!route.startsWith('PATCH') || raced > 0) return;
      raced += 1;
      await world.as({ zone: 'prod-us' });
    };
    await world.as({ zone: 'prod-eu' });
    expect(raced).toBe(1);
    expect([...(await beatsOf(world)).keys()]).toEqual(['default', 'prod-eu', 'prod-us']);
  });

  it('changes nothing when it cannot be written', async () => {
    const [world, other] = [aWorld(), aWorld()];
    const isOfBeat = (parameters: Readonly<Record<string, unknown>>) =>
      JSON.stringify(parameters).includes(HEARTBEAT_BRANCH);
    other.github.before = (_, parameters) => {
      if (isOfBeat(parameters)) throw httpError(503, 'Service Unavailable');
    };
    for (const each of [world, other]) grantRead(each);
    const reports = [await world.sweep(), await other.sweep()];
    const shown = reports.map(({ granted, stops, alerts, written }) => ({
      granted,
      stops,
      alerts,
      types: written.length,
    }));
    expect(shown[1]).toEqual(shown[0]);
    expect(reports.map(({ problems }) => problems.map(({ key }) => key))).toEqual([[], ['heartbeat-unwritten']]);
    expect(other.target.held.get(READ_SLOT)).toBe('granted');
    expect(tipOf(other)).toBeUndefined();
  });

  it('is not taken over from a key that is in force no more', async () => {
    const world = aWorld();
    await world.as({ signer: world.signer });
    const beat = await beatOf(world);
    const strange = aSigner();
    const forged = JSON.stringify({ ...beat, key: strange.id });
    const files = new Map([['heartbeat/default.json', fileOf(forged)]]);
    const tip = world.github.git.tip(HEARTBEAT_BRANCH);
    world.github.git.refs.set(`heads/${HEARTBEAT_BRANCH}`, world.github.git.commit(files, [tip.sha], 'forged').sha);
    await world.sweep();
    expect((await beatOf(world))?.key).toBe(world.signer.id);
  });

  it('does not let a heartbeat of the future keep it quiet', async () => {
    const world = aWorld();
    world.advance(HOUR);
    await world.sweep();
    world.advance(-HOUR);
    const before = tipOf(world);
    await world.sweep();
    expect(tipOf(world)).not.toBe(before);
  });

  it('is not given for a ledger that does not prove itself', async () => {
    const world = aWorld();
    world.github.git.refs.delete(`heads/${LEDGER_BRANCH}`);
    await world.sweep();
    expect(tipOf(world)).toBeUndefined();
  });
});
