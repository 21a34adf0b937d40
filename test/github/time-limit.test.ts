import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Octokit } from '@octokit/rest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../github/client.ts';
import { limitedFetch } from '../../github/time-limit.ts';

let server: Server;
let baseUrl: string;

beforeEach(async () => {
  server = createServer((request, response) => {
    if (request.url === '/silent') return;
    response.writeHead(200, { 'content-type': 'application/json' });
    if (request.url === '/drip') response.write('{"a":');
    else response.end('{"a":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const client = (most: number) => new Octokit({ baseUrl, request: { fetch: limitedFetch(most) } });

describe('a request with a time limit', () => {
  it.each(['/silent', '/drip'])('is over, as one without an answer: %s', async (path) => {
    await expect(call(client(100), `GET ${path}`)).rejects.toMatchObject({ code: 'network', isRetryable: true });
  });

  it('is answered as without one', async () => {
    expect((await call(client(5000), 'GET /good')).data).toEqual({ a: 1 });
  });

  it('can still be called off by who sent it', async () => {
    const request = { signal: AbortSignal.timeout(50) };
    await expect(client(60_000).request('GET /silent', { request })).rejects.toThrow();
  });
});
