/** What is written to the server's standard input: JSON, one line each. */
import type { Policy } from '../../contract/chats.ts';
import type { Image } from '../../contract/messages.ts';
import type { Effort } from './effort.ts';
import type { RequestId } from './protocol.ts';
import { turnRequestId } from './state.ts';

export const INITIALIZE_ID = 'initialize';

export interface TurnLine {
  threadId: string;
  /** The id of our message. */
  clientId: string;
  text: string;
  images: readonly Image[];
  model: string;
  effort: Effort;
  policy: Policy;
  planMode: boolean;
}

/** The first lines of each connection. */
export function greeting(): string {
  const params = {
    clientInfo: { name: 'replicas', title: 'Replicas', version: '1' },
    capabilities: { experimentalApi: true, requestAttestation: false },
  };
  return requestLine(INITIALIZE_ID, 'initialize', params) + toLine({ method: 'initialized' });
}

/** A message with all settings of its turn, because Codex keeps those of the turn before. */
export function turnLine({ threadId, clientId, text, images, ...settings }: TurnLine): string {
  const { model, effort, policy, planMode } = settings;
  return requestLine(turnRequestId(clientId), 'turn/start', {
    threadId,
    clientUserMessageId: clientId,
    input: [
      ...(text === '' ? [] : [{ type: 'text', text, text_elements: [] }]),
      ...images.map((image) => ({ type: 'image', url: urlOf(image) })),
    ],
    model,
    effort,
    approvalPolicy: planMode ? 'never' : approvalPolicyOf(policy),
    sandboxPolicy: planMode ? { type: 'readOnly', networkAccess: false } : { type: 'dangerFullAccess' },
    collaborationMode: {
      mode: planMode ? 'plan' : 'default',
      settings: { model, reasoning_effort: effort, developer_instructions: null },
    },
  });
}

/** Codex's name for what it may do unasked. */
export function approvalPolicyOf(policy: Policy): string {
  return policy === 'bypass' ? 'never' : 'untrusted';
}

export function requestLine(id: string, method: string, params: object): string {
  return toLine({ id, method, params });
}

export function resultLine(id: RequestId, result: object): string {
  return toLine({ id, result });
}

export function refusalLine(id: RequestId, method: string): string {
  return toLine({ id, error: { code: -32601, message: `This host does not answer ${method}.` } });
}

function urlOf({ source }: Image): string {
  return source.type === 'url' ? source.url : `data:${source.media_type};base64,${source.data}`;
}

function toLine(frame: object): string {
  return `${JSON.stringify(frame)}\n`;
}
