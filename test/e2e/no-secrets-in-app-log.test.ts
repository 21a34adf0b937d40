/**
 * The real app at its most talkative writes no token and no key, whatever GitHub or a channel answers. Refusals are where
 * libraries write down what they sent.
 */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AppProcess, startApp } from '../../cli/demo/app-process.ts';
import { until } from '../../cli/demo/until.ts';
import { REQUEST } from '../support/acme.ts';
import { type AlertReceiver, receiveAlerts } from '../support/alert-receiver.ts';
import { type ApiProxy, credentialsIn, startApiProxy } from '../support/api-proxy.ts';
import { writeLedger } from '../support/applier.ts';
import { REFUSALS, refuse } from '../support/refusals.ts';
import { spilledIn } from '../support/spilled.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'app', 'main.ts');
const SECRET_PATH = 'the-secret-part-of-an-address';
const SIGNING_SECRET = 'a-secret-that-signs-alerts';

let acme: SweptAcme;
let proxy: ApiProxy;
let receiver: AlertReceiver;
let app: AppProcess;
beforeAll(async () => {
  acme = await sweptAcme();
  // Waits for an approval, so that there is something to look at again.
  await acme.ask('alice', acme.running.folder, REQUEST);
  proxy = await startApiProxy(acme.hub.apiUrl);
  receiver = await receiveAlerts(SIGNING_SECRET);
  receiver.status = 500;
  app = await startApp(acme.gate, acme.hub, MAIN, {
    LOG_LEVEL: 'trace',
    GITHUB_API_URL: proxy.apiUrl,
    ALERT_WEBHOOK: `${receiver.url}/${SECRET_PATH}`,
    ALERT_WEBHOOK_SECRET: SIGNING_SECRET,
  });
  await settled();
});
afterAll(async () => {
  await app?.stop();
  await receiver?.close();
  await proxy?.close();
  await acme?.running.stop();
});

/** Nothing was written or asked for a while. */
async function settled(): Promise<void> {
  const now = () => `${app.log().length} ${proxy.requests.length}`;
  for (let before = ''; before !== now(); ) {
    before = now();
    await setTimeout(500);
  }
}

/** A webhook that has the app look at everything again. Its status. */
async function lookAgain(secret: string): Promise<number> {
  const body = JSON.stringify({ action: 'added', organization: { login: 'acme' } });
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'membership',
    'x-github-delivery': '1',
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  return (await fetch(`${app.url}/api/github/webhooks`, { method: 'POST', headers, body })).status;
}

const spilled = () =>
  spilledIn(app.log(), {
    'private key': acme.gate.privateKey,
    'webhook secret': acme.gate.webhookSecret,
    'alert webhook': SECRET_PATH,
    'alert webhook secret': SIGNING_SECRET,
    ...credentialsIn(proxy),
  });

const asksForTokens = () => proxy.requests.filter(({ path }) => path.endsWith('/access_tokens')).length;

/** A token that GitHub refuses within seconds of making it is tried with again and again. */
const MANY = 50;

it.each(REFUSALS)('writes no secret when GitHub answers with %s', async (how) => {
  const before = app.log().length;
  const failures = () =>
    app
      .log()
      .slice(before)
      .match(/could not be reached|evaluation failed/g)?.length ?? 0;
  refuse(acme.hub, how, /\/pulls\/\d+$/, MANY);
  expect(await lookAgain(acme.gate.webhookSecret)).toBe(200);
  await until('the app says that it failed', async () => (failures() > 0 ? true : null));
  acme.hub.faults.clear();
  await settled();
  const said = failures();
  const asked = asksForTokens();
  // A token that GitHub refuses is let go, and the next is refused before it is made.
  acme.hub.faults.expireTokens();
  refuse(acme.hub, how, /access_tokens$/, MANY);
  expect(await lookAgain(acme.gate.webhookSecret)).toBe(200);
  const isSaid = () => failures() > said && asksForTokens() > asked;
  await until('the app says so again', async () => (isSaid() ? true : null));
  await settled();
  acme.hub.faults.clear();
  await settled();
  expect(spilled()).toEqual([]);
});

it('writes no secret when a webhook is signed by somebody else', async () => {
  expect(await lookAgain('somebody-elses-secret')).toBe(400);
  expect(spilled()).toEqual([]);
});

it('writes no address of a channel that answers 500, or not at all', async () => {
  const alert = { type: 'alert', severity: 'critical', message: 'trouble', next: 'look' } as const;
  const gate = { hub: acme.hub, acme, settle: settled };
  await writeLedger(gate, [{ ...alert, key: 'setup-drift' }]);
  await until('the channel was tried', async () => (app.log().includes('it answered 500') ? true : null));
  await receiver.close();
  await writeLedger(gate, [{ ...alert, key: 'history-rewritten' }]);
  await until('it was tried again', async () => (app.log().includes('it did not answer') ? true : null));
  expect(spilled()).toEqual([]);
});

it('was talkative all along, and used what it must not write', () => {
  expect(app.log()).toContain('"level":20');
  const credentials = Object.values(credentialsIn(proxy));
  expect(credentials.some((each) => each.startsWith('ghs_'))).toBe(true);
  expect(credentials.some((each) => each.startsWith('eyJ'))).toBe(true);
});
