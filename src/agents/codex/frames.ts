/** What is written to the server's standard input: JSON, one line each. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { Image, ThinkingLevel } from '../../contract/messages.ts';
import type { Wanted } from '../codec.ts';
import { turnRequestId, type RequestId } from '../json-rpc.ts';
import { LatestTurnsSchema, ThreadResultSchema } from './protocol.ts';
import type { CodexState } from './state.ts';

/** The first lines of each connection. */
export function greeting(): string {
  const params = {
    clientInfo: { name: 'replicas', title: 'Replicas', version: '1' },
    capabilities: { experimentalApi: true, requestAttestation: false },
  };
  return requestLine('initialize', 'initialize', params) + toLine({ method: 'initialized' });
}

/** A message with all settings of its turn, because Codex keeps those of the turn before. */
export function turnLine(
  { message, text, images }: Wanted,
  {
    threadId,
    skill,
    ...usual
  }: {
    threadId: string;
    model: string | null;
    policy: Policy;
    skill?: { name: string; path: string } | undefined;
  },
): string {
  const { turnId, planMode, fastMode, model = usual.model, thinkingLevel } = message;
  const effort = effortOf(thinkingLevel);
  const settings = { model, reasoning_effort: effort, developer_instructions: null };
  return turnStartLine(turnId, {
    threadId,
    clientUserMessageId: turnId,
    input: [
      ...textInput(text),
      ...(skill === undefined ? [] : [{ type: 'skill', name: skill.name, path: skill.path }]),
      ...images.map((image) => ({ type: 'image', url: urlOf(image) })),
    ],
    model,
    effort,
    ...(fastMode === true && { serviceTierForTurn: FAST_TIER }),
    ...permissionsOf({ policy: usual.policy, planMode }),
    collaborationMode: { mode: planMode ? 'plan' : 'default', settings },
  });
}

/** Codex's name for the faster tier of a model; a model without one runs as ever. */
const FAST_TIER = 'priority';

const TurnStartSchema = z.looseObject({ params: z.looseObject({}) });

/** With what a message was said, but for what it says. */
export function settingsIn(line: string): Readonly<Record<string, unknown>> {
  const { data } = TurnStartSchema.safeParse(JSON.parse(line));
  const { input: _, ...settings } = data?.params ?? {};
  return settings;
}

const InputSchema = z.looseObject({
  params: z.looseObject({ input: z.array(z.looseObject({ text: z.string().catch('') })) }),
});

export function textIn(line: string): string {
  const { data } = InputSchema.safeParse(JSON.parse(line));
  return (data?.params.input ?? []).map(({ text }) => text).join('');
}

/** What follows on a plan, with the settings of the message that asked for it. */
export function nextRoundLine(
  settings: Readonly<Record<string, unknown>>,
  { id, text, ...allowed }: { id: string; text: string; policy: Policy; planMode: boolean },
): string {
  const mode = { mode: allowed.planMode ? 'plan' : 'default' };
  return turnStartLine(id, {
    ...settings,
    clientUserMessageId: id,
    input: textInput(text),
    ...permissionsOf(allowed),
    collaborationMode: { ...Object(settings['collaborationMode']), ...mode },
  });
}

function turnStartLine(clientId: string, params: object): string {
  return requestLine(turnRequestId(clientId), 'turn/start', params);
}

/** While it plans it can change nothing, so there is nothing to ask. */
function permissionsOf({ policy, planMode }: { policy: Policy; planMode: boolean }) {
  return planMode
    ? { approvalPolicy: 'never', sandboxPolicy: { type: 'readOnly', networkAccess: false } }
    : { approvalPolicy: approvalPolicyOf(policy), sandboxPolicy: { type: 'dangerFullAccess' } };
}

/** Says a text into a turn that runs, and into no other. */
export function steerLine(
  id: string,
  text: string,
  turn: { threadId: string; expectedTurnId: string; clientUserMessageId: string },
): string {
  const params = { ...turn, input: textInput(text) };
  return requestLine(id, 'turn/steer', params);
}

function textInput(text: string): object[] {
  return text === '' ? [] : [{ type: 'text', text, text_elements: [] }];
}

/** Codex's name for what it may do unasked. */
function approvalPolicyOf(policy: Policy): string | object {
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

export const EffortSchema = z.enum(['low', 'medium', 'high', 'xhigh']);
export type Effort = z.infer<typeof EffortSchema>;

export const DEFAULT_EFFORT = 'medium';

export function effortOf(level: ThinkingLevel | undefined): Effort {
  if (level === undefined) return DEFAULT_EFFORT;
  return level === 'max' || level === 'ultra' || level === 'ultracode' ? 'xhigh' : level;
}

export interface Given {
  state: CodexState;
  policy: Policy;
}

export function startLine(id: string, given: Given): string {
  const { instructions } = given.state;
  const more = instructions === undefined ? {} : { developerInstructions: instructions };
  return requestLine(id, 'thread/start', { ...settingsOf(given), ...more });
}

/** A resumed thread has the model of its last turn; one that nobody sees tells the configured one. */
export function unseenLine(id: string, given: Given): string {
  return requestLine(id, 'thread/start', { ...settingsOf(given), ephemeral: true });
}

/** With its latest turns where one of them may have run what is given again. */
export function resumeLine(id: string, threadId: string, given: Given): string {
  const latest = given.state.unclear === null ? {} : { initialTurnsPage: { limit: 10, itemsView: 'full' } };
  return requestLine(id, 'thread/resume', { threadId, excludeTurns: true, ...latest, ...settingsOf(given) });
}

/** Something was said under this id of ours in one of the latest turns of a thread that is resumed. */
export function isBegunIn(result: unknown, message: { clientId: string }): boolean {
  const turns = LatestTurnsSchema.safeParse(result).data?.initialTurnsPage.data ?? [];
  return turns.some(({ items }) => items.some(({ clientId }) => clientId === message.clientId));
}

export function withThread(state: CodexState, result: unknown, isNew: boolean): CodexState {
  const { data } = ThreadResultSchema.safeParse(result);
  if (data === undefined) return state;
  const { thread, model } = data;
  const rollout = thread.path ?? null;
  return { ...state, threadId: thread.id, rollout, isNew, model: isNew ? model : state.model };
}

/** Passed with every thread that is opened: Codex does not keep them. */
function settingsOf({ state, policy }: Given): Record<string, unknown> {
  return { cwd: state.folder, approvalPolicy: approvalPolicyOf(policy), sandbox: 'danger-full-access' };
}
