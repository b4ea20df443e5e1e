import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { listen } from './loopback.ts';

export interface GateCall {
  method: string;
  path: string;
  /** The bearer token or API key that came with it. */
  credential: string;
  isLetIn: boolean;
}

export interface ApiGate {
  readonly url: string;
  /** Oldest first. */
  readonly calls: readonly GateCall[];
  close(): Promise<void>;
}

export interface ApiGateOptions {
  /** The API behind the gate. */
  target: string;
  letsIn: (credential: string) => boolean | Promise<boolean>;
  /** What a caller is told that is not let in, with status 401. */
  refusal: object;
}

/** An API on loopback that asks for a login before it passes a call on. */
export async function startApiGate(options: ApiGateOptions): Promise<ApiGate> {
  const calls: GateCall[] = [];
  const server = createServer((request, response) => {
    pass(request, response, { ...options, calls }).catch(() => response.destroy());
  });
  const { url, close } = await listen(server);
  return { url, calls, close };
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  { target, letsIn, refusal, calls }: ApiGateOptions & { calls: GateCall[] },
): Promise<void> {
  const { method = '', url: path = '', headers } = request;
  const credential = credentialIn(headers);
  const isLetIn = await letsIn(credential);
  calls.push({ method, path, credential, isLetIn });
  if (!isLetIn) {
    request.resume();
    return void response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(refusal));
  }
  const onward = forward(`${target}${path}`, { method, headers: withoutHost(headers) });
  await pipeline(request, onward);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  await pipeline(answer, response);
}

function withoutHost(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { host: _, ...others } = headers;
  return others;
}

function credentialIn({ authorization, 'x-api-key': key }: IncomingMessage['headers']): string {
  if (authorization !== undefined) return authorization.replace(/^Bearer /, '');
  return typeof key === 'string' ? key : '';
}
