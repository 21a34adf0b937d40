/**
 * The `Dockerfile`, and what it makes run against the look-alike: replayed without a container engine, and built for real
 * where `buildah` is there.
 */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../../action/bundle.ts';
import { HOUR } from '../../core/time.ts';
import { type Built, buildahMissing, buildImage } from '../support/buildah.ts';
import { cleanEnvironment, type Image, instructionsOf, replayDockerfile } from '../support/dockerfile.ts';
import { type Finished, runProcess, sweepEnvironment } from '../support/sweep-process.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const INSTRUCTIONS = instructionsOf(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const COPIES = INSTRUCTIONS.filter((line) => line.startsWith('COPY') && !/licen[sc]e/i.test(line));
const MISSING = buildahMissing();
if (MISSING !== null) console.warn(`the image is not built, only replayed: ${MISSING}`);

let folder: string;
let replayed: Image;
let acme: SweptAcme;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatepass-image-'));
  chmodSync(folder, 0o755);
  replayed = replayDockerfile(INSTRUCTIONS, ROOT, join(folder, 'whole'));
  acme = await sweptAcme();
});

afterAll(async () => {
  await acme?.running.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Start = (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<Finished>;

/** What an applier's variables would be in a container: the path is its own. */
function variables(): Record<string, string> {
  const { PATH: _, ...rest } = sweepEnvironment(acme);
  return rest;
}

/** What either of them says before it knows where GitHub is. */
function speaks(start: Start): void {
  it('exits 2 and says what is missing, before it reaches for anything', async () => {
    const { code, err } = await start([], {});
    expect(code).toBe(2);
    expect(err).toContain('`GATEPASS_APP_ID` is missing');
  });

  it('says how it is called', async () => {
    const { code, out } = await start(['--help'], {});
    expect([code, out]).toEqual([0, expect.stringContaining('gatepass sweep [--plan | --revokes-only]')]);
  });
}

describe('the container, replayed', () => {
  /** The entry point, a clean environment, and no rights where this test has some to give up. */
  const start: Start = (args, env) => {
    const [program = '', ...rest] = replayed.entrypoint;
    expect(program).toBe('node');
    const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};
    const place = { cwd: replayed.workdir, ...user };
    return runProcess(process.execPath, [...rest, ...args], { ...env, ...cleanEnvironment() }, place);
  };

  it('holds the program, its licences, and nothing else of this project', () => {
    expect(readdirSync(replayed.workdir).sort()).toEqual(['LICENSE', 'licenses.txt', 'sweep.mjs']);
    expect(readdirSync(replayed.root)).toEqual(['gatepass']);
  });

  it('runs as a user without rights', () => {
    expect(replayed.user).toBe('node');
  });

  it('sweeps: grants, and takes back with --revokes-only', async () => {
    await acme.grant('payouts', '1h');
    const plan = await start(['--plan'], variables());
    expect([plan.code, plan.err]).toEqual([0, '']);
    expect(await acme.members()).toEqual([]);
    expect((await start([], variables())).code).toBe(0);
    expect(await acme.members()).toEqual(['alice']);
    await acme.hub.clock.advance(HOUR);
    expect((await start(['--revokes-only'], variables())).out).toContain('(expired): done');
    expect(await acme.members()).toEqual([]);
  });

  speaks(start);

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

describe.skipIf(MISSING !== null)(
  `the container, built by buildah${MISSING === null ? '' : ` (not: ${MISSING})`}`,
  () => {
    let built: Built;
    beforeAll(() => {
      const bases = INSTRUCTIONS.flatMap((line) => /^FROM\s+(\S+)/.exec(line)?.[1] ?? []);
      built = buildImage(ROOT, bases, join(folder, 'buildah'));
    });

    it('holds the bytes that are built here, and nothing else of this project', async () => {
      const [inside, made] = [join(built.root, built.workdir), await bundle('cli/container.ts')];
      expect(readdirSync(inside).sort()).toEqual(['LICENSE', 'licenses.txt', 'sweep.mjs']);
      for (const [name, here] of [['sweep.mjs', 'index.js'] as const, ['licenses.txt', 'licenses.txt'] as const]) {
        expect(readFileSync(join(inside, name), 'utf8') === made.get(here), name).toBe(true);
      }
    });

    it('starts the sweep and nothing of its base', () => {
      expect(built).toMatchObject({ user: 'node', entrypoint: ['node', '/gatepass/sweep.mjs'], command: [] });
    });

    it('runs as a user who can write neither the program nor beside it', async () => {
      const tries = ['sweep.mjs', 'new'].map(
        (name) => `try { fs.appendFileSync('${name}', ''); } catch (e) { said.push(e.code) }`,
      );
      const script = `const said = [process.getuid()]; ${tries.join('')} console.log(said.join(' '))`;
      expect((await built.exec(['node', '-e', script])).out).toBe('1000 EACCES EACCES\n');
    });

    it('plans against the look-alike', async () => {
      await acme.grant('refunds', '1h');
      const plan = await built.run(['--plan'], variables());
      expect([plan.code, plan.err]).toEqual([0, '']);
      expect(plan.out).toContain('refunds');
      expect(await acme.members()).toEqual([]);
    });

    speaks((args, env) => built.run(args, env));
  },
);
