import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface CuttingProxyOptions {
  port: number;
  random: () => number;
  /** How likely a connection breaks with each piece that passes, in the middle of it. */
  likelihood: number;
}

export interface CuttingProxy {
  readonly url: string;
  /** How many connections broke so far. */
  readonly cuts: () => number;
  /** From now on everything passes. */
  calmDown(): void;
}

/** A way to a port of this machine on which connections break at random. Gone after the test. */
export async function startCuttingProxy(options: CuttingProxyOptions): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let { likelihood } = options;
  let cuts = 0;
  const server = createServer((client) => {
    const engine = connect(options.port, '127.0.0.1');
    const end = () => [client, engine].forEach((socket) => socket.destroy());
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.on('error', end).on('close', end);
    }
    client.pipe(engine);
    engine.on('data', (piece) => {
      const isCut = options.random() < likelihood;
      client.write(isCut ? piece.subarray(0, Math.floor(options.random() * piece.length)) : piece);
      if (!isCut) return;
      cuts += 1;
      client.end();
      engine.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, cuts: () => cuts, calmDown: () => void (likelihood = 0) };
}
