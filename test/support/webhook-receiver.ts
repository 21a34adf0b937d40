/** A server that takes webhooks as an App does: signature verified by GitHub's own library, then remembered. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Probot } from 'probot';

export interface Received {
  readonly id: string;
  readonly event: string;
  readonly action: string | undefined;
  readonly payload: Record<string, unknown>;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What the next deliveries are answered with. */
  status: number;
  /** `event.action` of what came, in order. */
  names(): string[];
  close(): Promise<void>;
}

/** Deliveries whose signature does not verify are answered 401 and not remembered. */
export async function receiveWebhooks(secret: string): Promise<Receiver> {
  const received: Received[] = [];
  // Probot verifies with @octokit/webhooks.
  const probot = new Probot({ appId: 1, privateKey: 'none', secret, logLevel: 'fatal' });
  await probot.ready();
  const { webhooks } = probot;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const header = (name: string): string => String(request.headers[name] ?? '');
    if (!(await webhooks.verify(body, header('x-hub-signature-256')))) {
      response.writeHead(401).end();
      return;
    }
    const payload = JSON.parse(body) as Record<string, unknown>;
    const action = payload['action'] as string | undefined;
    received.push({ id: header('x-github-delivery'), event: header('x-github-event'), action, payload });
    response.writeHead(receiver.status).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    status: 200,
    names: () => received.map(({ action, event }) => (action === undefined ? event : `${event}.${action}`)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
