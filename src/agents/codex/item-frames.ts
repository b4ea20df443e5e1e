/** How items begin, grow and complete. */
import { z } from 'zod';
import { closing, eventMessage, functionCall, functionCallOutput, opening } from './items.ts';
import {
  DeltaParamsSchema,
  ItemParamsSchema,
  PlanParamsSchema,
  type FrameOf,
  type Item,
} from './protocol.ts';
import { remember, toolsOpenedSince, type CodexState, type OpenItem } from './state.ts';
import { ofThread, type Step } from './step.ts';

export function followItem(state: CodexState, { method, params }: FrameOf<'notification'>, now: Date): Step {
  const { data } = ItemParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  const { threadId, turnId, item, startedAtMs, completedAtMs } = data;
  const known = recognize(withSubAgent(state, item), { threadId, turnId, item });
  if (method === 'item/completed') {
    const timed = { ...known, completedAt: completedAtMs ?? now.getTime() };
    return isClosed(timed, item) ? { state: timed } : complete(timed, { threadId, item });
  }
  if (isClosed(known, item)) return { state: known };
  const openedAt = Math.min(startedAtMs ?? now.getTime(), toolsOpenedSince(known) ?? Infinity);
  return begin(known, { item, threadId, text: '', openedAt });
}

function isClosed({ closed }: CodexState, { id }: Item): boolean {
  return closed.includes(id);
}

/** A to-do list is shown as the call that changed it. */
export function followTodoList(state: CodexState, params: unknown): Step {
  const { data } = PlanParamsSchema.safeParse(params);
  if (data === undefined) return { state };
  const { threadId, turnId, explanation, plan } = data;
  const callId = `${turnId}-plan-${state.plans + 1}`;
  const said = [
    functionCall(callId, { name: 'update_plan', input: { explanation: explanation ?? null, plan } }),
    functionCallOutput(callId, { output: 'Plan updated' }),
  ];
  return { state: { ...state, plans: state.plans + 1 }, said: ofThread(state, threadId, said) };
}

/** Deltas are shown live; what was streamed of a message is kept in case that it never completes. */
export function streamItem(state: CodexState, { method, params }: FrameOf<'notification'>): Step {
  const { data } = DeltaParamsSchema.safeParse(params);
  const type = PARTIALS[method];
  if (data === undefined || type === undefined) return { state, isStirring: true };
  const { threadId, itemId, delta } = data;
  const openItems = state.openItems.map((open) =>
    open.item.id === itemId ? { ...open, text: open.text + delta } : open,
  );
  const [partial] = ofThread(state, threadId, [eventMessage(type, { item_id: itemId, delta })]);
  return { state: { ...state, openItems }, ...(partial === undefined ? {} : { partial }), isStirring: true };
}

const PARTIALS: Partial<Record<string, string>> = {
  'item/agentMessage/delta': 'agent_message_delta',
  'item/plan/delta': 'plan_delta',
  'item/reasoning/summaryTextDelta': 'agent_reasoning_delta',
  'item/reasoning/textDelta': 'agent_reasoning_raw_content_delta',
  'item/commandExecution/outputDelta': 'exec_command_output_delta',
};

function begin(state: CodexState, open: OpenItem): Step {
  if (find(state, open.item.id) !== undefined) return { state };
  const said = ofThread(state, open.threadId, opening(open.item));
  return { state: { ...state, openItems: [...state.openItems, open] }, said };
}

/** An item may complete without having begun. */
function complete(state: CodexState, { threadId, item }: { threadId: string; item: Item }): Step {
  const isNew = find(state, item.id) === undefined;
  const said = [...(isNew ? opening(item) : []), ...closing(item)];
  const next = {
    ...state,
    openItems: state.openItems.filter((open) => open.item.id !== item.id),
    closed: remember(state.closed, item.id),
  };
  return { state: next, said: ofThread(state, threadId, said) };
}

function find({ openItems }: CodexState, id: string): OpenItem | undefined {
  return openItems.find(({ item }) => item.id === id);
}

const UserMessageSchema = z.looseObject({ type: z.literal('userMessage'), clientId: z.string() });

/** The message of our turn names the turn that runs it. */
function recognize(
  state: CodexState,
  { threadId, turnId, item }: { threadId: string; turnId: string; item: Item },
): CodexState {
  const { turn } = state;
  if (turn === null || threadId !== state.threadId) return state;
  const isOurs = UserMessageSchema.safeParse(item).data?.clientId === turn.clientId;
  return isOurs ? { ...state, activeTurn: turnId, turn: { ...turn, nativeId: turnId } } : state;
}

const SubAgentSchema = z.looseObject({ type: z.literal('subAgentActivity'), agentThreadId: z.string() });

function withSubAgent(state: CodexState, item: Item): CodexState {
  const child = SubAgentSchema.safeParse(item).data?.agentThreadId;
  if (child === undefined || child in state.children) return state;
  return { ...state, children: { ...state.children, [child]: null } };
}
