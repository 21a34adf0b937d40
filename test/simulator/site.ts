/** The organisation of simulated lives on the look-alike: its people with their tokens, its repository with rules, its Apps. */
import type { Octokit } from '@octokit/rest';
import { appClient } from '../../github/app-client.ts';
import type { GitHub } from '../../github/client.ts';
import { LEDGER_BRANCH } from '../../github/ledger-store.ts';
import { APPLIER, GATE } from '../../hub/acme.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Account, Json, Repository } from '../../hub/model.ts';
import { aHub, asInstallation, withToken } from '../support/hub.ts';
import type { Files } from '../support/memory-git.ts';
import { GATE as BOT, type MemoryUser, REPOSITORY } from '../support/memory-github.ts';
import { NAME } from './caches.ts';
import { GUARDIANS, STRANGER } from './organisation.ts';

/** Who owns the organisation: pushes where the rules forbid it, and puts the ledger right. */
export const OWNER: MemoryUser = GUARDIANS[0];

export interface Everybody {
  /** Also those who are not in the organisation, or gone: by the names they have now. */
  readonly accounts: readonly MemoryUser[];
  readonly members: readonly MemoryUser[];
  readonly teams: ReadonlyMap<string, { readonly id: number; readonly members: readonly MemoryUser[] }>;
}

export interface Site {
  readonly hub: Hub;
  readonly repository: Repository;
  /** With their own token. */
  as(user: MemoryUser): Octokit;
  readonly gate: Octokit;
  /** What a sweep signs in with: the applier's installation, through the project's own client. */
  readonly applier: GitHub;
  /** Where people are from now on. */
  tell(everybody: Everybody): void;
  /** Throws when anything that was said there was not GitHub's. */
  close(): Promise<void>;
}

export async function openSite(now: string, users: readonly MemoryUser[], files: Files): Promise<Site> {
  const running = await aHub({ now });
  const { hub } = running;
  const tokens = new Map<number, string>();
  const join = (user: MemoryUser) =>
    tokens.set(user.id, hub.addUser({ ...user, email: `${user.id}@acme.example` }).token);
  for (const user of users) join(user);
  hub.addOrganization({
    login: REPOSITORY.owner,
    id: 8000,
    owners: [OWNER.login],
    members: users.map(({ login }) => login),
  });
  const repository = await hub.addRepository({
    ...NAME,
    id: REPOSITORY.id,
    files: Object.fromEntries(files),
    // Who left the organisation can still ask.
    users: Object.fromEntries(users.map((user) => [user.login, user.id === STRANGER.id ? 'read' : 'write'])),
  });
  const [gate, applier] = await Promise.all([hub.addApp({ ...GATE, bot: BOT.id, events: [] }), hub.addApp(APPLIER)]);
  for (const ruleset of rulesets(gate.id, applier.id)) hub.protect(NAME.owner, NAME.name, ruleset);
  const credentials = { appId: String(applier.id), privateKey: applier.privateKey, apiUrl: hub.apiUrl };
  const signedIn = await appClient(credentials, NAME, async () => undefined);
  return {
    hub,
    repository,
    as: (user) => withToken(hub, tokens.get(user.id) ?? ''),
    gate: asInstallation(hub, gate),
    applier: signedIn.github,
    tell(everybody) {
      for (const user of everybody.accounts) if (!tokens.has(user.id)) join(user);
      tell(hub, repository, everybody);
    },
    async close() {
      const problems = running.problems();
      await running.stop();
      if (problems.length > 0) throw new Error(`what was said is not GitHub’s: ${problems.join('; ')}`);
    },
  };
}

function tell(hub: Hub, repository: Repository, { accounts, members, teams }: Everybody): void {
  const organization = hub.state.organizations.get(REPOSITORY.owner);
  if (organization === undefined) throw new Error('the organisation is not there');
  organization.members.clear();
  organization.teams.clear();
  const accountOf = ({ id, login }: MemoryUser): Account => {
    const account = hub.state.accounts.get(id);
    if (account === undefined) throw new Error(`${login} is not there`);
    return account;
  };
  for (const user of accounts) accountOf(user).login = user.login;
  for (const user of members) {
    const role = user.id === OWNER.id ? 'admin' : 'member';
    organization.members.set(user.id, { account: accountOf(user), role, state: 'active' });
  }
  for (const [slug, team] of teams) {
    hub.addTeam(REPOSITORY.owner, { slug, id: team.id, members: [] });
    const made = organization.teams.get(slug);
    made?.repositories.set(repository.id, 'write');
    // By id: a name may be somebody else's by now.
    for (const user of team.members)
      made?.members.set(user.id, { account: accountOf(user), role: 'member', state: 'active' });
  }
}

/** As docs/guides/real-github.md has them; the gate merges, and the owner pushes, whatever histories want of them. */
function rulesets(gate: number, applier: number): readonly Json[] {
  const owner = { actor_id: null, actor_type: 'OrganizationAdmin', bypass_mode: 'always' };
  const app = (id: number) => ({ actor_id: id, actor_type: 'Integration', bypass_mode: 'always' });
  const check = { context: 'gatepass', integration_id: gate };
  const main = { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } };
  const ledger = { ref_name: { include: [`refs/heads/${LEDGER_BRANCH}`], exclude: [] } };
  return [
    {
      name: 'every change is a pull request that the gate allows',
      conditions: main,
      bypass_actors: [owner, app(gate)],
      rules: [
        { type: 'deletion' },
        { type: 'non_fast_forward' },
        { type: 'pull_request', parameters: { required_approving_review_count: 0 } },
        { type: 'required_status_checks', parameters: { required_status_checks: [check] } },
      ],
    },
    {
      name: 'only the applier writes the ledger',
      conditions: ledger,
      bypass_actors: [owner, app(applier)],
      rules: [{ type: 'creation' }, { type: 'update' }],
    },
    {
      name: 'the ledger only grows',
      conditions: ledger,
      bypass_actors: [owner],
      rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
    },
  ];
}
