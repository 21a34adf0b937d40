/** The Action bundled from the sources as they are, in a folder of its own: `action/dist` is only as new as the last build. */
import { rmSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../action/bundle.ts';

const ACTION = join(import.meta.dirname, '..', '..', 'action');

/** The folder, as the look-alike's `actions` wants it: with `action.yml` and `dist/index.js`. */
export async function freshAction(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gatepass-action-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'dist'));
  await copyFile(join(ACTION, 'action.yml'), join(folder, 'action.yml'));
  for (const [name, text] of await bundle()) await writeFile(join(folder, 'dist', name), text);
  return folder;
}
