/** Every provider of this build, by the catalog's `provider.type`, and the runner of actions. */
import type { JsonObject } from '../core/json.ts';
import { githubTeam, CONFIG as TEAM_CONFIG, TARGET as TEAM_TARGET } from './github-team/github-team.ts';
import { CONFIG as POSTGRES_CONFIG, TARGET as POSTGRES_TARGET } from './postgres/config.ts';
import { postgres } from './postgres/postgres.ts';
import { type ActionRunner, type Io, type Provider, type ProviderDefinition, ProviderError } from './provider.ts';
import { problemsIn, type Settings } from './settings.ts';
import { openWorkflows } from './workflow/workflow.ts';

export const providers: Readonly<Record<string, ProviderDefinition>> = {
  [githubTeam.type]: githubTeam,
  [postgres.type]: postgres,
};

/** What is wrong with a binding of the catalog, without asking anybody; empty: nothing. */
export function bindingProblems(type: string, config: JsonObject, target: JsonObject): readonly string[] {
  const settings = Object.hasOwn(SETTINGS, type) ? SETTINGS[type] : undefined;
  if (settings === undefined) return [unknownProvider(type)];
  return [...problemsIn(type, settings.config, config), ...problemsIn(`${type} grant`, settings.target, target)];
}

const SETTINGS: Readonly<Record<string, { readonly config: Settings; readonly target: Settings }>> = {
  [githubTeam.type]: { config: TEAM_CONFIG, target: TEAM_TARGET },
  [postgres.type]: { config: POSTGRES_CONFIG, target: POSTGRES_TARGET },
};

function unknownProvider(type: string): string {
  return `there is no provider \`${type}\`; there are \`${Object.keys(providers).sort().join('`, `')}\``;
}

/** Throws `ProviderError` `unknown-provider`, or what opening throws: `configuration`, an absent secret. */
export async function openProvider(type: string, config: JsonObject, io: Io): Promise<Provider> {
  const definition = Object.hasOwn(providers, type) ? providers[type] : undefined;
  if (definition === undefined) throw new ProviderError('unknown-provider', unknownProvider(type));
  return definition.open(config, io);
}

export function actionRunner(io: Io): ActionRunner {
  return openWorkflows(io);
}
