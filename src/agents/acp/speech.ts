/** Messages arrive in chunks: each is shown live, and the whole message is told once it is whole. */
import type { Saying } from '../step.ts';
import { ChunkSchema, type Block, type Update } from './protocol.ts';
import type { AcpState } from './state.ts';

const SUFFIX = '_chunk';

const CHUNKS: ReadonlySet<string> = new Set([
  'agent_message_chunk',
  'agent_thought_chunk',
  'user_message_chunk',
]);

export function isChunk(update: Update): boolean {
  return CHUNKS.has(update.sessionUpdate) && ChunkSchema.safeParse(update).success;
}

/** What the user said, told before anything that the agent says to it. */
export function announcement(state: AcpState): { state: AcpState; said: Saying[] } {
  const { turn, provider, sessionId } = state;
  if (turn === null || turn.isAnnounced) return { state, said: [] };
  const { turnId: messageId, prompt: content } = turn;
  const common = { provider, sessionId };
  const message = { sessionUpdate: 'user_message', messageId, content };
  return {
    state: { ...state, turn: { ...turn, isAnnounced: true } },
    said: [{ type: 'acp-user_message', payload: { ...common, ...message } }],
  };
}

export function partialOf(provider: string, update: Update, sessionId: string): Saying | null {
  const { content } = ChunkSchema.parse(update);
  if (content['text'] === '') return null;
  return { type: `acp-${update.sessionUpdate}`, payload: { provider, sessionId, ...update } };
}

/** Adds a chunk to the message it belongs to; what was said before it is then whole. */
export function listen(
  state: AcpState,
  update: Update,
  sessionId: string,
): { state: AcpState; said: Saying[] } {
  const { content, messageId = null } = ChunkSchema.parse(update);
  const kind = update.sessionUpdate.slice(0, -SUFFIX.length);
  const { speech } = state;
  const isSame =
    speech !== null &&
    speech.kind === kind &&
    speech.sessionId === sessionId &&
    speech.messageId === messageId;
  const before = isSame ? { state, said: [] } : flush(state);
  const spoken = isSame ? speech.content : [];
  const heard = { kind, sessionId, messageId, content: append(spoken, content) };
  return { state: { ...before.state, speech: heard }, said: before.said };
}

/** Tells the message that was begun, whole or not. */
export function flush(state: AcpState): { state: AcpState; said: Saying[] } {
  const { speech, provider } = state;
  if (speech === null) return { state, said: [] };
  const next = { ...state, speech: null };
  if (speech.content.length === 0) return { state: next, said: [] };
  const { kind, sessionId, messageId, content } = speech;
  const payload = { provider, sessionId, sessionUpdate: kind, messageId, content };
  return { state: next, said: [{ type: `acp-${kind}`, payload }] };
}

function append(content: readonly Block[], block: Block): readonly Block[] {
  if (block.type !== 'text') return [...content, block];
  const text = textOf(block);
  if (text === '') return content;
  const last = content.at(-1);
  if (last?.type !== 'text') return [...content, block];
  return [...content.slice(0, -1), { ...last, text: textOf(last) + text }];
}

function textOf({ text }: Block): string {
  return typeof text === 'string' ? text : '';
}
