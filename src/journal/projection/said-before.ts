import { createHash } from 'node:crypto';
import type { ChatEmitted } from '../../../machines/chat.events.ts';
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { ChatRecord } from '../../contract/records.ts';
import { linesFromEnd, runOf, type HistoryEnd } from './history-end.ts';

/**
 * What histories hold beyond a log that has lost its end. An agent whose output is read again from where the log knows of
 * it says that once more, which is then no news.
 */
export class SaidBefore {
  readonly #chats = new Map<string, { runId: string; left: Map<string, number> }>();

  /** Takes note of what the history of a chat has behind an id. */
  async note(
    record: ChatRecord | undefined,
    { path, lastId, after }: HistoryEnd & { after: string },
  ): Promise<void> {
    const runId = record && runOf(record);
    if (record === undefined || runId === undefined || lastId <= after) return;
    const left = new Map<string, number>();
    for await (const { id, event } of linesFromEnd(path)) {
      if (id <= after) break;
      const key = keyOf(JSON.parse(event) as AgentEvent);
      left.set(key, (left.get(key) ?? 0) + 1);
    }
    this.#chats.set(record.chat.id, { runId, left });
  }

  /** The same without what was said before; what it tells of the agent's output stays. */
  strip(said: ChatEmitted): ChatEmitted {
    if (said.type !== 'chat.said') return said;
    const { payload, record } = said;
    const known = this.#chats.get(payload.chatId);
    if (known === undefined || !record?.position) return said;
    const isOver = record.position.runId !== known.runId;
    const events = isOver ? payload.events : payload.events.filter((event) => !isIn(known.left, event));
    if (isOver || known.left.size === 0) this.#chats.delete(payload.chatId);
    return events.length === 0
      ? { type: 'chat.updated', record }
      : { ...said, payload: { ...payload, events } };
  }
}

/** Takes it out as well: what is said twice stands there twice. */
function isIn(left: Map<string, number>, event: AgentEvent): boolean {
  const key = keyOf(event);
  const count = left.get(key);
  if (count === undefined) return false;
  if (count === 1) left.delete(key);
  else left.set(key, count - 1);
  return true;
}

/** The time is that at which it was read. */
function keyOf({ type, payload }: AgentEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([type, payload]))
    .digest('base64');
}
