/** Tokens: they die after an hour, or when GitHub says so, and are worth so many calls an hour. */
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { HOUR, MINUTE } from '../../core/time.ts';
import { appClient } from '../../github/app-client.ts';
import { ledgerSigner } from '../../github/ledger-key.ts';
import type { SweepInputs } from '../../sweep/inputs.ts';
import { worldOf } from '../../sweep/run-world.ts';
import { sweep } from '../../sweep/sweep.ts';
import { type ApiProxy, startApiProxy } from '../support/api-proxy.ts';
import { type SweptAcme, sweptAcme } from '../support/swept-acme.ts';
import { fault } from './fault.ts';

let acme: SweptAcme;
let proxy: ApiProxy;

beforeEach(async () => {
  acme = await sweptAcme();
  proxy = await startApiProxy(acme.hub.apiUrl);
});

afterEach(async () => {
  vi.useRealTimers();
  await proxy.close();
  await acme.running.stop();
});

function inputs(): SweepInputs {
  const repository = { owner: 'acme', name: 'access' };
  const { applier, gate, ledgerKey } = acme;
  return {
    appId: String(applier.id),
    gateAppId: gate.id,
    privateKey: applier.privateKey,
    signer: ledgerSigner(ledgerKey),
    repository,
    ledgerRepository: repository,
    zone: 'default',
    witness: 'none',
    apiUrl: proxy.apiUrl,
  };
}

let runs = 0;

async function sweepNow() {
  runs += 1;
  const silent = () => undefined;
  const around = { environment: {}, run: `${runs}/1`, mask: silent, log: silent, pause: async () => undefined };
  return sweep(await worldOf(inputs(), around, 'everything'));
}

const minted = () => proxy.requests.filter(({ path }) => path.endsWith('/access_tokens')).length;

describe('a token of the applier', () => {
  fault(23, 'a run of seventy-five minutes mints a second one after fifty, and no call is refused', async () => {
    await acme.grant('payouts', '1h');
    await sweepNow();
    expect(await acme.members()).toEqual(['alice']);
    await acme.hub.clock.advance(HOUR + MINUTE);
    proxy.requests.length = 0;
    // The machine's clock and GitHub's go on together, and GitHub is slow: the tokens of the look-alike end by the first.
    const began = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: began });
    let refused = 0;
    proxy.before = async () => {
      vi.setSystemTime(Date.now() + 2 * MINUTE);
      acme.hub.clock.set(new Date(acme.hub.clock.epoch() + 2 * MINUTE).toISOString());
    };
    proxy.after = (_, status) => {
      if (status === 401) refused += 1;
    };
    const report = await sweepNow();
    const took = Date.now() - began;
    vi.useRealTimers();
    expect(took).toBeGreaterThan(75 * MINUTE);
    expect(report.revoked).toMatchObject([{ result: 'done' }]);
    expect(report.problems).toEqual([]);
    expect(await acme.members()).toEqual([]);
    expect(refused).toBe(0);
    expect(minted()).toBe(1 + Math.floor(took / (50 * MINUTE)));
  });

  fault(23, 'that GitHub refuses before its time is minted again, once, and the run goes on', async () => {
    await acme.grant('payouts', '1h');
    let killed = 0;
    proxy.before = ({ method, path }) => {
      // Just before the ledger is written, and just before the target is: two different ways to GitHub.
      const isDue =
        (killed === 0 && path.endsWith('/git/trees') && method === 'POST') || (killed === 1 && method === 'PUT');
      if (!isDue) return;
      killed += 1;
      acme.hub.faults.expireTokens();
    };
    const report = await sweepNow();
    expect(killed).toBe(2);
    expect(report.granted).toMatchObject([{ result: 'done' }]);
    expect(report.problems).toEqual([]);
    expect(minted()).toBe(3);
  });

  fault(23, 'is not waited for forever when the key itself is gone', async () => {
    const client = await appClient(inputs(), { owner: 'acme', name: 'access' }, async () => undefined);
    await client.github.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'access' });
    acme.hub.faults.expireTokens();
    acme.hub.faults.unauthorized({ path: /\/access_tokens$/ }, 1000);
    const asked = client.github.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'access' });
    await expect(asked).rejects.toMatchObject({ status: 401 });
    expect(minted()).toBe(2);
  });
});
