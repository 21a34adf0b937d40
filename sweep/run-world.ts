/**
 * The world of a real sweep: signed in to GitHub as the applier, with the providers of this build. The Action and the
 * command line share it. What may be done with it is the caller's choice: `'everything'`, `'removals'` for the day when
 * nothing may begin, `'nothing'` to look at the plan alone.
 */
import { type AppClient, appClient, readingClient } from '../github/app-client.ts';
import type { RepositoryName } from '../github/client.ts';
import { readOnly } from '../github/read-only.ts';
import { gitCache } from '../github/tree.ts';
import type { Io } from '../providers/provider.ts';
import { actionRunner, openProvider } from '../providers/registry.ts';
import { attestation } from './attest.ts';
import { authorizedFetch, readingFetch } from './fetch.ts';
import type { Environment, SweepInputs } from './inputs.ts';
import { machineClock } from './machine-clock.ts';
import { lookingOnly, removingOnly } from './restrict.ts';
import { secretReader } from './secrets.ts';
import type { SweepWorld } from './world.ts';

export type Scope = 'everything' | 'removals' | 'nothing';

export interface Surroundings {
  /** Where the secrets are that catalogs name. */
  readonly environment: Environment;
  /** Names this sweep in the ledger: `4711/2`. */
  readonly run: string;
  /** Keeps a value out of logs before it is used. */
  readonly mask: (value: string) => void;
  readonly log: (message: string) => void;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Throws `GitHubError` when it cannot sign in. */
export async function worldOf(inputs: SweepInputs, around: Surroundings, scope: Scope): Promise<SweepWorld> {
  const { repository, ledgerRepository, signer, witness, zone } = inputs;
  const { run, pause, mask } = around;
  const signIn = async (name: RepositoryName): Promise<AppClient> => {
    if (scope !== 'nothing') return appClient({ ...inputs, mask }, name, pause);
    const client = await readingClient({ ...inputs, mask }, name, pause);
    return { ...client, github: readOnly(client.github) };
  };
  const client = await signIn(repository);
  const isElsewhere = `${repository.owner}/${repository.name}` !== `${ledgerRepository.owner}/${ledgerRepository.name}`;
  const ledger = {
    github: (isElsewhere ? await signIn(ledgerRepository) : client).github,
    repository: ledgerRepository,
  };
  const io = ioOf(inputs, client, around, scope);
  const cache = { git: gitCache(), ledger: new Map() };
  const asked = {
    access: repository,
    ledger,
    gateApp: inputs.gateAppId,
    applierApp: Number(inputs.appId),
    cache: cache.git,
  };
  const world: SweepWorld = {
    github: client.github,
    repository,
    ledger,
    attest: attestation(client.github, asked),
    openProvider: (type, config) => openProvider(type, config, io),
    runner: actionRunner(io),
    signer,
    witness,
    run,
    zone,
    cache,
    pause,
    ...machineClock(inputs.apiUrl),
  };
  if (scope === 'everything') return world;
  return scope === 'removals' ? removingOnly(world) : lookingOnly(world);
}

function ioOf(inputs: SweepInputs, client: AppClient, around: Surroundings, scope: Scope): Io {
  const token = async () => {
    const minted = await client.token();
    around.mask(minted);
    return minted;
  };
  const send = scope === 'nothing' ? readingFetch(fetch) : fetch;
  return {
    secret: secretReader(around.environment, around.mask),
    fetch: authorizedFetch(send, inputs.apiUrl, async () => {
      await client.renew();
      return token();
    }),
    githubApi: inputs.apiUrl,
    githubActor: client.actor,
    githubToken: token,
    log: around.log,
  };
}
