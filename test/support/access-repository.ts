/** A copy of the example organisation in a folder of its own, removed after the test. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export const PROJECT = join(import.meta.dirname, '..', '..');

export async function anAccessRepository(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await anEmptyFolder();
  await cp(join(PROJECT, 'policies'), join(root, 'policies'), { recursive: true });
  await cp(join(PROJECT, 'CODEOWNERS'), join(root, 'CODEOWNERS'));
  await mkdir(join(root, 'requests'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

export async function anEmptyFolder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'gatepass-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return root;
}
