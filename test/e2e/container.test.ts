/** The `Dockerfile`, replayed without a container engine, and what it makes run against the look-alike. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR } from '../../core/time.ts';
import { cleanEnvironment, type Image, instructionsOf, replayDockerfile } from '../support/dockerfile.ts';
import { type Finished, runProcess, sweepEnvironment } from '../support/sweep-process.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const INSTRUCTIONS = instructionsOf(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const COPIES = INSTRUCTIONS.filter((line) => line.startsWith('COPY') && !/licen[sc]e/i.test(line));

let folder: string;
let image: Image;
let acme: SweptAcme;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatepass-image-'));
  chmodSync(folder, 0o755);
  image = replayDockerfile(INSTRUCTIONS, ROOT, join(folder, 'whole'));
  acme = await sweptAcme();
});

afterAll(async () => {
  await acme?.running.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As the container runs it: the entry point, a clean environment, and no rights where this test has some to give up. */
function start(args: readonly string[]): Promise<Finished> {
  const [program = '', ...rest] = image.entrypoint;
  expect(program).toBe('node');
  const env = { ...sweepEnvironment(acme), ...cleanEnvironment() };
  const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};
  return runProcess(process.execPath, [...rest, ...args], env, { cwd: image.workdir, ...user });
}

describe('the container', () => {
  it('holds the program, its licences, and nothing else of this project', () => {
    expect(readdirSync(image.workdir).sort()).toEqual(['LICENSE', 'licenses.txt', 'sweep.mjs']);
    expect(readdirSync(image.root)).toEqual(['gatepass']);
  });

  it('runs as a user without rights', () => {
    expect(image.user).toBe('node');
  });

  it('sweeps: grants, and takes back with --revokes-only', async () => {
    await acme.grant('payouts', '1h');
    const plan = await start(['--plan']);
    expect([plan.code, plan.err]).toEqual([0, '']);
    expect(await acme.members()).toEqual([]);
    expect((await start([])).code).toBe(0);
    expect(await acme.members()).toEqual(['alice']);
    await acme.hub.clock.advance(HOUR);
    expect((await start(['--revokes-only'])).out).toContain('(expired): done');
    expect(await acme.members()).toEqual([]);
  });

  it('exits 2 and says what is missing, before it reaches for anything', async () => {
    const [, ...rest] = image.entrypoint;
    const { code, err } = await runProcess(process.execPath, rest, cleanEnvironment(), { cwd: image.workdir });
    expect(code).toBe(2);
    expect(err).toContain('`GATEPASS_APP_ID` is missing');
  });

  it.each(COPIES)('cannot be built without `%s`', (left) => {
    const without = INSTRUCTIONS.filter((line) => line !== left);
    const build = () => {
      const made = replayDockerfile(without, ROOT, mkdtempSync(join(folder, 'without-')));
      const [, program = ''] = made.entrypoint;
      readFileSync(program);
    };
    expect(build).toThrow();
  });
});
