/**
 * Bundles the Action into `action/dist`, which GitHub runs as it is; `--check` fails when the bundle in the repository is not
 * of these sources.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, readOrNull } from './bundle.ts';

const DIST = join(import.meta.dirname, 'dist');

const isCheck = process.argv.includes('--check');
const files = await bundle();
const stale = [...files].filter(([path, text]) => !isSame(join(DIST, path), text)).map(([path]) => path);
if (!isCheck) {
  mkdirSync(DIST, { recursive: true });
  for (const [path, text] of files) writeFileSync(join(DIST, path), text);
  const size = Math.round((files.get('index.js') ?? '').length / 1024);
  console.log(`action/dist: ${size} KiB, ${stale.length === 0 ? 'unchanged' : `${stale.join(' and ')} changed`}`);
} else if (stale.length > 0) {
  console.error(
    `action/dist is not built from these sources (${stale.join(', ')}): run \`npm run build\` and commit it`,
  );
  process.exitCode = 1;
} else {
  console.log('action/dist is built from these sources');
}

function isSame(path: string, text: string): boolean {
  return readOrNull(path) === text;
}
