import { describe, expect, it } from 'vitest';
import { machineClock } from '../../sweep/machine-clock.ts';

describe('the clock of the machine that sweeps', () => {
  it('is held against that of GitHub', () => {
    const read = machineClock('https://api.github.com').localNow;
    const [before, at, after] = [Date.now(), Date.parse(read?.() ?? ''), Date.now()];
    expect([before <= at, at <= after]).toEqual([true, true]);
    expect(machineClock('https://github.acme.example/api/v3')).toHaveProperty('localNow');
  });

  it.each(['http://127.0.0.1:4000', 'http://localhost:4000', 'http://[::1]:4000'])(
    'is not held against a look-alike at %s, which has a clock of its own',
    (url) => {
      expect(machineClock(url)).toEqual({});
    },
  );
});
