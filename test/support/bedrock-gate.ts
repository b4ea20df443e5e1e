import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { chunkFrame } from './aws-event-stream.ts';
import { accessKeyOf, isSignedWith, type AwsKeys, type SignedRequest } from './aws-signature.ts';
import { listenInTest } from './loopback.ts';
import { createFrameParser } from './sse-frames.ts';

export interface BedrockCall {
  method: string;
  path: string;
  /** The access key that it claims to be signed with. */
  accessKeyId: string | null;
  isLetIn: boolean;
}

export interface BedrockGate {
  /** For `ANTHROPIC_BEDROCK_BASE_URL`. */
  readonly url: string;
  /** Oldest first. */
  readonly calls: readonly BedrockCall[];
}

export interface BedrockGateOptions {
  /** A Messages API, which is asked what the model says. */
  target: string;
  /** The keys that are good at this moment. */
  keys: () => AwsKeys | null;
}

const INVOKE = /^\/model\/(?<model>[^/]+)\/invoke(?<stream>-with-response-stream)?$/;

/** Bedrock on loopback: checks how a call is signed, and speaks its dialect; gone when the test is over. */
export async function startBedrockGate({ target, keys }: BedrockGateOptions): Promise<BedrockGate> {
  const calls: BedrockCall[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const call = await receive(request);
    const good = keys();
    const isLetIn = good !== null && isSignedWith(good, call);
    calls.push({ method: call.method, path: call.path, accessKeyId: accessKeyOf(call), isLetIn });
    if (!isLetIn) return refuse(response);
    await invoke(call, { target, response });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const { url } = await listenInTest(server);
  return { url, calls };
}

async function receive(request: IncomingMessage): Promise<SignedRequest> {
  const { method = '', url: path = '', headers } = request;
  return { method, path, headers, body: await buffer(request) };
}

/** As Bedrock answers a session token that has expired. */
function refuse(response: ServerResponse): void {
  response.writeHead(403, {
    'content-type': 'application/json',
    'x-amzn-errortype': 'ExpiredTokenException',
  });
  response.end(JSON.stringify({ message: 'The security token included in the request is expired' }));
}

async function invoke(
  { path, body }: SignedRequest,
  { target, response }: { target: string; response: ServerResponse },
): Promise<void> {
  const { model, stream } = INVOKE.exec(path)?.groups ?? {};
  if (model === undefined) return void response.writeHead(404).end('{}');
  const said = { ...(JSON.parse(body.toString()) as object), model, stream: stream !== undefined };
  const answer = await fetch(`${target}/v1/messages`, { method: 'POST', body: JSON.stringify(said) });
  const isStreamed = stream !== undefined && answer.ok;
  const type = isStreamed ? 'application/vnd.amazon.eventstream' : 'application/json';
  response.writeHead(answer.status, { 'content-type': type });
  if (isStreamed) await pipeline(framesOf(answer), response);
  else response.end(await answer.text());
}

async function* framesOf({ body }: Response): AsyncGenerator<Buffer> {
  const parse = createFrameParser();
  for await (const text of body!.pipeThrough(new TextDecoderStream())) {
    for (const { data } of parse(text)) if (data !== null) yield chunkFrame(data);
  }
}
