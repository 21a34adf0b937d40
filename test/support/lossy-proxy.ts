/** A TCP proxy that can lose an answer, as a network does: what was sent arrives, what comes back does not. */
import { connect, createServer, type Socket } from 'node:net';

export interface LossyProxy {
  readonly port: number;
  /** Once the client has sent this text, the server gets it, and the connection breaks before its answer arrives. */
  loseAnswerTo(text: string): void;
  /** Breaks what is open and takes nothing new. */
  refuse(isRefusing: boolean): void;
  close(): Promise<void>;
}

export async function startLossyProxy(target: number): Promise<LossyProxy> {
  const open = new Set<Socket>();
  let lost: string | null = null;
  let isRefusing = false;
  const server = createServer((client) => {
    if (isRefusing) return void client.destroy();
    const upstream = connect(target, '127.0.0.1');
    let isBreaking = false;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('data', (chunk) => {
      if (lost !== null && chunk.includes(lost)) {
        lost = null;
        isBreaking = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isBreaking) client.destroy();
      else client.write(chunk);
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    loseAnswerTo: (text) => {
      lost = text;
    },
    refuse: (refusing) => {
      isRefusing = refusing;
      if (refusing) for (const socket of open) socket.destroy();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
