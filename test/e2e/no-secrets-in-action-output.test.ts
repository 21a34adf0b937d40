/**
 * The real bundled Action, without a runner that hides anything: it asks to have each secret hidden before it uses it, and
 * writes none otherwise, whatever GitHub or a target answers.
 */
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ACCESS, REQUEST } from '../support/acme.ts';
import { masksIn, type RanAction, runAction, withoutMasks } from '../support/action-process.ts';
import { type ApiProxy, credentialsIn, startApiProxy } from '../support/api-proxy.ts';
import { freshAction } from '../support/fresh-action.ts';
import { asInstallation } from '../support/hub.ts';
import { REFUSALS, refuse } from '../support/refusals.ts';
import { spilledIn } from '../support/spilled.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';

let acme: SweptAcme;
let proxy: ApiProxy;
let action: string;
let file: string;
/** Inputs of the run under way that are secrets. */
let keys: readonly string[] = [];
/** What was used before it was hidden: nothing, if all is well. */
const early: string[] = [];
let callsOfTarget = 0;

/** What the catalog's secret points at; it never answers. */
const target = createServer((socket) => {
  callsOfTarget += 1;
  if (!masksIn(written()).has(databaseUri())) early.push('ORDERS_PG');
  socket.destroy();
});
const databaseUri = () =>
  `postgres://gatepass:a-password-of-orders@127.0.0.1:${(target.address() as AddressInfo).port}/orders?sslmode=disable`;
const written = () => readFileSync(file, 'utf8');

beforeAll(async () => {
  acme = await sweptAcme();
  await acme.ask('alice', acme.running.folder, REQUEST);
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  action = await freshAction();
  file = join(acme.running.folder, 'action-output');
  proxy = await startApiProxy(acme.hub.apiUrl);
  proxy.before = ({ credential, method, path }) => {
    const hidden = masksIn(written());
    const used = [credential, ...keys.flatMap((key) => key.trim().split('\n'))];
    if (used.some((secret) => !hidden.has(secret))) early.push(`${method} ${path}`);
  };
});
beforeEach(() => {
  early.length = 0;
});
afterAll(async () => {
  await new Promise((resolve) => target.close(resolve));
  await proxy?.close();
  await acme?.running.stop();
});

function run(inputs: Readonly<Record<string, string>> = {}): Promise<RanAction> {
  const all: Readonly<Record<string, string>> = {
    'app-id': String(acme.applier.id),
    'private-key': acme.applier.privateKey,
    'ledger-key': acme.ledgerKey,
    'gate-app-id': String(acme.gate.id),
    repository: 'acme/access',
    witness: 'none',
    ...inputs,
  };
  keys = ['private-key', 'ledger-key', 'token'].map((name) => all[name] ?? '').filter((key) => key !== '');
  return runAction(action, file, all, { GITHUB_API_URL: proxy.apiUrl, ORDERS_PG: databaseUri() });
}

const spilled = ({ output }: RanAction) =>
  spilledIn(withoutMasks(output), {
    'private key': acme.applier.privateKey,
    'gate key': acme.gate.privateKey,
    'ledger key': acme.ledgerKey,
    'a secret of the catalog': 'a-password-of-orders',
    ...credentialsIn(proxy),
  });

/** A request for `orders-db`, approved and merged. */
async function readOrders(): Promise<void> {
  const [text] = Object.values(REQUEST.files);
  const files = { 'requests/orders-db/read-only/settle.yaml': text as string };
  const { number, head } = await acme.ask('alice', acme.running.folder, { branch: 'alice/settle', files });
  const approver = acme.as('carol');
  await approver.pulls.createReview({ ...ACCESS, pull_number: number, event: 'APPROVE', commit_id: head });
  const check = { name: 'gatepass', head_sha: head, status: 'completed', conclusion: 'success' } as const;
  await asInstallation(acme.hub, acme.gate).checks.create({ ...ACCESS, ...check });
  await approver.pulls.merge({ ...ACCESS, pull_number: number, merge_method: 'squash' });
  await acme.hub.idle();
}

it('hides each secret before it uses it, and writes none, in a sweep that a target fails', async () => {
  await acme.grant('payouts', '1h');
  await readOrders();
  const ran = await run();
  expect(await acme.members()).toEqual(['alice']);
  expect(callsOfTarget).toBeGreaterThan(0);
  expect(early).toEqual([]);
  expect(spilled(ran)).toEqual([]);
  // It used what it must not write: tokens, and what the App signs for itself.
  const credentials = Object.values(credentialsIn(proxy));
  expect(credentials.some((each) => each.startsWith('ghs_'))).toBe(true);
  expect(credentials.some((each) => each.startsWith('eyJ'))).toBe(true);
});

it.each(REFUSALS)('writes no secret when GitHub answers with %s', async (how) => {
  for (const path of [/access_tokens$/, /\/git\/ref/]) {
    // A read is tried four times.
    refuse(acme.hub, how, path, 5);
    const ran = await run();
    acme.hub.faults.clear();
    expect(ran.output).toMatch(/::(?:error|warning)/);
    expect(spilled(ran)).toEqual([]);
  }
  expect(early).toEqual([]);
});

it.each([
  ['a key of another app', () => ({ 'private-key': acme.gate.privateKey })],
  ['half a key', () => ({ 'private-key': acme.applier.privateKey.slice(0, 800) })],
  ['a ledger key that is none', () => ({ 'ledger-key': acme.applier.privateKey })],
])('writes no secret when it is given %s', async (_, inputs) => {
  const ran = await run(inputs());
  expect(ran.code).toBe(1);
  expect(spilled(ran)).toEqual([]);
  expect(early).toEqual([]);
});

it.each([
  ['the gate app', () => ({ 'app-id': String(acme.gate.id), 'private-key': acme.gate.privateKey })],
  ['a token', () => ({ 'app-id': '', 'private-key': '', token: acme.tokens['heidi'] ?? '' })],
])('hides what it uses as a gate that signs in by %s', async (_, inputs) => {
  const ran = await run({ mode: 'gate', ...inputs() });
  expect(ran.output).toMatch(/#\d+: /);
  expect(spilled(ran)).toEqual([]);
  expect(early).toEqual([]);
});
