/**
 * The bundled Action in a process of its own, as a runner starts it, without the runner: what it writes is as it wrote it,
 * and nothing that it asked to have hidden is.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RanAction {
  readonly code: number | null;
  /** All that it wrote. */
  readonly output: string;
}

/**
 * @param file where it writes. A file and no pipe, so that whoever reads it while the Action runs sees all that is written.
 * @param inputs by the names of `action.yml`
 */
export async function runAction(
  action: string,
  file: string,
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
): Promise<RanAction> {
  const named = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = { PATH: process.env['PATH'] ?? '', ...environment, ...Object.fromEntries(named) };
  const written = openSync(file, 'w');
  const child = spawn(process.execPath, [join(action, 'dist', 'index.js')], {
    cwd: '/',
    env,
    stdio: ['ignore', written, written],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  closeSync(written);
  return { code, output: readFileSync(file, 'utf8') };
}

const MASK = /^::add-mask::(.*)$/gm;

/** What a runner hides from here on: whole values, as its commands write line breaks and percent signs. */
export function masksIn(output: string): ReadonlySet<string> {
  const values = [...output.matchAll(MASK)].map(([, value = '']) => value);
  return new Set(values.map((value) => value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')));
}

/** What is left to read once the runner has taken those commands out. */
export function withoutMasks(output: string): string {
  return output.replace(MASK, '');
}
