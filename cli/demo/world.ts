/**
 * The world of the demo: the look-alike of GitHub with the example organisation, a real PostgreSQL, the real app in a
 * process of its own, the bundled Action. Everything lives in one temporary folder and is gone at the end.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { buildAcme } from '../../hub/acme.ts';
import { type Hub, startHub } from '../../hub/hub.ts';
import { git } from '../git.ts';
import { startLedger } from '../init/ledger.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { type Databases, startDatabases } from './databases.ts';
import { createHand, type Hand, type Repository } from './hand.ts';

/** A Monday at noon in Berlin; carol is on call for orders. */
const STARTS = '2026-11-23T10:00:00.000Z';
export const PROJECT = join(import.meta.dirname, '..', '..');

export interface World {
  readonly hub: Hub;
  readonly databases: Databases;
  readonly app: AppProcess;
  readonly folder: string;
  readonly access: Repository;
  readonly ops: Repository;
  /** Of this project. */
  readonly project: string;
  /** By login. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Of the access repository, with a person's token. */
  urlAs(login: string): string;
  /** Switches the branch rules off, as an admin can; the function returned switches them on again. */
  suspendRules(): Promise<() => Promise<void>>;
  /** A person's keyboard; their clone is made at the first call. */
  hand(login: string): Promise<Hand>;
  /** A fresh clone of the access repository, ledger branch included, as an auditor would make one. */
  clone(name: string): Promise<string>;
  close(): Promise<void>;
}

/** @param now where the look-alike's clock starts; it stands still until it is advanced */
export async function startWorld(now: string = STARTS): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'gatepass-demo-'));
  await mkdir(join(folder, 'hub'));
  // The slowest to start goes first, beside everything else.
  const databasesSoon = startDatabases();
  const hub = await startHub({
    directory: join(folder, 'hub'),
    now,
    actions: { 'gatepass/gatepass/action': join(PROJECT, 'action') },
  });
  const acme = await buildAcme(hub, PROJECT);
  const repository = (repo: string, login: string): Repository => ({
    owner: 'acme',
    repo,
    gitUrl: `${hub.url.replace('://', `://${login}:${acme.tokens[login]}@`)}/acme/${repo}.git`,
    apiUrl: `${hub.url}/api/v3`,
  });
  const hands = new Map<string, Promise<Hand>>();
  const hand = (login: string) => {
    const made = hands.get(login) ?? createHand(login, acme.tokens[login] ?? '', repository('access', login), folder);
    hands.set(login, made);
    return made;
  };
  let clones = 0;
  const clone = async (name: string) => {
    clones += 1;
    const target = join(folder, `${name}-${clones}`);
    await git(folder, ['clone', '--quiet', repository('access', 'heidi').gitUrl, target]);
    await git(target, ['fetch', '--quiet', 'origin', 'gatepass/ledger:gatepass/ledger']);
    return target;
  };
  await startItsLedger(hub, folder, repository('access', 'heidi'), acme.accessId, acme.ledgerKey);
  const databases = await databasesSoon;
  for (const [name, uri] of Object.entries(databases.secrets)) hub.setSecret('acme', 'access', 'gatepass', name, uri);
  const app = await startApp(acme.gate, hub, join(PROJECT, 'app', 'main.ts'));

  return {
    hub,
    databases,
    app,
    folder,
    access: repository('access', 'heidi'),
    ops: repository('ops', 'heidi'),
    project: PROJECT,
    tokens: acme.tokens,
    urlAs: (login) => repository('access', login).gitUrl,
    suspendRules: () => suspendRules(acme.tokens['heidi'] ?? '', repository('access', 'heidi')),
    hand,
    clone,
    close: async () => {
      await app.stop();
      await hub.close();
      await databases.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function suspendRules(token: string, repository: Repository): Promise<() => Promise<void>> {
  const api = new Octokit({ auth: token, baseUrl: repository.apiUrl });
  const { owner, repo } = repository;
  const { data } = await api.repos.getRepoRulesets({ owner, repo });
  const set = async (enforcement: 'active' | 'disabled') => {
    for (const { id } of data) await api.repos.updateRepoRuleset({ owner, repo, ruleset_id: id, enforcement });
  };
  await set('disabled');
  return () => set('active');
}

async function startItsLedger(
  hub: Hub,
  folder: string,
  repository: Repository,
  id: number,
  keyPem: string,
): Promise<void> {
  const clone = join(folder, 'operator');
  const keyFile = join(folder, 'ledger-key.pem');
  await writeFile(keyFile, keyPem, { mode: 0o600 });
  await git(folder, ['clone', '--quiet', repository.gitUrl, clone]);
  await startLedger({
    folder: clone,
    keyFile,
    repository: { id, name: 'acme/access', defaultBranch: 'main' },
    root: null,
    now: new Date(hub.clock.now()),
  });
  await git(clone, ['push', '--quiet', 'origin', 'gatepass/ledger']);
}
