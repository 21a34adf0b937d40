/** The state of a hub as it begins, and how its events find the Apps that hear them. */
import { generateKeyPairSync } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { startClock } from './clock.ts';
import { type FaultBox, makeFaults } from './faults.ts';
import { accountJson, organizationJson } from './json/account.ts';
import { repositoryJson } from './json/repository.ts';
import type { Account, App, Instant, Json, Permissions, Repository } from './model.ts';
import { newToken } from './token.ts';
import type { About, HubState } from './types.ts';
import { makeWebhooks, type Webhooks } from './webhooks.ts';

export interface StateOptions {
  readonly directory: string;
  readonly now?: string;
  readonly running: boolean;
  readonly onAdvance: (from: Instant, to: Instant) => Promise<void>;
}

export interface World {
  readonly state: HubState;
  readonly webhooks: Webhooks;
  readonly box: FaultBox;
}

/** GitHub's own ids of its Actions App and of its bot. */
const ACTIONS_APP = 15368;
const ACTIONS_BOT = 41898282;

export function makeWorld(options: StateOptions): World {
  let lastId = 10_000;
  const box = makeFaults(() => {
    for (const [token, held] of state.tokens)
      if (token.startsWith('ghs_')) state.tokens.set(token, { ...held, expires: 0 });
  });
  const state: HubState = {
    url: '',
    apiUrl: '',
    directory: options.directory,
    clock: startClock(options),
    events: new EventEmitter(),
    accounts: new Map(),
    organizations: new Map(),
    repositories: new Map(),
    apps: new Map(),
    installations: new Map(),
    tokens: new Map(),
    verified: new Set(),
    notModified: 0,
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    emit: (event, payload, about) => emit(state, webhooks, event, payload, about),
    workflowToken: (repository, permissions) => workflowToken(state, repository, permissions),
  };
  const webhooks = makeWebhooks(state, box);
  state.apps.set(ACTIONS_APP, actionsApp(state));
  return { state, webhooks, box };
}

function actionsApp(state: HubState): App {
  const owner = account(9919, 'github', 'Organization');
  const bot = account(ACTIONS_BOT, 'github-actions[bot]', 'Bot');
  state.accounts.set(bot.id, bot);
  return {
    id: ACTIONS_APP,
    slug: 'github-actions',
    name: 'GitHub Actions',
    owner,
    bot,
    permissions: {},
    events: [],
    // No JSON web token verifies against this key: it is made for nobody.
    publicKey: generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    webhookUrl: null,
    webhookSecret: '',
    createdAt: state.clock.now(),
  };
}

/** An account with GitHub's no-reply address unless it has one of its own. */
export function account(id: number, login: string, type: Account['type'], email?: string): Account {
  return { id, login, type, email: email ?? `${id}+${login}@users.noreply.github.com` };
}

/** Tokens of workflows live as long as a job may: six hours. */
const JOB = 6 * 3_600_000;

function workflowToken(state: HubState, repository: Repository, permissions: Permissions): string {
  const app = state.apps.get(ACTIONS_APP);
  if (app === undefined) throw new Error('the Actions App is missing');
  const repositories = new Set([repository.id]);
  const actor = {
    kind: 'installation',
    app,
    account: app.bot,
    owner: repository.owner,
    permissions,
    repositories,
  } as const;
  return newToken(state, 'ghs', actor, Date.now() + JOB);
}

function emit(state: HubState, webhooks: Webhooks, event: string, payload: Json, about: About): void {
  const { repository, sender, only } = about;
  const organization = about.organization ?? state.organizations.get(repository?.owner.login.toLowerCase() ?? '');
  const whole: Json = {
    ...(repository === undefined ? {} : { repository: repositoryJson(state, repository) }),
    ...(organization === undefined ? {} : { organization: organizationJson(state, organization) }),
    ...payload,
    sender: accountJson(state, sender),
  };
  const action = typeof payload['action'] === 'string' ? payload['action'] : null;
  state.events.emit('webhook', { event, action, repository: repository ?? null, payload: whole });
  const owner = repository?.owner.id ?? organization?.account.id;
  for (const installation of state.installations.values()) {
    const { app } = installation;
    if (installation.account.id !== owner || (only !== undefined && app !== only)) continue;
    const covered =
      repository === undefined || installation.repositories === null || installation.repositories.has(repository.id);
    if (covered && (only !== undefined || app.events.includes(event))) webhooks.send(app, installation, event, whole);
  }
}
