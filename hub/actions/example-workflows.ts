/**
 * The workflow files of the example organisation: the very files that `docs/guides/workflow/` offers to copy, so that
 * what users take is what the look-alike runs.
 */

import { readFileSync } from 'node:fs';

/** Where the files go in a repository. */
export const SWEEP_PATH = '.github/workflows/gatepass.yml';
export const RESTART_PATH = '.github/workflows/restart.yml';

/** The environment the sweep runs in, and its own secrets there; the others are the catalogs' credentials. */
export const SWEEP_ENVIRONMENT = 'gatepass';
export const SWEEP_SECRETS = {
  appId: 'GATEPASS_APP_ID',
  privateKey: 'GATEPASS_PRIVATE_KEY',
  ledgerKey: 'GATEPASS_LEDGER_KEY',
} as const;

/** What `uses:` names there, to be mapped to a local folder by `startHub({ actions })`. */
export const SWEEP_ACTION = 'gatepass/gatepass/action';

/** The sweep, for one repository (acme/access), or for an operations repository. */
export function exampleWorkflow(layout: 'one-repository' | 'operations' = 'one-repository'): string {
  return guide(layout === 'operations' ? 'gatepass-operations.yml' : 'gatepass.yml');
}

/** The action workflow of acme/ops. */
export function restartWorkflow(): string {
  return guide('restart.yml');
}

function guide(name: string): string {
  return readFileSync(new URL(`../../docs/guides/workflow/${name}`, import.meta.url), 'utf8');
}
