/** Every provider of this build, by the catalog's `provider.type`, and the runner of actions. */
import type { JsonObject } from '../core/json.ts';
import { githubTeam } from './github-team/github-team.ts';
import { postgres } from './postgres/postgres.ts';
import { type ActionRunner, type Io, type Provider, type ProviderDefinition, ProviderError } from './provider.ts';
import { openWorkflows } from './workflow/workflow.ts';

export const providers: Readonly<Record<string, ProviderDefinition>> = {
  [githubTeam.type]: githubTeam,
  [postgres.type]: postgres,
};

/** Throws `ProviderError` `unknown-provider`, or what opening throws: `configuration`, an absent secret. */
export async function openProvider(type: string, config: JsonObject, io: Io): Promise<Provider> {
  const definition = Object.hasOwn(providers, type) ? providers[type] : undefined;
  if (definition === undefined) {
    const known = Object.keys(providers).sort().join('`, `');
    throw new ProviderError('unknown-provider', `there is no provider \`${type}\`; there are \`${known}\``);
  }
  return definition.open(config, io);
}

export function actionRunner(io: Io): ActionRunner {
  return openWorkflows(io);
}
