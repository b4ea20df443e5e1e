import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Listening {
  port: number;
  url: string;
  close: () => Promise<void>;
}

/** A server on loopback, on a port of its own. */
export async function listen(server: Server): Promise<Listening> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, url: `http://127.0.0.1:${port}`, close };
}

/** The same, gone when the test is over. */
export async function listenInTest(server: Server): Promise<Listening> {
  const listening = await listen(server);
  onTestFinished(() => void listening.close());
  return listening;
}
