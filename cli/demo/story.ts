/** The story that `gatepass demo` tells: one request from the first refusal to the last, and three who try to cheat. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HOUR, MINUTE } from '../../core/time.ts';
import { git } from '../git.ts';
import { main } from '../main.ts';
import { clock, refusal, request, type Stage, seconds } from './beats.ts';

const PATH = 'requests/orders-db/read-only/replay-payments.yaml';

export async function tellStory(stage: Stage): Promise<void> {
  const { tell, world } = stage;
  const [alice, bob] = [await stage.hand('alice'), await stage.hand('bob')];
  const { databases, hub } = world;

  tell.chapter('alice needs to read orders');
  await tell.fact('alice cannot read orders', () => refusal(databases.countOrders('alice')));

  tell.act('alice asks for three days');
  const pull = await alice.open('Replay stuck payments', {
    [PATH]: request('3d', 'Replay payments stuck since the 10:40 deploy'),
  });
  await tell.fact(`the check of #${pull} fails at her line, with the fix`, async () => {
    const check = await stage.refused(pull);
    const { data } = await alice.api.checks.listAnnotations({ ...world.access, check_run_id: check.id });
    const [first] = data;
    if (first === undefined || first.path !== PATH) throw new Error('no annotation on her file');
    return `${check.output.title}\n${first.path}:${first.start_line}  ${(first.message ?? '').split('\n').join('\n  ')}`;
  });

  tell.act('she asks for two hours instead');
  await alice.push(pull, 'Ask for two hours', {
    [PATH]: request('2h', 'Replay payments stuck since the 10:40 deploy'),
  });
  await tell.fact('the same comment now says what happens next', async () => {
    const text = await stage.comment(pull, (body) => /waiting/i.test(body));
    return (text.split('\n').find((line) => line.startsWith('### ')) ?? '').replace('### ', '');
  });

  tell.act('alice approves her own request');
  await tell.fact('her own approval is refused', () =>
    refusal(alice.review(pull, 'APPROVE')).then((said) => said.split(' - ')[0] ?? said),
  );

  tell.act('bob, an owner of orders, approves with `limit: 1h`');
  const approvedAt = performance.now();
  await bob.review(pull, 'APPROVE', 'Fine, but an hour is enough.\n\nlimit: 1h');
  await tell.fact('it merges by itself', async () => {
    const merge = await stage.merged(pull);
    return `at ${clock(merge.at)} by ${merge.by}`;
  });
  const grant = await stage.grant(pull, 'active');
  await tell.fact('alice reads the rows', async () => {
    const rows = await databases.countOrders('alice');
    return `${rows} rows, ${((performance.now() - approvedAt) / 1000).toFixed(1)} s after the approval; until ${clock(grant.window?.expires ?? '')}`;
  });

  tell.chapter('the hour passes');
  await hub.clock.advance(HOUR + 20 * MINUTE);
  const ended = await stage.grant(pull, 'revoked');
  await tell.fact('alice is refused again', () => refusal(databases.countOrders('alice')));
  await tell.fact('the ledger has when', async () => {
    const at = ended.ended?.at;
    const expires = ended.window?.expires;
    const confirmed = [...ended.holds.values()][0]?.endedAt;
    if (at === undefined || expires === undefined || confirmed == null) throw new Error('no end recorded');
    return `due ${clock(expires)}, revoked and seen ${clock(confirmed)}: ${seconds(expires, confirmed)} late, on a 15-minute schedule alone`;
  });
}

/** The three who try to cheat. Last, because the second stops grants until an admin takes it back. */
export async function tellCheats(stage: Stage): Promise<void> {
  const { tell, world } = stage;
  const [mallory, heidi] = [await stage.hand('mallory'), await stage.hand('heidi')];

  tell.chapter('three who try to cheat');
  tell.act('mallory pushes a request straight to main, with the rules of the branch switched off');
  await tell.fact('while they are on, git refuses it', async () => {
    const said = await refusal(
      mallory.pushToMain('Quick fix', { 'requests/orders-db/read-write/mine.yaml': request('1h', 'trust me') }),
    );
    return said.split('\n').find((line) => /refused|protected|rule/i.test(line)) ?? said;
  });
  const restore = await world.suspendRules();
  const path = 'requests/orders-db/read-write/mallory.yaml';
  await mallory.pushToMain('Hotfix', { [path]: request('2h', 'nothing to see here') });
  await world.hub.idle();
  await tell.fact('it is quarantined', async () => {
    const status = (await stage.ledger()).requestAt(path);
    if (status?.is !== 'quarantined') throw new Error(`it is ${status?.is ?? 'not recorded'}`);
    return status.why;
  });
  await tell.fact('gate 2 sees that the rules are off, and grants nothing until they are back', async () => {
    const alert = (await stage.ledger()).state.alerts.get('setup-drift');
    return alert?.message ?? Promise.reject(new Error('no alert'));
  });
  await tell.fact('mallory has nothing', () => refusal(world.databases.countOrders('mallory')));

  tell.act('heidi, an admin, pushes a looser policy straight to main');
  const rules = 'policies/rules/databases.yaml';
  const strict = await readFile(join(world.folder, 'heidi', rules), 'utf8');
  await heidi.pushToMain('Loosen', { [rules]: strict.replace('max: 2h', 'max: 30d') });
  await world.hub.idle();
  await tell.fact('it governs nothing, grants stop, an alert is open', async () => {
    const { state } = await stage.ledger();
    if (state.diverged === null) throw new Error('the looser policy governs');
    const alert = state.alerts.get('governing-refused');
    if (alert === undefined) throw new Error('no alert');
    return `${state.diverged.why}\nalert: ${alert.message}`;
  });
  await heidi.pushToMain('Take it back', { [rules]: strict });
  await restore();
  await world.hub.idle();
  await tell.fact('taken back, the approved policy governs again', async () => {
    if ((await stage.ledger()).state.diverged !== null) throw new Error('still diverged');
    return '';
  });

  await tellVerify(stage);
}

async function tellVerify(stage: Stage): Promise<void> {
  const { tell, world } = stage;
  const clone = await world.clone('auditor');
  tell.act('an auditor clones the repository and runs gatepass verify');
  await tell.fact('every entry is proven', async () => {
    const { code, text } = await runCommand(['verify', clone]);
    if (code !== 0) throw new Error(text);
    return text.trim();
  });
  tell.act('somebody changes one byte of one ledger entry');
  const segment = await changeOneByte(clone);
  await tell.fact('gatepass verify names the entry', async () => {
    const { code, text } = await runCommand(['verify', clone]);
    if (code !== 1) throw new Error(`exit code ${code}: ${text}`);
    if (!text.includes(segment)) throw new Error(text);
    return text.trim();
  });
}

/** Rewrites the branch's last commit with one character of the third entry of the first segment changed. */
async function changeOneByte(clone: string): Promise<string> {
  await git(clone, ['switch', '--quiet', 'gatepass/ledger']);
  const [segment = ''] = (await git(clone, ['ls-files', 'ledger/*.jsonl'])).trim().split('\n');
  const lines = (await readFile(join(clone, segment), 'utf8')).split('\n');
  const third = lines[2] ?? '';
  lines[2] = third.replace(/"pullRequest":(\d)/, (_, digit: string) => `"pullRequest":${(Number(digit) + 1) % 10}`);
  if (lines[2] === third) lines[2] = third.replace('"at":"2026', '"at":"2027');
  await writeFile(join(clone, segment), lines.join('\n'));
  await git(clone, [
    '-c',
    'user.name=x',
    '-c',
    'user.email=x@example.com',
    'commit',
    '--quiet',
    '--all',
    '--amend',
    '--no-edit',
  ]);
  return segment;
}

export async function runCommand(args: readonly string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const keep = (chunk: string) => {
    text += chunk;
  };
  const code = await main(args, {
    cwd: process.cwd(),
    env: process.env,
    color: false,
    interactive: false,
    out: keep,
    err: keep,
    painted: keep,
    ask: async () => '',
    stdin: async () => '',
    now: () => new Date(),
  });
  return { code, text };
}
