/** Each defence is taken out once, and the simulator sees it: what it does not see it cannot promise. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLANTS } from './plant.ts';

const HERE = import.meta.dirname;
/** More than ten times what the slowest takes to be seen. */
const LIVES = '20000';

/** Which promise each of them keeps. Others may break first. */
const SEEN: Readonly<Record<string, readonly string[]>> = {
  'write-ahead': ['I3', 'I4'],
  're-observe': ['I2', 'I4', 'kept'],
  union: ['kept'],
  standing: ['I7'],
  'compare-and-swap': ['I3'],
  lease: ['lease'],
  'single use of paths': ['I1', 'I4'],
  'what a slow run left': ['I2'],
  expiry: ['I2'],
  isolation: ['I4', 'I5'],
  'the recorded decision': ['I6'],
  'one start': ['once', 'I1', 'I4'],
};

describe('without', () => {
  it.each(Object.keys(PLANTS))(
    '%s, a promise is seen to be broken',
    async (name) => {
      const { code, said } = await simulated(name);
      expect({ code, said }).toMatchObject({ code: 1, said: expect.stringMatching(/^violations +1$/m) });
      const promise = /^Violation: ([^:]+):/m.exec(said)?.[1];
      expect(SEEN[name]).toContain(promise);
    },
    300_000,
  );
});

async function simulated(plant: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const script = [join(HERE, 'run.ts'), '--workers', '1', '--hasty', '--seed', '4', '--lives', LIVES];
  const child = spawn(process.execPath, ['--import', join(HERE, 'plant.ts'), ...script], {
    env: { ...process.env, PLANT: plant },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, said };
}
