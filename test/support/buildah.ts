/**
 * Builds the `Dockerfile` for real, by `buildah`, which needs no daemon, and runs what came out. Only the base image stands in
 * for the official one, see `base-image.sh`: it is found under the same name, and no registry of images is asked. Packages are
 * npm's, through this machine's cache.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, runProcess } from './sweep-process.ts';

export interface Built {
  readonly user: string;
  readonly workdir: string;
  readonly entrypoint: readonly string[];
  /** What follows the entry point when nobody says anything. */
  readonly command: readonly string[];
  /** Where its `/` is on this machine. */
  readonly root: string;
  /** As `docker run IMAGE …`: the entry point with these arguments. */
  run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished>;
  /** Another program in it, as the image's user. */
  exec(words: readonly string[]): Promise<Finished>;
}

/** Why there is none here; `null`: there is one. */
export function buildahMissing(): string | null {
  if (process.getuid?.() !== 0) return 'building without a daemon is for root here';
  try {
    execFileSync('buildah', ['--version'], { stdio: 'pipe' });
    return null;
  } catch {
    return 'there is no `buildah`: apt-get install buildah';
  }
}

/** @param bases the images that the Dockerfile begins from */
export function buildImage(context: string, bases: readonly string[], folder: string): Built {
  // The storage that works everywhere, in a folder of its own: whole copies, no mounts left behind.
  const store = ['--storage-driver', 'vfs', '--root', join(folder, 'store'), '--runroot', join(folder, 'run')];
  const buildah = (...args: readonly string[]): string =>
    execFileSync('buildah', [...store, ...args], { encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 }).trim();
  const build = ['build', '--isolation', 'chroot', '--pull-never', '--disable-compression'];

  const base = join(folder, 'base');
  mkdirSync(base, { recursive: true });
  execFileSync(join(import.meta.dirname, 'base-image.sh'), [base, process.execPath], { stdio: 'pipe' });
  const names = [...new Set(bases)].flatMap((name) => ['--tag', `docker.io/library/${name}`]);
  buildah(...build, ...names, '--file', join(base, 'Containerfile'), base);
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  mkdirSync(cache, { recursive: true });
  buildah(...build, '--volume', `${cache}:/root/.npm`, '--tag', 'localhost/gatepass-sweep', context);

  const { config } = JSON.parse(buildah('inspect', '--type', 'image', 'localhost/gatepass-sweep')).OCIv1;
  const container = buildah('from', '--pull-never', 'localhost/gatepass-sweep');
  const entrypoint: readonly string[] = config.Entrypoint ?? [];
  const exec = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> => {
    const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const args = [...store, 'run', '--isolation', 'chroot', ...variables, container, '--', ...words];
    return runProcess('buildah', args, process.env as Record<string, string>);
  };
  return {
    user: config.User,
    workdir: config.WorkingDir,
    entrypoint,
    command: config.Cmd ?? [],
    root: buildah('mount', container),
    run: (args, env) => exec([...entrypoint, ...args], env),
    exec,
  };
}
