/** A server that is told of alerts, as Slack's incoming webhooks are: it keeps what came, and answers as it is told to. */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ToldAlert {
  readonly id: string;
  readonly text: string;
  readonly mrkdwn: unknown;
  readonly data: {
    readonly opened: readonly { readonly key: string }[];
    readonly escalated: readonly { readonly key: string }[];
    readonly closed: readonly string[];
    readonly still: readonly { readonly key: string }[];
    readonly issue: string | null;
  };
  readonly isSigned: boolean;
}

export interface AlertReceiver {
  readonly url: string;
  /** What was taken. */
  readonly told: ToldAlert[];
  /** How often it was asked, taken or not. */
  tries: number;
  status: number;
  /** Takes the call and never answers. */
  isSilent: boolean;
  close(): Promise<void>;
}

export async function receiveAlerts(secret: string): Promise<AlertReceiver> {
  const told: ToldAlert[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const header = (name: string): string => String(request.headers[name] ?? '');
    receiver.tries += 1;
    if (receiver.isSilent) return;
    response.writeHead(receiver.status).end();
    if (receiver.status !== 200) return;
    const { text, mrkdwn, gatepass } = JSON.parse(body) as {
      text: string;
      mrkdwn: unknown;
      gatepass: ToldAlert['data'];
    };
    const signed = `${header('webhook-id')}.${header('webhook-timestamp')}.${body}`;
    const isSigned =
      header('webhook-signature') === `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`;
    told.push({ id: header('webhook-id'), text, mrkdwn, data: gatepass, isSigned });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: AlertReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/T0/B0/x`,
    told,
    tries: 0,
    status: 200,
    isSilent: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
