/**
 * A message that the model refuses for what it holds stays in its thread, and every later message is refused with it. It is
 * taken out: the thread is forked before it.
 */
import type { TurnEnd } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import { beginAnew, settingsOf, startThread, type OpenThread, type ThreadOptions } from './preparation.ts';
import { ThreadResultSchema, ThreadTurnsSchema } from './protocol.ts';
import type { TurnProgress } from './state.ts';

/** The model was asked with the message, and refused that before it did anything. */
export function isInputRefused(
  { content }: QueuedMessage,
  turn: TurnProgress | null,
  { error }: TurnEnd,
): boolean {
  if (error?.code !== 'invalid_request' || turn?.isServed === true) return false;
  return content.kind === 'file' || IMAGE.test(error.message);
}

/** A thread in which the message is not; `notice` tells what else is not. */
export async function threadWithout(
  { turnId, content }: QueuedMessage,
  threadId: string,
  options: ThreadOptions,
): Promise<OpenThread> {
  if (content.kind === 'inline') return beginAnew('it holds an image that the model refuses', options);
  const { server } = options;
  try {
    const list = { threadId, limit: 10, itemsView: 'full' };
    const turns = ThreadTurnsSchema.parse(await server.request('thread/turns/list', list)).data;
    const index = turns.findIndex(({ items }) => items.some(({ clientId }) => clientId === turnId));
    const [before] = turns.slice(index + 1);
    if (index === -1) throw new Error('the message is not found in it');
    const opened =
      before === undefined ? await startThread(options) : await fork(threadId, before.id, options);
    return { ...opened, notice: TAKEN_OUT };
  } catch (error) {
    return beginAnew(error instanceof Error ? error.message : String(error), options);
  }
}

const IMAGE = /\binvalid image\b/i;
const TAKEN_OUT =
  'The model refused this message, so it was taken out of the conversation: the agent does not know it.';

async function fork(threadId: string, lastTurnId: string, options: ThreadOptions): Promise<OpenThread> {
  const wanted = { threadId, lastTurnId, excludeTurns: true, ...settingsOf(options) };
  const { thread, model } = ThreadResultSchema.parse(await options.server.request('thread/fork', wanted));
  return { threadId: thread.id, isNew: false, rollout: thread.path ?? null, model, notice: null };
}
