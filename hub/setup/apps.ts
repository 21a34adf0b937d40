/** Puts Apps on a hub, each installed on one account. Sends no webhook. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { App, Permissions } from '../model.ts';
import { account } from '../state.ts';
import type { HubState } from '../types.ts';
import { accountByLogin } from './people.ts';
import { repositoryByName } from './repositories.ts';

export interface NewApp {
  readonly slug: string;
  readonly permissions: Permissions;
  readonly events?: readonly string[];
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  /** Where it is installed; the only organisation unless told. */
  readonly owner?: string;
  /** Names of the repositories it is installed on; all unless told. */
  readonly repositories?: readonly string[];
  readonly id?: number;
  /** Id of its own account. */
  readonly bot?: number;
}

export interface AddedApp {
  readonly id: number;
  readonly slug: string;
  /** PEM, PKCS#8. */
  readonly privateKey: string;
  readonly installationId: number;
  readonly webhookSecret: string;
}

const makeKeys = promisify(generateKeyPair);

export async function addApp(hub: HubState, wanted: NewApp): Promise<AddedApp> {
  const keys = await makeKeys('rsa', { modulusLength: 2048 });
  const login = wanted.owner ?? hub.organizations.values().next().value?.account.login;
  if (login === undefined) throw new Error(`no organisation to install \`${wanted.slug}\` on`);
  const owner = accountByLogin(hub, login);
  const id = wanted.id ?? hub.nextId();
  const bot = account(wanted.bot ?? hub.nextId(), `${wanted.slug}[bot]`, 'Bot');
  const createdAt = hub.clock.now();
  const app: App = {
    id,
    slug: wanted.slug,
    name: wanted.slug,
    owner,
    bot,
    permissions: { metadata: 'read', ...wanted.permissions },
    events: wanted.events ?? [],
    publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    webhookUrl: wanted.webhookUrl ?? null,
    webhookSecret: wanted.webhookSecret ?? `secret-of-${wanted.slug}`,
    createdAt,
  };
  hub.accounts.set(bot.id, bot);
  hub.apps.set(id, app);
  const ids = wanted.repositories?.map((name) => repositoryByName(hub, login, name).id);
  const installation = {
    id: hub.nextId(),
    app,
    account: owner,
    createdAt,
    repositories: ids === undefined ? null : new Set(ids),
  };
  hub.installations.set(installation.id, installation);
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { id, slug: app.slug, privateKey, installationId: installation.id, webhookSecret: app.webhookSecret };
}
