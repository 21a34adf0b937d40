/** An HTTP proxy before a look-alike's API: it writes down every request, and can stop at one, before or after its effect. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface Exchange {
  readonly method: string;
  /** Without `/api/v3` and without the query. */
  readonly path: string;
  /** The token, or the App's signed word, that it was sent with; empty without one. */
  readonly credential: string;
}

export interface ApiProxy {
  /** As `GITHUB_API_URL` wants it. */
  readonly apiUrl: string;
  readonly requests: Exchange[];
  /** Those that may change something, tokens aside. */
  writes(): readonly Exchange[];
  /** Asked before a request is passed on, and again when it is done but not answered yet. */
  before: (exchange: Exchange) => void | Promise<void>;
  after: (exchange: Exchange, status: number) => void | Promise<void>;
  close(): Promise<void>;
}

export function isWrite({ method, path }: Pick<Exchange, 'method' | 'path'>): boolean {
  return method !== 'GET' && !path.endsWith('/access_tokens') && !path.endsWith('/graphql');
}

export async function startApiProxy(target: string): Promise<ApiProxy> {
  const base = new URL(target);
  const requests: Exchange[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '').replace(/\?.*$/, '').replace(/^\/api\/v3/, '');
    const credential = incoming.headers.authorization?.split(' ').at(-1) ?? '';
    const exchange = { method: incoming.method ?? 'GET', path, credential };
    requests.push(exchange);
    pass(incoming, outgoing, exchange).catch(() => outgoing.destroy());
  });

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse, exchange: Exchange): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    await proxy.before(exchange);
    const { hostname, port } = base;
    const { method, url, headers } = incoming;
    const body = Buffer.concat(chunks);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({ hostname, port, method, path: url, headers: { ...headers, host: base.host } }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    await proxy.after(exchange, answer.statusCode ?? 502);
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    outgoing.end(Buffer.concat(parts));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const proxy: ApiProxy = {
    apiUrl: `http://127.0.0.1:${port}/api/v3`,
    requests,
    writes: () => requests.filter(isWrite),
    before: () => undefined,
    after: () => undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return proxy;
}

/** Whatever was sent as a credential, by a request that it was sent with. */
export function credentialsIn({ requests }: ApiProxy): Readonly<Record<string, string>> {
  const used = requests.filter(({ credential }) => credential !== '');
  return Object.fromEntries(
    used.map(({ credential, method, path }) => [`${method} ${path} ${credential}`, credential]),
  );
}
