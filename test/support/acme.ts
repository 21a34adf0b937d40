/** The example organisation on a look-alike, with clients and clones for its people. */
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Octokit } from '@octokit/rest';
import { type Acme, type AcmeOptions, buildAcme } from '../../hub/acme.ts';
import type { Hub } from '../../hub/hub.ts';
import { git, gitUrl, withToken } from './hub.ts';

const ROOT = join(import.meta.dirname, '..', '..');

export const ACCESS = { owner: 'acme', repo: 'access' } as const;

export interface AcmeWorld extends Acme {
  readonly hub: Hub;
  as(login: string): Octokit;
  /** A clone of `acme/access` with a person's token and identity. */
  clone(login: string, folder: string): Promise<string>;
  /** Commits files on a new branch of a fresh clone, pushes it, and opens the pull request. */
  ask(login: string, folder: string, wanted: Ask): Promise<{ number: number; head: string }>;
}

export interface Ask {
  readonly branch: string;
  readonly files: Readonly<Record<string, string>>;
  readonly title?: string;
}

export async function acmeWorld(hub: Hub, options: AcmeOptions = {}): Promise<AcmeWorld> {
  const acme = await buildAcme(hub, ROOT, options);
  const tokenOf = (login: string): string => {
    const token = acme.tokens[login];
    if (token === undefined) throw new Error(`nobody is called ${login}`);
    return token;
  };
  const as = (login: string): Octokit => withToken(hub, tokenOf(login));

  async function clone(login: string, folder: string): Promise<string> {
    const target = await mkdtemp(join(folder, `${login}-`));
    await git(target, 'clone', '--quiet', gitUrl(hub, 'acme/access', login, tokenOf(login)), '.');
    await git(target, 'config', 'user.name', login);
    await git(target, 'config', 'user.email', `${login}@acme.example`);
    return target;
  }

  async function ask(login: string, folder: string, wanted: Ask): Promise<{ number: number; head: string }> {
    const target = await clone(login, folder);
    await git(target, 'checkout', '--quiet', '-b', wanted.branch);
    for (const [path, text] of Object.entries(wanted.files)) {
      await mkdir(dirname(join(target, path)), { recursive: true });
      await writeFile(join(target, path), text);
    }
    await git(target, 'add', '.');
    await git(target, 'commit', '--quiet', '-m', wanted.title ?? `Ask for ${wanted.branch}`);
    await git(target, 'push', '--quiet', 'origin', wanted.branch);
    const { data } = await as(login).pulls.create({
      ...ACCESS,
      title: wanted.title ?? wanted.branch,
      head: wanted.branch,
      base: 'main',
    });
    return { number: data.number, head: data.head.sha };
  }

  return { ...acme, hub, as, clone, ask };
}

/** The sweep's workflow where no app runs that could witness the ledger. */
export function unwitnessed(): Readonly<Record<string, string>> {
  const input = 'ledger-key: ${{ secrets.GATEPASS_LEDGER_KEY }}';
  const text = readFileSync(join(ROOT, 'docs/guides/workflow/gatepass.yml'), 'utf8');
  return { '.github/workflows/gatepass.yml': text.replace(input, `${input}\n          witness: none`) };
}

/** The request of the example: alice reads orders for two hours. */
export const REQUEST = {
  branch: 'alice/replay',
  files: {
    'requests/orders-db/read-only/replay.yaml':
      'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 2h\nreason: Replay payments stuck since the 10:40 deploy\n',
  },
} as const;

/**
 * Lets every writer pass over the rules of the default branch, as a careless admin would: for what happens when somebody
 * does. The applier cannot see bypass lists, so gate 2 goes on.
 */
export async function openBypass(acme: AcmeWorld): Promise<void> {
  const heidi = acme.as('heidi');
  const { data } = await heidi.repos.getRepoRulesets(ACCESS);
  const main = data.find(({ name }) => name.startsWith('every change'));
  if (main === undefined) throw new Error('the rules of the default branch are not there');
  await heidi.repos.updateRepoRuleset({
    ...ACCESS,
    ruleset_id: main.id,
    bypass_actors: [{ actor_id: WRITERS, actor_type: 'RepositoryRole', bypass_mode: 'always' }],
  });
}

/** GitHub's number of the repository role `write`. */
const WRITERS = 4;
