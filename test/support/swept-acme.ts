/** The example organisation with a ledger, for tests that start the sweep themselves: no workflow is started by a push. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLedger } from '../../cli/init/ledger.ts';
import type { Entry } from '../../core/ledger/entry.ts';
import { openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import type { LedgerState } from '../../core/ledger/state.ts';
import { ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { readLedger } from '../../github/ledger-store.ts';
import type { Hub, HubOptions } from '../../hub/hub.ts';
import type { File } from '../../hub/setup/repositories.ts';
import { ACCESS, type AcmeWorld, acmeWorld, unwitnessed } from './acme.ts';
import { aHub, asInstallation, git, STARTS, type TestHub } from './hub.ts';

export interface SweptAcme extends AcmeWorld {
  readonly running: TestHub;
  /** One approved and merged request for the `operator` of `payments`; alice's unless told. Its pull request's number. */
  grant(slug: string, duration: string, login?: string, resource?: string): Promise<number>;
  /** The same, not merged yet: the function returned merges it, and waits for nothing. */
  approve(slug: string, duration: string, login?: string, resource?: string): Promise<() => Promise<number>>;
  /** Alice asks once for a restart of checkout, bob approves. Its pull request's number. */
  restart(slug: string): Promise<number>;
  /** Who is in a team, sorted; unless told the one that `payments/operator` fills. */
  members(team?: string): Promise<readonly string[]>;
  /** Proven. */
  ledger(): Promise<{ readonly entries: readonly Entry[]; readonly state: LedgerState }>;
}

interface SweptOptions extends Partial<HubOptions> {
  /** Whether pushes and the schedule start the workflow. */
  readonly workflows?: boolean;
  /** Of `acme/access`, in place of the sweep's workflow without a witness. */
  readonly files?: Readonly<Record<string, File>>;
  readonly opsFiles?: Readonly<Record<string, File>>;
  /** Before the organisation's repositories are swept: teams that the files name. */
  readonly prepare?: (hub: Hub) => void;
}

export async function sweptAcme(options: SweptOptions = {}): Promise<SweptAcme> {
  const { workflows = false, files = unwitnessed(), opsFiles = {}, prepare, ...hubOptions } = options;
  const running = await aHub(hubOptions);
  const { hub, folder } = running;
  if (!workflows) {
    hub.actions.faults.suppressPush = () => true;
    hub.actions.faults.schedule = () => 'drop';
  }
  const acme = await acmeWorld(hub, { files, opsFiles });
  prepare?.(hub);
  const keyFile = join(folder, 'ledger-key.pem');
  await writeFile(keyFile, acme.ledgerKey, { mode: 0o600 });
  const clone = await acme.clone('heidi', folder);
  const repository = { id: acme.accessId, name: 'acme/access', defaultBranch: 'main' };
  await startLedger({ folder: clone, keyFile, repository, root: null, now: new Date(STARTS) });
  await git(clone, 'push', '--quiet', 'origin', 'gatepass/ledger');
  await hub.idle();

  async function approve(
    slug: string,
    duration: string,
    login = 'alice',
    resource = 'payments',
  ): Promise<() => Promise<number>> {
    const fields = `kind: AccessRequest\nduration: ${duration}\nreason: Settle the stuck payouts\n`;
    return approved(login, slug, `requests/${resource}/operator/${slug}.yaml`, fields);
  }

  async function approved(login: string, slug: string, path: string, fields: string): Promise<() => Promise<number>> {
    const asked = { [path]: `apiVersion: gatepass/v1\n${fields}` };
    const { number, head } = await acme.ask(login, folder, { branch: `${login}/${slug}`, files: asked });
    const approver = acme.as(login === 'bob' ? 'erin' : 'bob');
    await approver.pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
    // The gate's check, which the rules ask for.
    const check = { name: 'gatepass', head_sha: head, status: 'completed', conclusion: 'success' } as const;
    await asInstallation(hub, acme.gate).checks.create({ ...ACCESS, ...check });
    return async () => {
      await approver.pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
      return number;
    };
  }

  return {
    ...acme,
    running,
    approve,
    async grant(slug, duration, login, resource) {
      const number = await (await approve(slug, duration, login, resource))();
      await hub.idle();
      return number;
    },
    async restart(slug) {
      const fields =
        'kind: ActionRequest\nwithin: 1h\nreason: Checkout hangs since the deploy\ninputs: { region: eu-west-1 }\n';
      const path = `requests/checkout/restart/${slug}.yaml`;
      const number = await (await approved('alice', `restart-${slug}`, path, fields))();
      await hub.idle();
      return number;
    },
    async members(team = 'payments-production') {
      const { data } = await acme.as('heidi').teams.listMembersInOrg({ org: 'acme', team_slug: team });
      return data.map((member) => member.login).sort();
    },
    async ledger() {
      const stored = await readLedger(asInstallation(hub, acme.applier), { owner: ACCESS.owner, name: ACCESS.repo });
      const pinned = ledgerSigner(acme.ledgerKey).publicKey;
      const { entries } = openLedger(stored, { verify: verifyLedgerSignature, pinned });
      return { entries, state: replay(entries) };
    },
  };
}
