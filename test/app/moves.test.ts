import { describe, expect, it } from 'vitest';
import { newMoves, oneByOne } from '../../app/moves.ts';

describe('a round over what is open', () => {
  it('is for nothing once other rules hold: the next takes back what is green under the old ones', () => {
    const moves = newMoves();
    moves.found([1, 2]);
    expect(moves.isOutdated()).toBe(false);
    moves.movedAll();
    expect(moves.isOutdated()).toBe(true);
    moves.found([1, 2, 3]);
    expect([moves.isOutdated(), moves.hasMoved(3)]).toEqual([false, true]);
  });

  it('stops in the middle when other rules come to hold', async () => {
    const moves = newMoves();
    moves.found([]);
    const looked: number[] = [];
    await oneByOne([1, 2, 3], moves, async (number) => {
      looked.push(number);
      if (number === 2) moves.movedAll();
    });
    expect(looked).toEqual([1, 2]);
  });
});
