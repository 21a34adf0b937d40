/**
 * A local look-alike of GitHub: its REST API under `${url}/api/v3`, git over HTTP under `${url}/<owner>/<repo>.git`, Apps,
 * webhooks and Actions, over real bare git repositories in `directory`. For the demo, `gatepass dev` and the tests.
 */
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { RunView } from './actions/run.ts';
import { actionsRunner, type Runner } from './actions/runner.ts';
import { emitCheckRun } from './events.ts';
import type { Faults } from './faults.ts';
import type { CheckRun, Json, Repository } from './model.ts';
import { setDraft } from './pulls/open.ts';
import { queuePull } from './pulls/queue.ts';
import { makeRouter } from './router.ts';
import { appRoutes } from './routes/apps.ts';
import { ROUTES } from './routes/table.ts';
import { addRuleset } from './rules/rulesets.ts';
import { makeServer } from './server.ts';
import * as apps from './setup/apps.ts';
import * as people from './setup/people.ts';
import * as repositories from './setup/repositories.ts';
import { makeWorld } from './state.ts';
import { acceptInvitation } from './teams.ts';
import { newToken } from './token.ts';
import type { Clock, HubState, OnExchange } from './types.ts';
import type { Delivery } from './webhooks.ts';

export interface HubOptions {
  /** Where the repositories are kept; made if it is not there. */
  readonly directory: string;
  /** A free one unless told. */
  readonly port?: number;
  readonly host?: string;
  /** Where the clock starts; it then stands still unless `running`. Without it the clock is the machine's. */
  readonly now?: string;
  readonly running?: boolean;
  /** Local folders for the `uses:` of workflows, by `owner/repo/path`. */
  readonly actions?: Readonly<Record<string, string>>;
  /** Sees every API exchange; what it throws becomes a 500. */
  readonly onExchange?: OnExchange;
}

export interface Hub {
  readonly url: string;
  readonly apiUrl: string;
  readonly clock: Clock;
  readonly state: HubState;
  readonly faults: Faults;
  /** What goes wrong with workflows is in `actions.faults`. */
  readonly actions: Runner;
  addUser(user: people.NewUser): { id: number; login: string; token: string };
  addOrganization(organization: people.NewOrganization): void;
  addTeam(organization: string, team: people.NewTeam): { id: number; slug: string };
  addRepository(repository: repositories.NewRepository): Promise<Repository>;
  fork(owner: string, name: string, under: string): Promise<Repository>;
  addApp(app: apps.NewApp): Promise<apps.AddedApp>;
  /** With write access. GitHub takes it over SSH, which is not here: its secret is the password of a push over HTTP. */
  addDeployKey(owner: string, name: string, addedBy: string): string;
  setWebhookUrl(app: number, url: string | null): void;
  /** Adds a ruleset in GitHub's own JSON; the answer is its id. */
  protect(owner: string, name: string, ruleset: Json): number;
  /** Which branches may use an environment; `null`: any. A secret makes one for the default branch only. */
  setEnvironment(owner: string, name: string, environment: string, branches: readonly string[] | null): void;
  /** `environment: null` is the repository's own. */
  setSecret(owner: string, name: string, environment: string | null, key: string, value: string): void;
  /** Somebody invited to an organisation accepts. */
  acceptInvitation(organization: string, login: string): void;
  /** The id stays, the old login becomes free. */
  renameUser(login: string, to: string): void;
  /** What GitHub offers only in the browser and through GraphQL. */
  setDraft(owner: string, name: string, number: number, draft: boolean, login: string): Promise<void>;
  /** Somebody adds a pull request to the merge queue; resolves to the group's head, whose checks are asked for. */
  queue(owner: string, name: string, number: number, login: string): Promise<string>;
  /** Somebody presses a button of a check run, or "re-run". */
  requestAction(owner: string, name: string, checkRun: number, identifier: string, login: string): void;
  rerequest(owner: string, name: string, checkRun: number, login: string): void;
  /** Newest first. */
  deliveries(app: number): Delivery[];
  redeliver(app: number, delivery: number): boolean;
  runs(owner: string, name: string): RunView[];
  /** Resolves when no webhook and no run is under way. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export async function startHub(options: HubOptions): Promise<Hub> {
  await mkdir(options.directory, { recursive: true });
  const world = makeWorld({
    directory: options.directory,
    ...(options.now === undefined ? {} : { now: options.now }),
    running: options.running ?? options.now === undefined,
    onAdvance: (from, to) => actions.onAdvance(from, to),
  });
  const { box, state, webhooks } = world;
  const actions = actionsRunner(state, options.actions ?? {});
  state.events.on('push', (move) => actions.onPush(move));
  const router = makeRouter([...ROUTES, ...appRoutes(webhooks), ...actions.routes]);
  const server = makeServer(state, { router, faults: box, onExchange: options.onExchange ?? null });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  state.url = `http://${host}:${(server.address() as AddressInfo).port}`;
  state.apiUrl = `${state.url}/api/v3`;

  async function idle(): Promise<void> {
    // Webhooks start workflows and workflows send webhooks.
    do {
      await webhooks.idle();
      await actions.idle();
    } while (webhooks.isBusy());
  }

  return {
    url: state.url,
    apiUrl: state.apiUrl,
    clock: state.clock,
    state,
    faults: box.faults,
    actions,
    addUser: (user) => people.addUser(state, user),
    addOrganization: (organization) => people.addOrganization(state, organization),
    addTeam: (organization, team) => people.addTeam(state, organization, team),
    addRepository: (repository) => repositories.addRepository(state, repository),
    fork: (owner, name, under) => repositories.addFork(state, repositories.repositoryByName(state, owner, name), under),
    addApp: (app) => apps.addApp(state, app),
    addDeployKey(owner, name, addedBy) {
      const { id: repository } = repositories.repositoryByName(state, owner, name);
      const account = people.accountByLogin(state, addedBy);
      return newToken(state, 'key', { kind: 'deploy-key', account, repository }, null);
    },
    setWebhookUrl(id, url) {
      const app = state.apps.get(id);
      if (app === undefined) throw new Error(`no App ${id} on this hub`);
      app.webhookUrl = url;
    },
    protect: (owner, name, ruleset) => addRuleset(state, repositories.repositoryByName(state, owner, name), ruleset).id,
    setEnvironment(owner, name, environment, branches) {
      repositories.setEnvironment(state, repositories.repositoryByName(state, owner, name), environment, branches);
    },
    setSecret(owner, name, environment, key, value) {
      const repository = repositories.repositoryByName(state, owner, name);
      const { environments, secrets } = repository;
      if (environment !== null && !environments.has(environment)) {
        repositories.setEnvironment(state, repository, environment);
      }
      const place = secrets.get(environment ?? '') ?? new Map<string, string>();
      secrets.set(environment ?? '', place.set(key, value));
    },
    acceptInvitation(organization, login) {
      acceptInvitation(state, people.organizationByLogin(state, organization), people.accountByLogin(state, login));
    },
    renameUser(login, to) {
      people.accountByLogin(state, login).login = to;
    },
    async setDraft(owner, name, number, draft, login) {
      const repository = repositories.repositoryByName(state, owner, name);
      const pull = repository.pulls.get(number);
      if (pull === undefined) throw new Error(`no pull request ${number} in \`${owner}/${name}\``);
      await setDraft(state, repository, pull, draft, people.accountByLogin(state, login));
    },
    async queue(owner, name, number, login) {
      const repository = repositories.repositoryByName(state, owner, name);
      const pull = repository.pulls.get(number);
      if (pull === undefined) throw new Error(`no pull request ${number} in \`${owner}/${name}\``);
      return queuePull(state, repository, pull, people.accountByLogin(state, login));
    },
    requestAction(owner, name, id, identifier, login) {
      const { repository, run } = checkRunOf(state, owner, name, id);
      const sender = people.accountByLogin(state, login);
      emitCheckRun(state, repository, run, 'requested_action', sender, { requested_action: { identifier } });
    },
    rerequest(owner, name, id, login) {
      const { repository, run } = checkRunOf(state, owner, name, id);
      emitCheckRun(state, repository, run, 'rerequested', people.accountByLogin(state, login));
    },
    deliveries: (app) => webhooks.deliveries(app),
    redeliver: (app, delivery) => webhooks.redeliver(app, delivery),
    runs: (owner, name) => actions.runs(repositories.repositoryByName(state, owner, name)),
    idle,
    async close() {
      await actions.close();
      for (const repository of state.repositories.values()) repository.git.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function checkRunOf(
  state: HubState,
  owner: string,
  name: string,
  id: number,
): { repository: Repository; run: CheckRun } {
  const repository = repositories.repositoryByName(state, owner, name);
  const run = repository.checkRuns.find((each) => each.id === id);
  if (run === undefined) throw new Error(`no check run ${id} in \`${owner}/${name}\``);
  return { repository, run };
}
