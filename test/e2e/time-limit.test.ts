/** Nothing that asks GitHub waits for good: each request of the two Apps has a limit. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { appClient } from '../../github/app-client.ts';
import { request, startGateWorld } from '../support/gate-world.ts';
import { sweptAcme } from '../support/swept-acme.ts';

afterEach(() => vi.restoreAllMocks());

/** Whether each request that was sent so far could be called off, by its method and path. */
function limits(): { readonly of: (userAgent: RegExp) => readonly (readonly [string, boolean])[] } {
  const spy = vi.spyOn(globalThis, 'fetch');
  return {
    of: (userAgent) =>
      spy.mock.calls.flatMap(([address, options]) =>
        userAgent.test(new Headers(options?.headers).get('user-agent') ?? '')
          ? [[`${options?.method} ${new URL(String(address)).pathname}`, options?.signal != null] as const]
          : [],
      ),
  };
}

describe('a time limit', () => {
  it('is on every request of the gate, and on those that mint its tokens', async () => {
    const sent = limits();
    const world = await startGateWorld();
    await world.open('alice', { 'requests/orders-db/read-only/limit.yaml': request({ duration: '2h' }) });
    const all = sent.of(/probot/);
    await world.close();
    expect(all.length).toBeGreaterThan(20);
    expect(all.some(([call]) => call.endsWith('/access_tokens'))).toBe(true);
    expect(all.filter(([, isLimited]) => !isLimited)).toEqual([]);
  });

  it('is on every request of the applier', async () => {
    const acme = await sweptAcme();
    const sent = limits();
    const { id, privateKey } = acme.applier;
    const credentials = { appId: String(id), privateKey, apiUrl: acme.hub.apiUrl };
    const client = await appClient(credentials, { owner: 'acme', name: 'access' }, async () => undefined);
    await client.github.request('GET /repos/{owner}/{repo}', { owner: 'acme', repo: 'access' });
    const all = sent.of(/octokit/);
    await acme.running.stop();
    expect(all.length).toBeGreaterThan(3);
    expect(all.filter(([, isLimited]) => !isLimited)).toEqual([]);
  });
});
