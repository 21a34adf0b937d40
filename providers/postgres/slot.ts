/** A slot of a cluster: which login, in which role. Named by ids that outlive every rename. */
import type { JsonObject } from '../../core/json.ts';
import type { Slot } from '../../core/ledger/entry.ts';
import { ProviderError } from '../provider.ts';
import type { Role, Server } from './catalog.ts';

/** The only value the slot takes. */
export const GRANTED = 'granted';
export function slotOf(config: JsonObject, place: string, server: Server, role: Role, member: Role): Slot {
  return {
    provider: 'postgres',
    zone: 'default',
    key: `postgres:${server.system}/${role.oid}/${member.oid}`,
    config,
    ids: { system: server.system, role: role.oid, member: member.oid },
    levels: [GRANTED],
    label: `${member.name} in role ${role.name} at ${place}`,
  };
}

export interface Pair {
  readonly role: number;
  readonly member: number;
}

/** The ids of a slot, once it is known to belong to this very cluster. */
export function pairOf(slot: Slot, server: Server): Pair {
  const { system, role, member } = slot.ids;
  if (typeof role !== 'number' || typeof member !== 'number') {
    throw new ProviderError('configuration', `the slot \`${slot.key}\` does not name a role and a member`);
  }
  if (system !== server.system) {
    // Another cluster's roles say nothing of this slot: unknown is not absent.
    const message = `\`${slot.label}\` belongs to the cluster ${system}, but ${server.system} answered`;
    throw new ProviderError('parent-changed', message);
  }
  return { role, member };
}
