import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { EngineClient, type EngineClientOptions } from '../../src/client/client.ts';
import { listenInTest } from '../support/loopback.ts';

export interface OpenServer {
  url: string;
  client: EngineClient;
  /** How many answers are still being given. */
  open: () => number;
}

/** A server that begins every answer with `head` and never ends it, and a client of it that uses real connections. */
export function openEndlessServer(
  head: string,
  options: Partial<EngineClientOptions> = {},
): Promise<OpenServer> {
  return openServer((_request, response) => response.writeHead(200).write(head), options);
}

/** A server that answers as it is told, and a client of it that uses real connections. */
export async function openServer(
  answer: (request: IncomingMessage, response: ServerResponse) => unknown,
  options: Partial<EngineClientOptions> = {},
): Promise<OpenServer> {
  const answers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answers.add(response.on('close', () => answers.delete(response)));
    answer(request, response);
  });
  const { url } = await listenInTest(server);
  const client = new EngineClient({ url, secret: 's', ...options });
  return { url, client, open: () => answers.size };
}

/** Takes away everything that nothing refers to. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('This Node does not let go of its garbage.');
  for (let round = 0; round < 2; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
