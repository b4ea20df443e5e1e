/** How items begin, grow and complete. */
import { z } from 'zod';
import type { Moment } from '../step.ts';
import { planFileName } from './ending.ts';
import { closing, eventMessage, functionCall, functionCallOutput, opening } from './items.ts';
import {
  DeltaParamsSchema,
  type ItemParamsSchema,
  PlanItemSchema,
  type PlanParamsSchema,
  type Item,
  type OpenItem,
} from './protocol.ts';
import { enterRound, roundOf } from './rounds.ts';
import type { CodexState } from './state.ts';
import { endCommand, hearTask, nameSubAgent } from './tasks.ts';
import {
  isClosed,
  ofThread,
  remember,
  sameItem,
  toolsOpenedSince,
  type ItemPlace,
  type Told,
} from './told.ts';

type Heard = Pick<Moment, 'now' | 'openedAt'> & { method: string };

export function followItem(
  state: CodexState,
  { threadId, turnId, item, startedAtMs, completedAtMs }: z.infer<typeof ItemParamsSchema>,
  { method, now, openedAt: seenAt }: Heard,
): Told {
  const place: Place = { threadId, turnId, item };
  const announcedAt = startedAtMs ?? seenAt;
  const known = nameSubAgent(recognize(served(state, item), place), item, announcedAt);
  if (method === 'item/completed') {
    return complete({ ...known, completedAt: completedAtMs ?? now.getTime() }, place);
  }
  const openedAt = Math.min(announcedAt, toolsOpenedSince(known) ?? announcedAt);
  return begin(known, { ...place, text: '', openedAt });
}

/** Whatever the agent makes of what it was asked, the model has answered. */
function served(state: CodexState, { type }: Item): CodexState {
  const { turn } = state;
  if (turn === null || type === 'userMessage') return state;
  return { ...state, turn: { ...turn, isServed: true, isLoginRejected: false, isReported: false } };
}

/** A to-do list is shown as the call that changed it. */
export function followTodoList(
  state: CodexState,
  { threadId, turnId, explanation, plan }: z.infer<typeof PlanParamsSchema>,
): Told {
  const callId = `${turnId}-plan-${state.plans + 1}`;
  const said = [
    functionCall(callId, { name: 'update_plan', input: { explanation: explanation ?? null, plan } }),
    functionCallOutput(callId, { output: 'Plan updated' }),
  ];
  return { state: { ...state, plans: state.plans + 1 }, said: ofThread(state, threadId, said) };
}

/** Deltas are shown live; what was streamed of a message is kept in case that it never completes. */
export function streamItem(state: CodexState, params: unknown, { method, now }: Heard): Told {
  const type = PARTIALS[method];
  const { data } = DeltaParamsSchema.safeParse(type === undefined ? undefined : params);
  if (data === undefined || type === undefined) return { state, isStirring: true };
  const { threadId, itemId, delta } = data;
  const openItems = state.openItems.map((open) =>
    open.item.id === itemId ? { ...open, text: open.text + delta } : open,
  );
  const [partial] = ofThread(state, threadId, [eventMessage(type, { item_id: itemId, delta })]);
  const heard = hearTask({ ...state, openItems }, data, now);
  return { state: heard, ...(partial === undefined ? {} : { partial }), isStirring: true };
}

const PARTIALS: Partial<Record<string, string>> = {
  'item/agentMessage/delta': 'agent_message_delta',
  'item/plan/delta': 'plan_delta',
  'item/reasoning/summaryTextDelta': 'agent_reasoning_delta',
  'item/reasoning/textDelta': 'agent_reasoning_raw_content_delta',
  'item/commandExecution/outputDelta': 'exec_command_output_delta',
};

interface Place extends ItemPlace {
  threadId: string;
}

function begin(state: CodexState, open: OpenItem): Told {
  if (isClosed(state, open) || state.openItems.some(sameItem(open))) return { state };
  const said = ofThread(state, open.threadId, opening(open.item));
  return { state: { ...state, openItems: [...state.openItems, open] }, said };
}

/** An item may complete without having begun, and after its turn: then it was closed already. */
function complete(state: CodexState, place: Place): Told {
  const ended = endCommand(state, place.item, state.completedAt ?? 0);
  if (ended !== null) return { state: ended };
  if (isClosed(state, place)) return { state };
  const isSame = sameItem(place);
  const wasOpen = state.openItems.some(isSame);
  const said = [...(wasOpen ? [] : opening(place.item)), ...closing(place.item)];
  const openItems = state.openItems.filter((open) => !isSame(open));
  const closed = remember(state.closed, place);
  const next = { ...state, openItems, closed };
  return { ...proposing(next, place), said: ofThread(state, place.threadId, said) };
}

/** A plan that the agent was asked to make. */
function proposing(state: CodexState, { threadId, item }: Place): Told {
  const { turn } = state;
  const { data } = PlanItemSchema.safeParse(item);
  if (data === undefined || turn?.planMode !== true || threadId !== state.threadId) return { state };
  const { text } = data;
  const file = turn.planFile ?? planFileName(text, turn.clientId);
  const plan = { file, text };
  return { state: { ...state, turn: { ...turn, plan, planFile: file } }, plan };
}

const UserMessageSchema = z.looseObject({ type: z.literal('userMessage'), clientId: z.string() });

/** The message of our turn names the turn that runs it. */
function recognize(state: CodexState, { threadId, turnId, item }: Place): CodexState {
  const { turn } = state;
  if (turn === null || threadId !== state.threadId) return state;
  const { data } = UserMessageSchema.safeParse(item);
  const round = data === undefined ? null : roundOf(turn, data.clientId);
  if (round === null) return state;
  const entered = enterRound(state, round).turn ?? turn;
  return { ...state, activeTurn: turnId, turn: { ...entered, nativeId: turnId } };
}
