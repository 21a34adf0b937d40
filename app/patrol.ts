/**
 * The round that the gate makes by itself, because webhooks and runs get lost: the ledger is witnessed, failed deliveries
 * are asked for again, the sweep's workflow is kept switched on, requests that are over are tidied away. One failing part
 * holds up no other.
 */
import type { GitHub } from '../github/client.ts';
import type { Gate } from './gate.ts';
import { keepHouse } from './housekeeping.ts';
import { redeliverFailed } from './redeliver.ts';
import { witnessLedger } from './witness.ts';
import { mendWorkflow } from './workflow-state.ts';

/** @param asApp signs in as the App itself, which alone may see its deliveries */
export async function patrol(
  gate: Gate,
  asApp: () => Promise<GitHub>,
  defaultBranch: () => Promise<string>,
): Promise<void> {
  await part(gate, 'witness', () => witnessLedger(gate));
  await part(gate, 'redelivery', async () => {
    const again = await redeliverFailed(await asApp());
    if (again > 0) gate.log.warn({ deliveries: again }, 'failed deliveries are asked for again');
  });
  await part(gate, 'workflow', () => mendWorkflow(gate));
  await part(gate, 'housekeeping', async () => keepHouse(gate, await defaultBranch()));
}

async function part(gate: Gate, name: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    gate.log.error({ part: name, err: error }, 'a part of the patrol failed; the next one tries again');
  }
}
