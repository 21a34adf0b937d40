/**
 * Sends events to Apps: signed, with a GUID, kept in a list that can be asked for and sent again. GitHub promises no
 * order and sends nothing twice by itself; here deliveries start in the order of their events unless a fault says else.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultBox } from './faults.ts';
import { nodeId } from './json/account.ts';
import type { App, Installation, Json } from './model.ts';
import type { HubState } from './types.ts';

export interface Delivery {
  readonly id: number;
  readonly app: number;
  readonly guid: string;
  readonly deliveredAt: string;
  readonly redelivery: boolean;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly url: string;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly payload: Json };
  duration: number;
  /** `OK`, or what went wrong. */
  status: string;
  statusCode: number;
  response: { readonly headers: Readonly<Record<string, string>>; readonly payload: string };
}

export interface Webhooks {
  /** Queues an event for an App. */
  send(app: App, installation: Installation | null, event: string, payload: Json): void;
  /** Newest first. */
  deliveries(app: number): Delivery[];
  /** Sends a delivery again under its GUID; `false`: there is none of this id. */
  redeliver(app: number, id: number): boolean;
  isBusy(): boolean;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** GitHub gives an App ten seconds. */
const PATIENCE = 10_000;

export function makeWebhooks(hub: HubState, box: FaultBox): Webhooks {
  const all: Delivery[] = [];
  const flying = new Set<Promise<void>>();
  let held: Delivery[] = [];

  const fly = (delivery: Delivery, after = 0): void => {
    const flight = (after > 0 ? sleep(after) : Promise.resolve()).then(() => attempt(hub, delivery));
    flying.add(flight);
    flight.finally(() => flying.delete(flight));
  };

  function queue(delivery: Delivery): void {
    all.push(delivery);
    const fault = box.onDelivery(delivery.event, delivery.action, delivery.app);
    switch (fault?.kind) {
      case undefined:
        fly(delivery);
        return;
      case 'drop':
        delivery.status = 'dropped by a fault';
        return;
      case 'duplicate':
        fly(delivery);
        fly(delivery);
        return;
      case 'delay':
        fly(delivery, fault.milliseconds);
        return;
      case 'reorder':
        held.unshift(delivery);
        if (held.length < fault.count) return;
        for (const each of held) fly(each);
        held = [];
    }
  }

  return {
    send(app, installation, event, payload) {
      if (app.webhookUrl === null) return;
      queue(makeDelivery(hub, app, installation, event, payload));
    },
    deliveries: (app) => all.filter((each) => each.app === app).reverse(),
    redeliver(app, id) {
      const old = all.find((each) => each.app === app && each.id === id);
      if (old === undefined) return false;
      const again = {
        ...old,
        id: hub.nextId(),
        redelivery: true,
        deliveredAt: hub.clock.now(),
        url: hub.apps.get(app)?.webhookUrl ?? old.url,
      };
      all.push(again);
      fly(again);
      return true;
    },
    isBusy: () => flying.size > 0,
    async idle() {
      while (flying.size > 0) await Promise.all(flying);
    },
  };
}

function makeDelivery(
  hub: HubState,
  app: App,
  installation: Installation | null,
  event: string,
  payload: Json,
): Delivery {
  const guid = randomUUID();
  const id = hub.nextId();
  const whole =
    installation === null
      ? payload
      : { ...payload, installation: { id: installation.id, node_id: nodeId('Installation', installation.id) } };
  const body = JSON.stringify(whole);
  const signature = createHmac('sha256', app.webhookSecret).update(body).digest('hex');
  const { action, repository } = whole as { action?: string; repository?: { id: number } };
  return {
    id,
    app: app.id,
    guid,
    deliveredAt: hub.clock.now(),
    redelivery: false,
    event,
    action: action ?? null,
    installationId: installation?.id ?? null,
    repositoryId: repository?.id ?? null,
    url: app.webhookUrl ?? '',
    request: {
      headers: {
        Accept: '*/*',
        'Content-Type': 'application/json',
        'User-Agent': 'GitHub-Hookshot/044aadd',
        'X-GitHub-Delivery': guid,
        'X-GitHub-Event': event,
        'X-GitHub-Hook-ID': String(app.id),
        'X-GitHub-Hook-Installation-Target-ID': String(app.id),
        'X-GitHub-Hook-Installation-Target-Type': 'integration',
        'X-Hub-Signature-256': `sha256=${signature}`,
      },
      payload: JSON.parse(body) as Json,
    },
    duration: 0,
    status: 'pending',
    statusCode: 0,
    response: { headers: {}, payload: '' },
  };
}

async function attempt(hub: HubState, delivery: Delivery): Promise<void> {
  const started = performance.now();
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      headers: delivery.request.headers,
      body: JSON.stringify(delivery.request.payload),
      signal: AbortSignal.timeout(PATIENCE),
    });
    delivery.statusCode = response.status;
    delivery.status = response.ok ? 'OK' : `Invalid HTTP Response: ${response.status}`;
    delivery.response = { headers: Object.fromEntries(response.headers), payload: await response.text() };
  } catch (error) {
    delivery.status =
      error instanceof Error && error.name === 'TimeoutError' ? 'timed out' : 'failed to connect to host';
  }
  delivery.duration = Math.round(performance.now() - started) / 1000;
  hub.events.emit('delivered', delivery);
}
