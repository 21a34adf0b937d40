/** Gate 2 on the look-alike, in this process: the applier’s own client, a target in memory, and its ledger. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLedger } from '../../cli/init/ledger.ts';
import { openLedger } from '../../core/ledger/head.ts';
import { replay } from '../../core/ledger/replay.ts';
import { ledgerSigner, verifyLedgerSignature } from '../../github/ledger-key.ts';
import { readLedger } from '../../github/ledger-store.ts';
import { gitCache } from '../../github/tree.ts';
import type { Acme, AcmeOptions } from '../../hub/acme.ts';
import type { Hub } from '../../hub/hub.ts';
import { type Attest, attestation } from '../../sweep/attest.ts';
import type { SweepReport } from '../../sweep/report.ts';
import { sweep } from '../../sweep/sweep.ts';
import { type AcmeWorld, acmeWorld } from '../support/acme.ts';
import { aHub, asInstallation, git, STARTS, type TestHub } from '../support/hub.ts';
import { MemoryRunner, MemoryTarget } from '../support/memory-provider.ts';

const ACCESS = { owner: 'acme', name: 'access' };

export interface Applier {
  readonly target: MemoryTarget;
  /** As a fresh process, which looks at how GitHub is set up only if told to. */
  sweep(options?: { readonly attests?: boolean }): Promise<SweepReport>;
  /** What the ledger made of each request, by path. */
  fates(): Promise<Readonly<Record<string, string>>>;
}

export function applierOn(hub: Hub, acme: Acme): Applier {
  const target = new MemoryTarget();
  const signer = ledgerSigner(acme.ledgerKey);
  const none: Attest = async () => [];
  let runs = 0;
  return {
    target,
    sweep: ({ attests = false } = {}) => {
      const github = asInstallation(hub, acme.applier);
      const ledger = { github, repository: ACCESS };
      const asked = { access: ACCESS, ledger, gateApp: acme.gate.id, applierApp: acme.applier.id };
      return sweep({
        github,
        repository: ACCESS,
        ledger,
        attest: attests ? attestation(github, asked) : none,
        openProvider: async (type, config) => target.open(type, config),
        runner: new MemoryRunner(),
        signer,
        witness: 'none',
        run: `${++runs}/1`,
        zone: 'default',
        cache: { git: gitCache(), ledger: new Map() },
        pause: async () => {},
      });
    },
    fates: async () => {
      const stored = await readLedger(asInstallation(hub, acme.applier), ACCESS);
      const opened = openLedger(stored, {
        verify: verifyLedgerSignature,
        pinned: signer.publicKey,
      });
      const { requests } = replay(opened.entries);
      return Object.fromEntries([...requests.values()].map(({ request, status }) => [request.path, status.is]));
    },
  };
}

export interface QuietWorld extends AcmeWorld, TestHub {
  readonly gate2: Applier;
}

/** The example organisation with a ledger and no app running: a test says when each gate looks. */
export async function quietWorld(options: AcmeOptions = {}): Promise<QuietWorld> {
  const running = await aHub();
  const acme = await acmeWorld(running.hub, options);
  const keyFile = join(running.folder, 'ledger-key.pem');
  await writeFile(keyFile, acme.ledgerKey, { mode: 0o600 });
  const clone = await acme.clone('heidi', running.folder);
  const repository = { id: acme.accessId, name: 'acme/access', defaultBranch: 'main' };
  await startLedger({ folder: clone, keyFile, repository, root: null, now: new Date(STARTS) });
  await git(clone, 'push', '--quiet', 'origin', 'gatepass/ledger');
  await running.hub.idle();
  return { ...running, ...acme, gate2: applierOn(running.hub, acme) };
}
