import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { anEmptyFolder, PROJECT } from '../support/access-repository.ts';

const run = promisify(execFile);
const BIN = join(PROJECT, 'cli', 'bin.js');

/** The machine's own Node, which may be 20: the first on the path that is not the project's. */
async function machineNode(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    if (folder.includes('node_modules')) continue;
    const file = join(folder, 'node');
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return process.execPath;
}

describe('the gatepass executable', () => {
  it('runs on the Node of the machine, from any folder', async () => {
    const cwd = await anEmptyFolder();
    const node = await machineNode();
    const { stdout } = await run(node, [BIN, 'owners', '--codeowners', join(PROJECT, 'CODEOWNERS'), '--json', 'a'], {
      cwd,
    });
    expect(JSON.parse(stdout)).toEqual([{ path: 'a', owners: ['@acme/platform'], line: 2, pattern: '*' }]);
  });

  it('hands the exit code and the error through', async () => {
    const failed = await run(await machineNode(), [BIN, 'owners'], { cwd: PROJECT }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 2, stderr: expect.stringContaining('no path given') });
  });

  it('names the commands there are when asked for another', async () => {
    const failed = await run(await machineNode(), [BIN, 'grant'], { cwd: PROJECT }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no command `grant`; there are audit, can, check/),
    });
  });
});
