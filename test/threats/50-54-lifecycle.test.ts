/** What happens to a request's file, and to the slot that it fills, after the merge. */
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { grantId } from '../../core/policy/grant-id.ts';
import { HOUR, MINUTE } from '../../core/time.ts';
import { aChange, anEvidence, REQUEST } from '../support/evidence.ts';
import { aSlot, authorised, grantId as idOf, minute } from '../support/ledger.ts';
import { World } from '../support/plan-world.ts';
import { alertKeys, entriesOf, grantRead, merged, READ, READ_SLOT } from '../support/sweep-steps.ts';
import { aRequest, aWorld, people } from '../support/world.ts';
import { atGate1, codesOf, expectStopped } from './gates.ts';
import { threat } from './threat.ts';

const { alice, bob, mallory } = people;

describe('after the merge', () => {
  threat(50, 'the change is refused, whoever approves it', () => {
    const text = aRequest({ duration: '4h' });
    expectStopped(
      anEvidence()
        .changing(aChange(REQUEST, text, { status: 'modified' }))
        .approvedBy('bob'),
      'request-edited',
    );
  });

  threat(50, 'merged all the same, it changes no end', async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    const number = world.github.open(alice, { [READ]: aRequest({ duration: '4h' }) });
    world.github.approve(number, bob);
    expect(codesOf(await atGate1(world, number))).toContain('request-edited');
    world.github.merge(number);
    await world.sweep();
    expect(await alertKeys(world)).toEqual([`quarantined:${READ}`]);
    world.advance(HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  threat(51, async () => {
    const world = aWorld();
    grantRead(world);
    await world.sweep();
    world.advance(10 * MINUTE);
    world.github.push({ [READ]: null });
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(true);
    expect((await alertKeys(world)).map((key) => key.split(':')[0])).toEqual(['deleted']);
    expect([...(await world.ledger()).state.grants.values()].map(({ status }) => status)).toEqual(['active']);
    world.advance(2 * HOUR);
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });

  threat(52, async () => {
    const world = aWorld();
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.advance(HOUR);
    await world.sweep();
    merged(world, { by: alice, approvedBy: [], files: { [READ]: null } });
    // The revert holds the very same blob, and an owner approves it.
    merged(world, { by: mallory, approvedBy: [bob], files: { [READ]: aRequest({ duration: '1h' }) } });
    const sent = world.target.sent.length;
    await world.sweep();
    expect(world.target.sent).toHaveLength(sent);
    expect((await entriesOf(world, 'quarantined')).map(({ code }) => code)).toEqual(['path-used']);
  });

  threat(53, 'the same bytes of two pull requests are two grants', () => {
    const id = (pullRequest: number) => grantId({ path: READ, blob: 'c'.repeat(40), pullRequest });
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(id(a) === id(b)).toBe(a === b);
      }),
    );
  });

  threat(53, 'the slot is held until the last of them is over', () => {
    const span = fc.record({ from: fc.nat({ max: 30 }), length: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(fc.array(span, { minLength: 2, maxLength: 5 }), (spans) => {
        const world = new World();
        const slot = aSlot();
        spans.forEach(({ from, length }, index) => {
          const starts = minute(from);
          world.book.add(minute(0), authorised(40 + index, { starts, length: length * MINUTE }));
          world.targets.set(idOf(40 + index), [{ slot, value: 'member' }]);
        });
        for (let now = 0; now <= 61; now += 1) {
          world.sweep(minute(now));
          const isLive = spans.some(({ from, length }) => from <= now && now < from + length);
          expect(world.values.has(slot.key)).toBe(isLive);
        }
      }),
      { numRuns: 60 },
    );
  });

  threat(54, async () => {
    const world = aWorld();
    world.target.held.set(READ_SLOT, 'granted');
    grantRead(world, { duration: '1h' });
    await world.sweep();
    expect((await entriesOf(world, 'standing')).map(({ value }) => value)).toEqual(['granted']);
    world.advance(HOUR);
    await world.sweep();
    await world.sweep();
    expect(world.target.held.get(READ_SLOT)).toBe('granted');
    expect(world.target.sent.filter(({ value }) => value === null)).toEqual([]);
  });

  threat(54, 'what others took away meanwhile is not given again at the end, and is said', async () => {
    const world = aWorld();
    world.target.held.set(READ_SLOT, 'granted');
    grantRead(world, { duration: '1h' });
    await world.sweep();
    world.target.held.delete(READ_SLOT);
    await world.sweep();
    expect(await alertKeys(world)).toContain(`drift-removed:${READ_SLOT}`);
    world.advance(HOUR);
    await world.sweep();
    await world.sweep();
    expect(world.target.held.has(READ_SLOT)).toBe(false);
  });
});
