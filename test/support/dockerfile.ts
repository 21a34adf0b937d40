/**
 * Replays a Dockerfile without a container engine: each stage is a folder, `COPY` copies what the context would hold under
 * `.dockerignore`, `RUN` runs in the stage's folder with a clean environment. Two things are not as in an engine: the base
 * image is this machine's Node, and `npm ci` links the modules that are installed already. An instruction that it does not
 * know is an error.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export interface Image {
  /** Where `/` of the last stage is. */
  readonly root: string;
  readonly workdir: string;
  readonly user: string;
  /** Absolute paths of the image are already those of this machine. */
  readonly entrypoint: readonly string[];
}

interface Stage {
  readonly name: string;
  readonly root: string;
  workdir: string;
  user: string;
  entrypoint: readonly string[];
}

/** One a line, continuations joined, comments left out. */
export function instructionsOf(dockerfile: string): readonly string[] {
  const lines = dockerfile.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export function replayDockerfile(instructions: readonly string[], context: string, folder: string): Image {
  const stages: Stage[] = [];
  for (const line of instructions) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') stages.push(stageOf(rest, folder, stages.length));
    else apply(stages, word, rest, context);
  }
  const last = stages.at(-1);
  if (last === undefined) throw new Error('a Dockerfile begins with FROM');
  const { root, workdir, user, entrypoint } = last;
  return { root, workdir: join(root, workdir), user, entrypoint };
}

function stageOf(rest: string, folder: string, index: number): Stage {
  const [, name = String(index)] = /\sAS\s+(\S+)$/i.exec(rest) ?? [];
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  return { name, root, workdir: '/', user: 'root', entrypoint: [] };
}

function apply(stages: readonly Stage[], word: string, rest: string, context: string): void {
  const stage = stages.at(-1);
  if (stage === undefined) throw new Error(`${word} before FROM`);
  switch (word) {
    case 'WORKDIR':
      stage.workdir = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
      return;
    case 'USER':
      stage.user = rest;
      return;
    case 'COPY':
      copy(stages, stage, rest.split(/\s+/), context);
      return;
    case 'RUN':
      run(stage, rest, context);
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = (JSON.parse(rest) as string[]).map((part) =>
        part.startsWith('/') ? join(stage.root, part) : part,
      );
      return;
    default:
      throw new Error(`the replay does not know ${word}`);
  }
}

function copy(stages: readonly Stage[], stage: Stage, words: readonly string[], context: string): void {
  const [from] = words.filter((each) => each.startsWith('--from='));
  const source = from === undefined ? null : stages.find(({ name }) => name === from.slice('--from='.length));
  if (source === undefined) throw new Error(`there is no stage ${from}`);
  const paths = words.filter((each) => !each.startsWith('--'));
  const target = paths.at(-1) ?? '';
  const isFolder = target.endsWith('/');
  for (const path of paths.slice(0, -1)) {
    if (source === null && !isInContext(path, context)) throw new Error(`.dockerignore keeps ${path} out`);
    const place = normalize(join(stage.root, target.startsWith('/') ? '' : stage.workdir, target));
    const to = isFolder ? join(place, path.split('/').at(-1) ?? '') : place;
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(source === null ? context : source.root, path), to, { recursive: true });
  }
}

/** Ours keeps everything out that it does not name. */
function isInContext(path: string, context: string): boolean {
  const lines = readFileSync(join(context, '.dockerignore'), 'utf8').split('\n');
  return lines.some((line) => line.startsWith('!') && (path === line.slice(1) || path.startsWith(`${line.slice(1)}/`)));
}

function run(stage: Stage, command: string, context: string): void {
  const cwd = join(stage.root, stage.workdir);
  if (/^npm ci\b/.test(command)) {
    // `npm ci` needs both, and fails without.
    for (const name of ['package.json', 'package-lock.json']) {
      if (!existsSync(join(cwd, name))) throw new Error(`npm ci without ${name}`);
    }
    symlinkSync(join(context, 'node_modules'), join(cwd, 'node_modules'));
    return;
  }
  execFileSync('sh', ['-c', command], { cwd, env: cleanEnvironment(), stdio: 'pipe' });
}

/** Of an image of this Node: nothing of this machine's. */
export function cleanEnvironment(): Record<string, string> {
  return { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: '/nonexistent' };
}
