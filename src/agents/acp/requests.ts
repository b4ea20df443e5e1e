/** What an ACP agent asks: which is decided here, which goes to whoever watches the chat, and how answers are put. */
import { z } from 'zod';
import type { Policy } from '../../contract/chats.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { resultLine } from './lines.ts';
import { PermissionSchema, type FrameOf, type Permission, type RequestId } from './protocol.ts';

export type Decision =
  { kind: 'answer'; line: string } | { kind: 'ask'; request: Asking } | { kind: 'refuse' };

/** A request before it has a time. */
export type Asking = Omit<AgentRequest, 'openedAt' | 'expiresAt'>;

export interface Circumstances {
  policy: Policy;
  /** The agent is not to change anything. */
  isPlanning: boolean;
  /** The turn is being cancelled. */
  isCancelled: boolean;
  runId: string;
}

/** These change nothing. */
const HARMLESS: ReadonlySet<string> = new Set(['read', 'search', 'think', 'fetch']);

/** The tool that ends planning. */
const SWITCH_MODE = 'switch_mode';

export function decide(frame: FrameOf<'request'>, circumstances: Circumstances): Decision {
  const { data: permission } = PermissionSchema.safeParse(frame.params);
  if (frame.method !== 'session/request_permission' || permission === undefined) return { kind: 'refuse' };
  const { policy, isPlanning, isCancelled, runId } = circumstances;
  const { kind } = permission.toolCall;
  if (isCancelled) return { kind: 'answer', line: cancelledLine(frame.id) };
  const request = toAsking(permission, requestIdOf(runId, frame.id));
  if (kind === SWITCH_MODE) return { kind: 'ask', request };
  const changes = !HARMLESS.has(kind ?? '');
  if (isPlanning && changes) return { kind: 'answer', line: choiceLine(frame.id, permission, 'deny') };
  if (policy === 'ask') return { kind: 'ask', request };
  return { kind: 'answer', line: choiceLine(frame.id, permission, 'allow') };
}

/** What is asked in a turn that is cancelled counts as cancelled. */
export function cancelledLine(id: RequestId): string {
  return resultLine(id, { outcome: { outcome: 'cancelled' } });
}

/** Under which id a request of the agent is known outside: another process counts from the beginning again. */
export function requestIdOf(runId: string, id: RequestId): string {
  return `${runId}:${JSON.stringify(id)}`;
}

/** The process that asked. */
export function runIdOf({ id }: AgentRequest): string {
  return id.slice(0, id.indexOf(':'));
}

/** The line that gives an answer to the agent. */
export function answerLine(request: AgentRequest, { decision }: Answer): string {
  const permission = PermissionSchema.parse(request.input);
  return choiceLine(nativeIdOf(request.id), permission, decision);
}

/** The agent's own choices go with the question. */
function toAsking(permission: Permission, id: string): Asking {
  const { toolCall, options } = permission;
  const { kind, name, title, rawInput } = toolCall;
  const tool = name ?? title ?? kind ?? 'tool';
  const input = { toolCall, options };
  if (kind !== SWITCH_MODE) return { id, kind: 'permission', tool, input };
  const plan = PlanSchema.safeParse(rawInput).data?.plan;
  return { id, kind: 'plan', tool, input, ...(plan === undefined ? {} : { plan }) };
}

const PlanSchema = z.looseObject({ plan: z.string() });

/** What holds for this once goes before what holds for ever. */
const KINDS = { allow: ['allow_once', 'allow_always'], deny: ['reject_once', 'reject_always'] };

function choiceLine(id: RequestId, { options }: Permission, decision: 'allow' | 'deny'): string {
  const chosen = KINDS[decision].flatMap((kind) => options.find((option) => option.kind === kind) ?? [])[0];
  if (chosen === undefined) return cancelledLine(id);
  return resultLine(id, { outcome: { outcome: 'selected', optionId: chosen.optionId } });
}

const NativeIdSchema = z.union([z.string(), z.number()]);

function nativeIdOf(id: string): RequestId {
  return NativeIdSchema.parse(JSON.parse(id.slice(id.indexOf(':') + 1)));
}
