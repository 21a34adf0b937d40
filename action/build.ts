/**
 * Bundles the Action into `action/dist`, which GitHub runs as it is; `--check` fails when the bundle in the repository is not
 * of these sources. `--entry FILE --out FOLDER` bundles another program, as the `Dockerfile` does.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, readOrNull } from './bundle.ts';

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, entry: { type: 'string' }, out: { type: 'string' } },
});
const out = values.out ?? join(import.meta.dirname, 'dist');
const files = await bundle(values.entry);
const stale = [...files].filter(([path, text]) => readOrNull(join(out, path)) !== text).map(([path]) => path);
if (values.check !== true) {
  mkdirSync(out, { recursive: true });
  for (const [path, text] of files) writeFileSync(join(out, path), text);
  const size = Math.round((files.get('index.js') ?? '').length / 1024);
  console.log(
    `${values.out ?? 'action/dist'}: ${size} KiB, ${stale.length === 0 ? 'unchanged' : `${stale.join(' and ')} changed`}`,
  );
} else if (stale.length > 0) {
  console.error(
    `action/dist is not built from these sources (${stale.join(', ')}): run \`npm run build\` and commit it`,
  );
  process.exitCode = 1;
} else {
  console.log('action/dist is built from these sources');
}
