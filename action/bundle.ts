/**
 * The Action as GitHub runs it, and the container's program: one ESM file and the licences of what is in it. The same sources give the same bytes. Names
 * are kept and lines are not joined, so that a reviewer can read a change of the bundle. Writes nothing.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';

const ROOT = join(import.meta.dirname, '..');

/** Some packages are CommonJS and ask for Node's own modules by `require`, which an ESM file has not. */
const BANNER = `// Built by \`npm run build\` from the sources in this repository. Do not edit.
import { createRequire as gatepassCreateRequire } from 'node:module';
const require = gatepassCreateRequire(import.meta.url);`;

/** By file name: `index.js`, `licenses.txt`. `entry`: where the program starts, from the root of the project. */
export async function bundle(entry = 'action/main.ts'): Promise<ReadonlyMap<string, string>> {
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile: 'action/dist/index.js',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    charset: 'utf8',
    // Its settings are for the types: the bundle is the same where no such file is, as in the container.
    tsconfigRaw: {},
    legalComments: 'none',
    minifySyntax: true,
    keepNames: false,
    banner: { js: BANNER },
    // `pg` looks for its native binding, which is an optional package that nobody installs here.
    external: ['pg-native'],
    logLevel: 'warning',
  });
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error('esbuild gave no file');
  return new Map([
    ['index.js', output.text],
    ['licenses.txt', licences(result.metafile)],
  ]);
}

/** Name, version, licence and its text, of every package that has a byte in the bundle. */
function licences(metafile: Metafile): string {
  const folders = new Set<string>();
  for (const path of Object.keys(metafile.inputs)) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = [...folders].sort().map((folder) => {
    const description = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    const text = licenceText(join(ROOT, folder));
    return `${description.name} ${description.version}\n${description.license}\n\n${text}`.trimEnd();
  });
  return `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function licenceText(folder: string): string {
  for (const name of ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'License']) {
    const text = readOrNull(join(folder, name));
    if (text !== null) return text.replaceAll('\r\n', '\n');
  }
  return `(${relative(ROOT, folder)} brings no licence file of its own)`;
}

/** `null`: it is not there. */
export function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
