/** What is written to the server's standard input: JSON, one line each. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { Image } from '../../contract/messages.ts';
import type { RequestId } from '../json-rpc.ts';
import type { Effort } from './effort.ts';
import { turnRequestId } from './state.ts';

/** The first lines of each connection. */
export function greeting(): string {
  const params = {
    clientInfo: { name: 'replicas', title: 'Replicas', version: '1' },
    capabilities: { experimentalApi: true, requestAttestation: false },
  };
  return requestLine('initialize', 'initialize', params) + toLine({ method: 'initialized' });
}

export interface TurnLine {
  threadId: string;
  /** The id of our message. */
  clientId: string;
  text: string;
  images: readonly Image[];
  model: string | null;
  effort: Effort;
  policy: Policy;
  planMode: boolean;
}

/** A message with all settings of its turn, because Codex keeps those of the turn before. */
export function turnLine({ threadId, clientId, text, images, ...settings }: TurnLine): string {
  const { model, effort, policy, planMode } = settings;
  return startLine(clientId, {
    threadId,
    clientUserMessageId: clientId,
    input: [...textInput(text), ...images.map((image) => ({ type: 'image', url: urlOf(image) }))],
    model,
    effort,
    ...permissionsOf({ policy, planMode }),
    collaborationMode: {
      mode: planMode ? 'plan' : 'default',
      settings: { model, reasoning_effort: effort, developer_instructions: null },
    },
  });
}

const TurnStartSchema = z.looseObject({ params: z.looseObject({}) });

/** With what a message was said, but for what it says. */
export function settingsIn(line: string): Readonly<Record<string, unknown>> {
  const { data } = TurnStartSchema.safeParse(JSON.parse(line));
  const { input: _, ...settings } = data?.params ?? {};
  return settings;
}

export interface NextRound {
  id: string;
  text: string;
  policy: Policy;
  planMode: boolean;
}

/** What follows on a plan, with the settings of the message that asked for it. */
export function nextRoundLine(
  settings: Readonly<Record<string, unknown>>,
  { id, text, policy, planMode }: NextRound,
): string {
  const mode = { mode: planMode ? 'plan' : 'default' };
  return startLine(id, {
    ...settings,
    clientUserMessageId: id,
    input: textInput(text),
    ...permissionsOf({ policy, planMode }),
    collaborationMode: { ...Object(settings['collaborationMode']), ...mode },
  });
}

function startLine(clientId: string, params: object): string {
  return requestLine(turnRequestId(clientId), 'turn/start', params);
}

/** While it plans it can change nothing, so there is nothing to ask. */
function permissionsOf({ policy, planMode }: { policy: Policy; planMode: boolean }) {
  return planMode
    ? { approvalPolicy: 'never', sandboxPolicy: { type: 'readOnly', networkAccess: false } }
    : { approvalPolicy: approvalPolicyOf(policy), sandboxPolicy: { type: 'dangerFullAccess' } };
}

export interface SteerLine {
  threadId: string;
  turnId: string;
  clientId: string;
  text: string;
}

/** Says a text into a turn that runs, and into no other. */
export function steerLine(id: string, { threadId, turnId, clientId, text }: SteerLine): string {
  const input = textInput(text);
  const params = { threadId, expectedTurnId: turnId, clientUserMessageId: clientId, input };
  return requestLine(id, 'turn/steer', params);
}

function textInput(text: string): object[] {
  return text === '' ? [] : [{ type: 'text', text, text_elements: [] }];
}

/** Codex's name for what it may do unasked. */
export function approvalPolicyOf(policy: Policy): string | object {
  return policy === 'bypass' ? FORMS_ONLY : 'untrusted';
}

/** Nothing is asked but what only a person can say: `never` would decline that unseen. */
const FORMS_ONLY = {
  granular: {
    sandbox_approval: false,
    rules: false,
    skill_approval: false,
    request_permissions: true,
    mcp_elicitations: true,
  },
};

export function requestLine(id: string, method: string, params: object): string {
  return toLine({ id, method, params });
}

export function resultLine(id: RequestId, result: object): string {
  return toLine({ id, result });
}

export function errorLine(id: RequestId, message: string): string {
  return toLine({ id, error: { code: -32000, message } });
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
