/** The look-alike of GitHub for the tests of the GitHub providers: an organisation, a team, an operations repository. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { type Hub, startHub } from '../../../hub/hub.ts';
import type { Permissions } from '../../../hub/model.ts';
import { watchExchanges } from '../../../hub/openapi/exchange.ts';
import type { Io } from '../../../providers/provider.ts';
import type { Harness } from './contract.ts';

export const NOW = '2026-11-23T10:00:00Z';

const RESTART = `name: restart
run-name: restart \${{ inputs.region }} (\${{ inputs.gatepass }})
on:
  workflow_dispatch:
    inputs:
      region: { type: choice, options: [eu-west-1, nowhere], required: true }
      gatepass: { type: string, required: true }
jobs:
  restart:
    runs-on: ubuntu-latest
    steps:
      - run: test "$REGION" != nowhere
        env:
          REGION: \${{ inputs.region }}
`;

/** The description calls it a date-time; GitHub's documentation of the same parameter says a range, such as `>=2026-…`. */
const KNOWN = [
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs → 200: query parameter /created must match format "date-time"',
];

export interface HubWorld {
  readonly hub: Hub;
  /** As the applier's installation. */
  readonly io: Io;
  /** Of heidi, who owns the organisation. */
  readonly ownerToken: string;
  /** As heidi. Answers with the status and the body. */
  asOwner(method: string, path: string, body?: object): Promise<{ status: number; data: unknown }>;
  /** What was not as GitHub's own description says. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export async function startHubWorld(): Promise<HubWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'gatepass-hub-'));
  const watch = watchExchanges('collect');
  const hub = await startHub({ directory, now: NOW, onExchange: watch.onExchange });
  hub.addUser({ login: 'alice', id: 1001 });
  hub.addUser({ login: 'grace', id: 1007 });
  hub.addUser({ login: 'mallory', id: 1009 });
  const heidi = hub.addUser({ login: 'heidi', id: 1008 });
  hub.addOrganization({ login: 'acme', id: 9000, owners: ['heidi'], members: ['alice', 'mallory'] });
  hub.addTeam('acme', { slug: 'platform', id: 76, members: ['heidi'] });
  hub.addTeam('acme', { slug: 'payments-production', id: 77, members: [] });
  await hub.addRepository({
    owner: 'acme',
    name: 'ops',
    files: { '.github/workflows/restart.yml': RESTART },
    teams: { platform: 'write' },
    users: { mallory: 'write' },
  });
  const io = await ioOf(hub, 'gatepass-applier', { members: 'write', actions: 'write' });
  return {
    hub,
    io,
    ownerToken: heidi.token,
    get problems() {
      return watch.problems.filter((problem) => !KNOWN.includes(problem));
    },
    asOwner: (method, path, body) => callAs(hub, heidi.token, method, path, body),
    close: async () => {
      await hub.idle();
      await hub.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** As the installation of a new App with these permissions. */
export async function ioOf(hub: Hub, slug: string, permissions: Permissions): Promise<Io> {
  const app = await hub.addApp({ slug, permissions });
  const auth = createAppAuth({
    appId: app.id,
    privateKey: app.privateKey,
    installationId: app.installationId,
    request: new Octokit({ baseUrl: hub.apiUrl }).request,
  });
  return {
    secret: (name) => `the secret ${name}`,
    fetch,
    githubApi: hub.apiUrl,
    githubToken: async () => (await auth({ type: 'installation' })).token,
    githubActor: `${slug}[bot]`,
    log: () => undefined,
  };
}

async function callAs(hub: Hub, token: string, method: string, path: string, body?: object) {
  const response = await fetch(`${hub.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, data: text === '' ? null : (JSON.parse(text) as unknown) };
}

export async function teamHarness(): Promise<Harness & { readonly world: HubWorld }> {
  const world = await startHubWorld();
  const { hub } = world;
  const memberships = '/orgs/acme/teams/payments-production/memberships';
  const loginOf = (id: number) => hub.state.accounts.get(id)?.login ?? '';
  const heldBy = async (id: number) => {
    const { status, data } = await world.asOwner('GET', `${memberships}/${loginOf(id)}`);
    return status === 404 ? null : (data as { role: string }).role;
  };
  return {
    world,
    levels: ['member', 'maintainer'],
    io: world.io,
    config: { organization: 'acme', allowMaintainer: true },
    target: (role) => ({ team: 'payments-production', role }),
    who: { name: 'alice', github: { id: 1001, login: 'alice' }, identity: null },
    stranger: { name: 'zoe', github: { id: 1999, login: 'zoe' }, identity: null },
    secrets: ['the secret', 'ghs_'],
    held: () => heldBy(1001),
    setOutside: async (value) => {
      const path = `${memberships}/${loginOf(1001)}`;
      await (value === null ? world.asOwner('DELETE', path) : world.asOwner('PUT', path, { role: value }));
    },
    loseNextAnswer: () => {
      for (const method of ['PUT', 'DELETE']) hub.faults.loseAnswer({ method, path: /\/memberships\// });
    },
    throttle: async (isOn) => {
      if (isOn) hub.faults.secondaryLimit({ method: 'PUT' }, { retryAfter: 60, times: 100 });
      else hub.faults.clear();
    },
    hideParent: async (isHidden) => {
      if (isHidden) hub.faults.answer({ path: /^\/orgs\/acme\/teams/ }, 404, 100);
      else hub.faults.clear();
    },
    rename: async () => {
      Object.assign(hub.state.accounts.get(1001) ?? {}, { login: 'alice-smith' });
      hub.addUser({ login: 'alice', id: 1099 });
      hub.addTeam('acme', { slug: 'newcomers', members: ['alice'] });
      return () => heldBy(1099);
    },
    close: () => world.close(),
  };
}
