/**
 * The workflow files that `docs/guides/workflow/` offers to copy, so that what users take is what the look-alike runs.
 */

import { readFileSync } from 'node:fs';

/** Where the files go in a repository. */
export const SWEEP_PATH = '.github/workflows/gatepass.yml';
export const GATE_PATH = '.github/workflows/gate.yml';
export const RESTART_PATH = '.github/workflows/restart.yml';

/** The sweep, for one repository (acme/access), or for an operations repository. */
export function exampleWorkflow(layout: 'one-repository' | 'operations' = 'one-repository'): string {
  return guide(layout === 'operations' ? 'gatepass-operations.yml' : 'gatepass.yml');
}

/** The gate without a server. */
export function gateWorkflow(): string {
  return guide('gate.yml');
}

/** The action workflow of acme/ops. */
export function restartWorkflow(): string {
  return guide('restart.yml');
}

function guide(name: string): string {
  return readFileSync(new URL(`../../docs/guides/workflow/${name}`, import.meta.url), 'utf8');
}
