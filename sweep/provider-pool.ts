/** Providers opened once a sweep for each configuration, and closed at its end. Knows nothing of what they are used for. */
import { canonicalJson } from '../core/canonical.ts';
import type { JsonObject } from '../core/json.ts';
import type { Provider } from '../providers/provider.ts';
import type { SweepWorld } from './world.ts';

export interface ProviderPool {
  /** Throws what opening throws, each time: a configuration that is wrong stays wrong. */
  open(type: string, config: JsonObject): Promise<Provider>;
  /** Never throws: what a provider cannot close, the end of the process will. */
  close(): Promise<void>;
}

export function providerPool(world: SweepWorld): ProviderPool {
  const opened = new Map<string, Promise<Provider>>();
  return {
    open: (type, config) => {
      const key = providerKey(type, config);
      const known = opened.get(key);
      if (known !== undefined) return known;
      const opening = world.openProvider(type, config);
      opened.set(key, opening);
      return opening;
    },
    close: async () => {
      const providers = await Promise.allSettled(opened.values());
      await Promise.allSettled(
        providers.map((each) => (each.status === 'fulfilled' ? each.value.close() : Promise.resolve())),
      );
    },
  };
}

/** The same for slots that one provider instance serves. */
export function providerKey(type: string, config: JsonObject): string {
  return `${type} ${canonicalJson(config)}`;
}
