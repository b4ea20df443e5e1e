/** What the state of an ACP agent means in the words of the process machine. */
import { z } from 'zod';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { questionsOf, valuesOf } from '../forms.ts';
import type { FrameOf, RequestId } from '../json-rpc.ts';
import type { Asking } from '../open-questions.ts';
import type { Ask, Circumstances, Decision, Standing } from '../step.ts';
import { refusalLine, resultLine } from './frames.ts';
import { ElicitationSchema, PermissionSchema, type Elicitation, type Permission } from './protocol.ts';
import { isPlanning, type AcpState } from './state.ts';

/** Between turns nothing says where a message ends: it is taken as whole when nothing follows for so long. */
const SILENCE_MS = 1_000;

/** The protocol has no word for an agent that works by itself: what is asked between turns is such work, until it is answered. */
export function decide(state: AcpState, circumstances: Circumstances): Standing {
  const { sessionId, openTools, turn, speech, asked } = state;
  const asks = asked.map((frame) => askOf(frame, state, circumstances));
  const isAsking = asks.some(({ kind }) => kind === 'ask');
  return {
    activity: turn !== null || isAsking ? 'working' : 'resting',
    selfDirected: turn === null ? isAsking : null,
    sessionId,
    openTools: openTools.length,
    toolsOpenedSince: openTools.length === 0 ? null : Math.min(...openTools.map(({ openedAt }) => openedAt)),
    asks,
    ...(turn === null && speech !== null ? { waitsMs: SILENCE_MS } : {}),
  };
}

function askOf(frame: FrameOf<'request'>, state: AcpState, circumstances: Circumstances): Ask {
  return { id: frame.id, ...decideRequest(frame, { ...circumstances, isPlanning: isPlanning(state) }) };
}

export interface Given extends Circumstances {
  /** The agent is not to change anything. */
  isPlanning: boolean;
}

const HARMLESS: ReadonlySet<string> = new Set(['read', 'search', 'think', 'fetch']);

const PERMISSION = 'session/request_permission';
const ELICITATION = 'elicitation/create';

/** What stands for a tool where an agent asks by itself. */
const ELICITATION_TOOL = 'elicitation';

const SWITCH_MODE = 'switch_mode';

export function decideRequest(frame: FrameOf<'request'>, circumstances: Given): Decision {
  const { method, params, id } = frame;
  if (circumstances.isInterrupted && isAnswerable(frame))
    return { kind: 'answer', line: cancelledLine(frame) };
  const { data: permission } = PermissionSchema.safeParse(params);
  if (method === PERMISSION && permission !== undefined)
    return decidePermission(id, permission, circumstances);
  const { data: form } = ElicitationSchema.safeParse(params);
  return method === ELICITATION && form !== undefined
    ? decideElicitation(id, form, circumstances)
    : { kind: 'answer', line: refusalLine(id, method) };
}

/** What is asked in a turn that is cancelled counts as cancelled. */
export function cancelledLine({ id, method }: FrameOf<'request'>): string {
  return method === ELICITATION ? resultLine(id, { action: 'cancel' }) : cancelledPermission(id);
}

function isAnswerable({ method }: FrameOf<'request'>): boolean {
  return method === PERMISSION || method === ELICITATION;
}

function decidePermission(id: RequestId, permission: Permission, circumstances: Given): Decision {
  const { policy, isPlanning } = circumstances;
  const { kind } = permission.toolCall;
  const asking = toAsking(permission);
  if (kind === SWITCH_MODE) return { kind: 'ask', asking };
  const changes = !HARMLESS.has(kind ?? '');
  if (isPlanning && changes) return { kind: 'answer', line: choiceLine(id, permission, 'deny') };
  if (policy === 'ask') return { kind: 'ask', asking };
  return { kind: 'answer', line: choiceLine(id, permission, 'allow') };
}

/** A form without fields asks whether something may be done. */
function decideElicitation(id: RequestId, elicitation: Elicitation, circumstances: Given): Decision {
  const { policy, isPlanning } = circumstances;
  const questions = questionsOf(elicitation);
  const { message, requestedSchema } = elicitation;
  const input = { message, requestedSchema };
  const common = { tool: ELICITATION_TOOL, input };
  if (questions.length > 0) return { kind: 'ask', asking: { ...common, kind: 'question', questions } };
  if (isPlanning) return { kind: 'answer', line: resultLine(id, { action: 'decline' }) };
  if (policy === 'ask') return { kind: 'ask', asking: { ...common, kind: 'permission' } };
  return { kind: 'answer', line: resultLine(id, { action: 'accept', content: {} }) };
}

export function answerLine(id: RequestId, request: AgentRequest, answer: Answer): string {
  const { decision, answers = {}, always = false } = answer;
  if (always) return chosenLine(id, z.string().parse(request.always?.offer));
  if (request.tool !== ELICITATION_TOOL) {
    return choiceLine(id, PermissionSchema.parse(request.input), decision);
  }
  if (decision === 'deny') return resultLine(id, { action: 'decline' });
  const form = ElicitationSchema.parse({ mode: 'form', ...toObject(request.input) });
  return resultLine(id, { action: 'accept', content: valuesOf(form, answers) });
}

/** The agent's own choices go with the question. */
function toAsking(permission: Permission): Asking {
  const { toolCall, options } = permission;
  const { kind, name, title, rawInput } = toolCall;
  const tool = name ?? title ?? kind ?? 'tool';
  const input = { toolCall, options };
  if (kind !== SWITCH_MODE) {
    const option = options.find(({ kind: holds }) => holds === 'allow_always');
    const always = option && { title: option.name.replace(ALWAYS, '') || tool, offer: option.optionId };
    return { kind: 'permission', tool, input, ...(always && { always }) };
  }
  const plan = PlanSchema.safeParse(rawInput).data?.plan;
  return { kind: 'plan', tool, input, ...(plan === undefined ? {} : { plan }) };
}

/** Whoever shows the offer says as much. */
const ALWAYS = /^(always allow|allow always)\b\s*/i;

const PlanSchema = z.looseObject({ plan: z.string() });

/** What holds for this once goes before what holds for ever. */
const KINDS = { allow: ['allow_once', 'allow_always'], deny: ['reject_once', 'reject_always'] };

function choiceLine(id: RequestId, { options }: Permission, decision: 'allow' | 'deny'): string {
  const chosen = KINDS[decision].flatMap((kind) => options.find((option) => option.kind === kind) ?? [])[0];
  if (chosen === undefined) return cancelledPermission(id);
  return chosenLine(id, chosen.optionId);
}

function chosenLine(id: RequestId, optionId: string): string {
  return resultLine(id, { outcome: { outcome: 'selected', optionId } });
}

function cancelledPermission(id: RequestId): string {
  return resultLine(id, { outcome: { outcome: 'cancelled' } });
}

function toObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
