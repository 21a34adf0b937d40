import { describe, expect, it } from 'vitest';
import { newMoves } from '../../app/moves.ts';

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
});
