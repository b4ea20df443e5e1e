/** What is written to an agent's standard input: JSON-RPC, one line each, in the words of the protocol's own types. */
import { methods, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk';
import type {
  AgentRequestParamsByMethod,
  CancelNotification,
  ContentBlock,
  CreateElicitationResponse,
  InitializeRequest,
  RequestPermissionResponse,
} from '@agentclientprotocol/sdk';
import type { Image } from '../../contract/messages.ts';
import { turnRequestId, type RequestId } from '../json-rpc.ts';
import { INITIALIZE_ID } from './state.ts';

/** The first line of each process. Files and terminals are the agent's own business, so none are offered. */
export function greeting(): string {
  const params: InitializeRequest = {
    protocolVersion: PROTOCOL_VERSION,
    clientCapabilities: {
      fs: { readTextFile: false, writeTextFile: false },
      terminal: false,
      elicitation: { form: {} },
    },
    clientInfo: { name: 'replicas-engine', title: 'Replicas', version: '1' },
  };
  return requestLine(INITIALIZE_ID, methods.agent.initialize, params);
}

export function promptLine(sessionId: string, turnId: string, prompt: ContentBlock[]): string {
  return requestLine(turnRequestId(turnId), methods.agent.session.prompt, { sessionId, prompt });
}

export function blocksOf(text: string, images: readonly Image[]): ContentBlock[] {
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...images.map(toBlock)];
}

/** No agent has to know this method; each has to say so. */
export function pingLine(id: string): string {
  return toLine({ id, method: '_replicas/ping', params: {} });
}

export function cancelLine(sessionId: string): string {
  const params: CancelNotification = { sessionId };
  return toLine({ method: methods.agent.session.cancel, params });
}

export function requestLine<Method extends keyof AgentRequestParamsByMethod>(
  id: string,
  method: Method,
  params: AgentRequestParamsByMethod[Method],
): string {
  return toLine({ id, method, params });
}

export function resultLine(
  id: RequestId,
  result: RequestPermissionResponse | CreateElicitationResponse,
): string {
  return toLine({ id, result });
}

export function refusalLine(id: RequestId, method: string): string {
  return toLine({ id, error: RequestError.methodNotFound(method).toErrorResponse() });
}

function toBlock({ source }: Image): ContentBlock {
  if (source.type === 'base64') return { type: 'image', mimeType: source.media_type, data: source.data };
  return { type: 'resource_link', name: source.url.split('/').at(-1) ?? source.url, uri: source.url };
}

function toLine(frame: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...frame })}\n`;
}
