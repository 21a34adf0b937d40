/** Stands between GitHub and the gate: takes every webhook, and hands on what a test says, when and as often as it says. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { GateWorld } from './gate-world.ts';

export interface HeldWebhook {
  /** `pull_request.opened`, or `push`. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookRelay {
  /** What came and was not taken yet, in order. */
  readonly held: HeldWebhook[];
  /** All that is held, or those of these names; they are held no longer. */
  take(...names: readonly string[]): readonly HeldWebhook[];
  /** Hands them to the gate, one after another, and waits until it has answered and done its work. */
  send(webhooks: readonly HeldWebhook[]): Promise<void>;
  /** From now on GitHub reaches the gate by itself again. */
  close(): Promise<void>;
}

const PATH = '/api/github/webhooks';

/** From now on the gate hears nothing by itself. */
export async function holdWebhooks(world: GateWorld): Promise<WebhookRelay> {
  const held: HeldWebhook[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const kept = Object.entries(request.headers).filter(([key]) => key.startsWith('x-') || key === 'content-type');
    const headers = Object.fromEntries(kept.map(([key, value]) => [key, String(value)]));
    const { action } = JSON.parse(body) as { action?: string };
    const event = headers['x-github-event'] ?? '';
    held.push({ name: action === undefined ? event : `${event}.${action}`, headers, body });
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.hub.setWebhookUrl(world.acme.gate.id, `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`);
  return {
    held,
    take(...names) {
      const taken = held.filter(({ name }) => names.length === 0 || names.includes(name));
      for (const each of taken) held.splice(held.indexOf(each), 1);
      return taken;
    },
    async send(webhooks) {
      for (const { headers, body } of webhooks) {
        const { status } = await fetch(`${world.gate.url}${PATH}`, { method: 'POST', headers, body });
        if (status !== 200) throw new Error(`the gate answered ${status}`);
      }
      await world.settle();
    },
    async close() {
      world.hub.setWebhookUrl(world.acme.gate.id, `${world.gate.url}${PATH}`);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
