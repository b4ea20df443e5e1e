import { expect } from 'vitest';
import type { AgentEvent } from '../../src/contract/agent-event.ts';
import type { EngineEvent } from '../../src/contract/events.ts';

/** How each of these accepted messages ended, whatever the way; fails unless each did so exactly once. */
export function expectExactlyOneEnd(events: readonly EngineEvent[], messageIds: readonly string[]): void {
  const ends = messageIds.map((messageId) => ({ messageId, ends: endsOf(events, messageId).length }));
  expect(ends).toEqual(messageIds.map((messageId) => ({ messageId, ends: 1 })));
}

/** What a stream must be: ids in strictly rising order with no number left out. Only for unfiltered streams. */
export function expectNoGap(events: readonly EngineEvent[]): void {
  const numbers = events.filter(({ type }) => type !== 'chat.turn.partial').map(({ id }) => sequenceOf(id));
  const [first = 0] = numbers;
  expect(numbers).toEqual(numbers.map((_, index) => first + index));
}

/** The agent's events of one chat, as the stream brought them. */
export function deltasOf(events: readonly EngineEvent[], chatId: string): AgentEvent[] {
  return events.flatMap((event) =>
    event.type === 'chat.turn.delta' && event.payload.chatId === chatId ? [event.payload.event] : [],
  );
}

/** What the agent said in these events, one entry per message. */
export function textsOf(events: readonly AgentEvent[]): string[] {
  return events.filter(({ type }) => type === 'claude-assistant').flatMap(textBlocks);
}

/** The order in which something happened to a message: accepted, started, delta, completed. What it used is told between. */
export function lifeOf(events: readonly EngineEvent[], messageId: string): string[] {
  const types = events.flatMap(({ type, payload }) =>
    'messageId' in payload && payload.messageId === messageId && type !== 'chat.usage.changed' ? [type] : [],
  );
  return types.filter((type, index) => type !== types[index - 1]);
}

export function sequenceOf(id: string): number {
  return Number(id.slice(0, 12));
}

function endsOf(events: readonly EngineEvent[], messageId: string): EngineEvent[] {
  return events.filter(
    (event) =>
      (event.type === 'chat.turn.completed' || event.type === 'chat.message.dropped') &&
      event.payload.messageId === messageId,
  );
}

interface MessagePayload {
  message?: { content?: { type: string; text?: string }[] };
}

function textBlocks({ payload }: AgentEvent): string[] {
  const { message } = payload as MessagePayload;
  return (message?.content ?? []).flatMap(({ type, text }) => (type === 'text' && text ? [text] : []));
}
