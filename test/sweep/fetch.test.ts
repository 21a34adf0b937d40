import { describe, expect, it } from 'vitest';
import { authorizedFetch, readingFetch } from '../../sweep/fetch.ts';

const API = 'https://api.github.com';

/** Answers these statuses in order, and remembers under which token each was asked. */
function aServer(...statuses: readonly number[]) {
  const asked: (string | null)[] = [];
  const send: typeof fetch = async (_, init) => {
    asked.push(new Headers(init?.headers).get('authorization'));
    return new Response('{}', { status: statuses[asked.length - 1] ?? 500 });
  };
  return { send, asked };
}

const headers = { authorization: 'Bearer old' };

describe('a call to GitHub that is refused as unauthorized', () => {
  it('is sent once more under a new token, whatever its method', async () => {
    const { send, asked } = aServer(401, 200);
    const retried = authorizedFetch(send, API, async () => 'new');
    expect((await retried(`${API}/orgs/acme/teams/a/memberships/b`, { method: 'DELETE', headers })).status).toBe(200);
    expect(asked).toEqual(['Bearer old', 'Bearer new']);
  });

  it('is not sent a third time', async () => {
    const { send, asked } = aServer(401, 401, 200);
    const retried = authorizedFetch(send, API, async () => 'new');
    expect((await retried(`${API}/user/1`, { headers })).status).toBe(401);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['another answer', 403, `${API}/user/1`],
    ['another server', 401, 'https://api.github.com.example/user/1'],
  ])('and no more: %s is given back as it is', async (_, status, address) => {
    const { send, asked } = aServer(status, 200);
    const retried = authorizedFetch(send, API, async () => 'new');
    expect((await retried(address, { headers })).status).toBe(status);
    expect(asked).toHaveLength(1);
  });
});

describe('a fetch that only reads', () => {
  it.each([[undefined], ['GET'], ['head']])('sends %s', async (method) => {
    const { send, asked } = aServer(200);
    await readingFetch(send)(`${API}/user`, method === undefined ? {} : { method });
    expect(asked).toHaveLength(1);
  });

  it.each([['POST'], ['put'], ['PATCH'], ['DELETE']])('refuses %s before it is sent', async (method) => {
    const { send, asked } = aServer(200);
    await expect(readingFetch(send)(`${API}/user`, { method })).rejects.toThrow('would write');
    expect(asked).toEqual([]);
  });

  it('refuses a request whose method it would have to look for', async () => {
    const { send, asked } = aServer(200);
    await expect(readingFetch(send)(new Request(`${API}/user`))).rejects.toThrow('would write');
    expect(asked).toEqual([]);
  });
});
