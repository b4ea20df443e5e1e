/** The thread of a chat in its server: begun, resumed, forked, and looked into. */
import type { Policy } from '../../contract/chats.ts';
import { approvalPolicyOf, requestLine } from './frames.ts';
import { ThreadResultSchema, ThreadTurnsSchema } from './protocol.ts';
import type { CodexState } from './state.ts';

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

export function resumeLine(id: string, threadId: string, given: Given): string {
  return requestLine(id, 'thread/resume', { threadId, excludeTurns: true, ...settingsOf(given) });
}

/** A thread with everything up to a turn of another one. */
export function forkLine(id: string, lastTurnId: string, given: Given): string {
  const { threadId } = given.state;
  const params = { threadId, lastTurnId, excludeTurns: true, ...settingsOf(given) };
  return requestLine(id, 'thread/fork', params);
}

export function turnsLine(id: string, { threadId }: CodexState): string {
  return requestLine(id, 'thread/turns/list', { threadId, limit: 10, itemsView: 'full' });
}

/** The ids of the latest turns, the last one first, and under which ids of ours something was said in each. */
export function turnsIn(result: unknown): { id: string; clientIds: string[] }[] {
  const { data } = ThreadTurnsSchema.safeParse(result);
  const turns = data?.data ?? [];
  return turns.map(({ id, items }) => ({ id, clientIds: items.flatMap(({ clientId }) => clientId ?? []) }));
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
