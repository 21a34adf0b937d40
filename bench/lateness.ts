/**
 * How late access ends when GitHub's schedule never comes: the real app and the bundled Action as they are, in real time, on
 * the look-alike. `npm run bench:lateness -- --grants 10`. Each grant lasts a minute and is automatic, so the same run tells how
 * long it takes from a push to what was asked for. It prints what it measured, and judges nothing.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from '../action/bundle.ts';
import { startApp } from '../cli/demo/app-process.ts';
import { createHand, type Hand } from '../cli/demo/hand.ts';
import { until } from '../cli/demo/until.ts';
import { git } from '../cli/git.ts';
import { startLedger } from '../cli/init/ledger.ts';
import { latenessTable, span } from '../cli/lateness.ts';
import { lateness, spread } from '../core/audit/slo.ts';
import { openLedger } from '../core/ledger/head.ts';
import { replay } from '../core/ledger/replay.ts';
import { verifyLedgerSignature } from '../github/ledger-key.ts';
import { readLedger } from '../github/ledger-store.ts';
import { buildAcme } from '../hub/acme.ts';
import { type Hub, startHub } from '../hub/hub.ts';

const RULES = 'policies/rules/teams.yaml';
const ROOT = join(import.meta.dirname, '..');
const PEOPLE = ['alice', 'bob', 'carol', 'dan', 'erin'] as const;
const ACCESS = { owner: 'acme', repo: 'access' } as const;
const TEAM = { org: 'acme', team_slug: 'payments-production' } as const;

const { values } = parseArgs({ options: { grants: { type: 'string', default: '10' } } });
const grants = Number(values.grants);
const folder = await mkdtemp(join(tmpdir(), 'gatepass-bench-'));
try {
  await measure(await startWorld());
} finally {
  await rm(folder, { recursive: true, force: true });
}

interface World {
  readonly hub: Hub;
  readonly hands: ReadonlyMap<string, Hand>;
  close(): Promise<void>;
}

async function startWorld(): Promise<World> {
  const action = join(folder, 'action');
  await mkdir(join(action, 'dist'), { recursive: true });
  await writeFile(join(action, 'action.yml'), await readFile(join(ROOT, 'action/action.yml')));
  for (const [name, text] of await bundle()) await writeFile(join(action, 'dist', name), text);
  const actions = { 'gatepass/gatepass/action': action };
  const hub = await startHub({ directory: join(folder, 'hub'), now: '2026-11-23T10:00:00Z', running: true, actions });
  // The schedule never comes: what ends a grant is the app's clock alone.
  hub.actions.faults.schedule = () => 'drop';
  const acme = await buildAcme(hub, ROOT, { files: { [RULES]: await automatic() } });
  const repository = (login: string) => ({
    ...ACCESS,
    gitUrl: `${hub.url.replace('://', `://${login}:${acme.tokens[login]}@`)}/acme/access.git`,
    apiUrl: hub.apiUrl,
  });
  const clone = join(folder, 'operator');
  const keyFile = join(folder, 'ledger-key.pem');
  await writeFile(keyFile, acme.ledgerKey, { mode: 0o600 });
  await git(folder, ['clone', '--quiet', repository('heidi').gitUrl, clone]);
  const home = { id: acme.accessId, name: 'acme/access', defaultBranch: 'main' };
  await startLedger({ folder: clone, keyFile, repository: home, root: null, now: new Date(hub.clock.now()) });
  await git(clone, ['push', '--quiet', 'origin', 'gatepass/ledger']);
  const app = await startApp(acme.gate, hub, join(ROOT, 'app', 'main.ts'));
  const hands = new Map<string, Hand>();
  for (const login of [...PEOPLE, 'heidi']) {
    hands.set(login, await createHand(login, acme.tokens[login] ?? '', repository(login), folder));
  }
  return {
    hub,
    hands,
    close: async () => {
      await app.stop();
      await hub.close();
    },
  };
}

/** The example's rule with nobody to wait for: whoever works there operates payments at once. */
async function automatic(): Promise<string> {
  const text = await readFile(join(ROOT, RULES), 'utf8');
  const changed = text
    .replace('subjects: [team:payments]', 'subjects: [team:engineering]')
    .replace('approvals:\n      - { from: [codeowners], count: 1 }', 'approvals: []');
  if (!changed.includes('approvals: []')) throw new Error(`${RULES} is not as it was: change this benchmark too`);
  return changed;
}

async function measure({ hub, hands, close }: World): Promise<void> {
  const usable: number[] = [];
  const gone: number[] = [];
  try {
    for (let done = 0; done < grants; done += PEOPLE.length) {
      const asking = PEOPLE.slice(0, grants - done);
      const seen: Promise<void>[] = [];
      for (const login of asking) {
        const { number, took } = await grantOne(hands, login, done);
        usable.push(took);
        seen.push(endOf(hands, login, number, hub).then((late) => void gone.push(late)));
      }
      await Promise.all(seen);
    }
    await hub.idle();
    const { entries } = await ledgerOf(hands);
    print(usable, gone, latenessTable(new Map([['all', lateness(entries)]])));
  } finally {
    await close();
  }
}

/** From before the push to the membership that was asked for, in milliseconds. */
async function grantOne(
  hands: ReadonlyMap<string, Hand>,
  login: string,
  round: number,
): Promise<{ readonly number: number; readonly took: number }> {
  const hand = handOf(hands, login);
  const text = 'apiVersion: gatepass/v1\nkind: AccessRequest\nduration: 1m\nreason: Measure how long this takes\n';
  const started = performance.now();
  const number = await hand.open(`Measure ${round} ${login}`, {
    [`requests/payments/operator/${login}-${round}.yaml`]: text,
  });
  await until(`${login} is in the team`, async () => ((await membersOf(hands)).includes(login) ? true : null));
  return { number, took: performance.now() - started };
}

/** How long after its end the membership was gone, in milliseconds of the look-alike's clock, which runs as ours. */
async function endOf(hands: ReadonlyMap<string, Hand>, login: string, number: number, hub: Hub): Promise<number> {
  const limit = { milliseconds: 180_000, every: 100 };
  await until(`${login} is out again`, async () => ((await membersOf(hands)).includes(login) ? null : true), limit);
  const at = hub.clock.epoch();
  const { state } = await ledgerOf(hands);
  const grant = [...state.grants.values()].find(({ request }) => request.pullRequest === number);
  return at - Date.parse(grant?.window?.expires ?? '');
}

async function membersOf(hands: ReadonlyMap<string, Hand>): Promise<readonly string[]> {
  const { data } = await handOf(hands, 'heidi').api.teams.listMembersInOrg(TEAM);
  return data.map((member) => member.login);
}

async function ledgerOf(hands: ReadonlyMap<string, Hand>) {
  const stored = await readLedger(handOf(hands, 'heidi').api, { owner: ACCESS.owner, name: ACCESS.repo });
  const { entries } = openLedger(stored, { verify: verifyLedgerSignature, pinned: null });
  return { entries, state: replay(entries) };
}

function handOf(hands: ReadonlyMap<string, Hand>, login: string): Hand {
  const hand = hands.get(login);
  if (hand === undefined) throw new Error(`nobody is called ${login}`);
  return hand;
}

function print(usable: readonly number[], gone: readonly number[], table: string): void {
  const sorted = [...usable].sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
  const [push, end] = [spread(usable), spread(gone)];
  const [cpu] = cpus();
  console.log(
    `${grants} grants of one minute, no schedule; Node ${process.version}, ${cpus().length} × ${cpu?.model ?? 'CPU'}\n`,
  );
  if (push !== null) console.log(`push → usable: p50 ${span(push.p50)}, p95 ${span(p95)}, max ${span(push.max)}`);
  if (end !== null) console.log(`due → gone:    p50 ${span(end.p50)}, p99 ${span(end.p99)}, max ${span(end.max)}`);
  console.log(`\nby the ledger, to the second of GitHub's clock:\n\n${table}`);
}
