/** Slots that more than one grant, or more than Gatepass, fills. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { asks, sweeps, wait } from '../simulator/happenings.ts';
import { ROLES, rankOf, SLOTS } from '../simulator/organisation.ts';
import { Simulation } from '../simulator/simulate.ts';
import { alertKeys, entriesOf, grantRead, READ_SLOT } from '../support/sweep-steps.ts';
import { aWorld } from '../support/world.ts';
import { fault } from './fault.ts';

const OPERATOR = ROLES.findIndex(({ path }) => path === 'crew/operator');
const LEAD = ROLES.findIndex(({ path }) => path === 'crew/lead');
/** Of `alice`; `low` for an operator, `high` for a lead. */
const CREW = 'graded:crew/2001';

interface Interval {
  /** Minutes from the beginning. */
  readonly from: number;
  readonly length: number;
  readonly isLead: boolean;
}

const interval: fc.Arbitrary<Interval> = fc.record({
  from: fc.integer({ min: 10, max: 120 }),
  length: fc.constantFrom(10, 20, 45, 60, 120),
  isLead: fc.boolean(),
});

/** The highest that the intervals ask for at a minute. */
function expectedAt(intervals: readonly Interval[], minute: number): number {
  const live = intervals.filter(({ from, length }) => from <= minute && minute < from + length);
  return Math.max(-1, ...live.map(({ isLead }) => (isLead ? 1 : 0)));
}

describe('grants that overlap in one slot', () => {
  fault(48, 'whatever their windows: it holds the highest that lives, and nothing after the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(interval, { minLength: 2, maxLength: 5 }), async (intervals) => {
        const simulation = new Simulation({ standing: [], steps: [], ending: 'soon' });
        const begun = simulation.clock;
        const passed = () => Math.floor((simulation.clock - begun) / MINUTE);
        for (const { from, length, isLead } of intervals) {
          await simulation.step(asks(0, isLead ? LEAD : OPERATOR, length, { startsIn: from - passed() }));
        }
        while (passed() < 260) {
          await simulation.step(sweeps());
          // An ending that a higher grant follows is closed by the next sweep.
          await simulation.step(sweeps());
          // Windows were asked for within a minute or two of the plan: between their edges there is no doubt.
          const [early, late] = [expectedAt(intervals, passed() - 2), expectedAt(intervals, passed())];
          const held = rankOf(CREW, simulation.targets.value(CREW));
          expect([early, expectedAt(intervals, passed() - 1), late]).toContain(held);
          await simulation.step(wait(6));
        }
        expect(simulation.targets.value(CREW)).toBeNull();
      }),
      { seed: 48, numRuns: 25 },
    );
  });

  fault(48, 'the first to end takes nothing from the other', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    grantRead(world, { duration: '2h' }, 'requests/orders-db/read-only/second.yaml');
    await world.sweep();
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});

describe('access that was there before', () => {
  fault(49, 'is written down first, and stays after the grant', async () => {
    const world = aWorld();
    world.target.held.set(READ_SLOT, 'granted');
    grantRead(world);
    await world.sweep();
    expect((await entriesOf(world, 'standing')).map(({ value }) => value)).toEqual(['granted']);
    world.advance(2 * HOUR);
    await world.sweep();
    expect(world.target.held.get(READ_SLOT)).toBe('granted');
    expect([...(await world.ledger()).state.grants.values()].map(({ status }) => status)).toEqual(['revoked']);
  });

  fault(49, 'is said, once, for as long as the grant is there', async () => {
    const world = aWorld();
    world.target.held.set(READ_SLOT, 'granted');
    grantRead(world);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`standing:default:${READ_SLOT}`]);
    expect((await world.sweep()).written).toEqual([]);
    world.advance(2 * HOUR);
    await world.sweep();
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    expect((await world.sweep()).written).toEqual([]);
  });

  fault(49, 'and that another zone holds is said by its own sweep', async () => {
    const world = aWorld();
    world.target.held.set(READ_SLOT, 'granted');
    grantRead(world);
    await world.sweep();
    await world.as({ zone: 'elsewhere' });
    expect(await alertKeys(world)).toEqual([`standing:default:${READ_SLOT}`]);
  });

  fault(49, 'at a lower level is what the slot goes back to', async () => {
    const simulation = new Simulation({ standing: [{ slot: slotOf(CREW), level: 0 }], steps: [], ending: 'late' });
    expect(simulation.targets.value(CREW)).toBe('low');
    for (const step of [asks(0, LEAD, 60), sweeps()]) await simulation.step(step);
    expect(simulation.targets.value(CREW)).toBe('high');
    for (const step of [wait(65), sweeps()]) await simulation.step(step);
    expect(simulation.targets.value(CREW)).toBe('low');
    await simulation.end('late');
  });
});

describe('access that somebody else changes', () => {
  fault(50, 'taken away while the grant lives: it is said, once, and not given again', async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.target.held.delete(READ_SLOT);
    await world.sweep();
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
    expect((await entriesOf(world, 'alert')).map(({ key }) => key)).toEqual([`drift-removed:${READ_SLOT}`]);
    world.advance(2 * HOUR);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([]);
    expect(world.target.sent.filter(({ value }) => value !== null)).toHaveLength(1);
  });

  fault(50, 'raised while the grant lives: its end takes nothing that is theirs, and says so', async () => {
    const simulation = new Simulation({ standing: [], steps: [], ending: 'late' });
    for (const step of [asks(0, OPERATOR, 60), sweeps()]) await simulation.step(step);
    await simulation.step({ is: 'hand', slot: slotOf(CREW), level: 1 });
    await simulation.step(sweeps());
    expect([...simulation.model.alerts]).toEqual([`drift-raised:${CREW}`]);
    for (const step of [wait(65), sweeps()]) await simulation.step(step);
    expect(simulation.targets.value(CREW)).toBe('high');
    expect([...simulation.model.alerts]).toEqual([`drift-kept:${CREW}`]);
  });

  fault(50, 'given again after the end: it is theirs, and said', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    await world.sweep();
    world.target.held.set(READ_SLOT, 'granted');
    world.advance(MINUTE);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect(await alertKeys(world)).toEqual([`drift-added:${READ_SLOT}`]);
  });
});

function slotOf(key: string): number {
  return SLOTS.findIndex((slot) => slot.key === key);
}
