/**
 * `gatepass init`: scaffolds an access repository; with `--ledger`, starts its ledger on an orphan branch of a clone; with
 * `--rotate-key`, hands that ledger to a new key.
 */
import { resolve } from 'node:path';
import { type Command, FINE, readArguments, type Terminal, UsageError } from '../command.ts';
import { startLedger } from '../init/ledger.ts';
import { rotateKey } from '../init/rotate-key.ts';
import { scaffold } from '../init/scaffold.ts';

export const command: Command = {
  name: 'init',
  summary: 'scaffold an access repository, or start its ledger',
  usage: `gatepass init [DIR] --organization NAME [--team SLUG] [--zones NAME,NAME]
gatepass init --ledger --key FILE --repository OWNER/NAME --repository-id NUMBER [--root COMMIT] [--branch main] [DIR]
gatepass init --rotate-key --key OLD --new-key NEW [DIR]

  DIR                 the folder; default: here
  --organization      your GitHub organisation
  --team              the team that owns policies at first; default: security
  --zones             provider zones beside default: one job of the sweep for each, with its own runner and environment
  --ledger            write the first, signed entry to the branch gatepass/ledger of the clone in DIR, for you to push
  --key FILE          the Ed25519 key of the applier (PKCS8 PEM); made there when it does not exist
  --rotate-key        write the entry that hands the ledger of the clone in DIR from key OLD to key NEW, for you to push
  --new-key FILE      the key that follows (PKCS8 PEM); made there when it does not exist
  --root COMMIT       the commit whose governing files are trusted from the start; default: origin/HEAD, else HEAD`,
  run: init,
};

const OPTIONS = {
  organization: { type: 'string' },
  team: { type: 'string' },
  zones: { type: 'string' },
  ledger: { type: 'boolean' },
  'rotate-key': { type: 'boolean' },
  key: { type: 'string' },
  'new-key': { type: 'string' },
  repository: { type: 'string' },
  'repository-id': { type: 'string' },
  root: { type: 'string' },
  branch: { type: 'string' },
} as const;

async function init(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments(args, OPTIONS);
  const folder = resolve(terminal.cwd, positionals[0] ?? '.');
  if (values['rotate-key'] === true) return rotate(folder, values, terminal);
  if (values.ledger !== true) {
    if (values.organization === undefined)
      throw new UsageError('missing --organization', 'gatepass init access --organization acme');
    const zones = (values.zones ?? '').split(',').filter((zone) => zone !== '');
    const written = await scaffold(folder, values.organization, values.team ?? 'security', zones);
    terminal.out(`${written.map((path) => `wrote ${path}`).join('\n')}\n\nnext: docs/guides/real-github.md, step 2\n`);
    return FINE;
  }
  const missing = (['key', 'repository', 'repository-id'] as const).filter((name) => values[name] === undefined);
  if (missing.length > 0) throw new UsageError(`missing ${missing.map((name) => `--${name}`).join(', ')}`);
  const id = Number(values['repository-id']);
  if (!Number.isSafeInteger(id) || id < 1) {
    throw new UsageError(`\`${values['repository-id']}\` is no repository id`, 'gh api repos/OWNER/NAME --jq .id');
  }
  const started = await startLedger({
    folder,
    keyFile: resolve(terminal.cwd, values.key as string),
    repository: { id, name: values.repository as string, defaultBranch: values.branch ?? 'main' },
    root: values.root ?? null,
    now: terminal.now(),
  });
  terminal.out(
    `the ledger starts at ${started.root.slice(0, 12)}, signed by key ${started.keyId}\n` +
      `public key ${started.publicKey}; note it outside of GitHub, for gatepass verify --key\n` +
      `next: git push origin gatepass/ledger, and let only the applier App update that branch\n`,
  );
  return FINE;
}

async function rotate(
  folder: string,
  values: { readonly key?: string; readonly 'new-key'?: string },
  terminal: Terminal,
): Promise<number> {
  const { key, 'new-key': newKey } = values;
  if (key === undefined || newKey === undefined) {
    throw new UsageError('missing --key or --new-key', 'gatepass init --rotate-key --key old.pem --new-key new.pem');
  }
  const [oldFile, newFile] = [resolve(terminal.cwd, key), resolve(terminal.cwd, newKey)];
  const rotated = await rotateKey({ folder, oldFile, newFile, now: terminal.now() });
  terminal.out(
    `entry by key ${rotated.retired}: key ${rotated.keyId} follows, in commit ${rotated.commit.slice(0, 12)}\n` +
      `next: git push origin gatepass/ledger, then replace the secret GATEPASS_LEDGER_KEY with ${newKey}\n`,
  );
  return FINE;
}
