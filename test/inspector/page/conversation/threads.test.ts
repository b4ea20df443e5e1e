import { expect, it } from 'vitest';
import type { AgentEvent, EngineClient } from '../../../../src/client/client.ts';
import { Conversation } from '../../../../src/inspector/page/conversation/conversation.ts';
import { byThread } from '../../../../src/inspector/page/conversation/threads.ts';

const AT = '2026-01-01T00:00:00.000Z';

it('puts what a sub-agent says below the call that it works for', async () => {
  const conversation = await open([
    said('claude-assistant', { message: { content: [call('task', 'Task')] } }),
    said('claude-assistant', { parent_tool_use_id: 'task', message: { content: [call('ls', 'Bash')] } }),
    said('claude-user', {
      parent_tool_use_id: 'task',
      message: { content: [{ type: 'tool_result', tool_use_id: 'ls', content: 'a.md' }] },
    }),
    said('claude-assistant', { parent_tool_use_id: 'gone', message: { content: [text('Lost.')] } }),
    said('claude-assistant', { message: { content: [text('Done.')] } }),
  ]);

  const { main, inside } = byThread(conversation.entries);

  expect(main.map(({ item }) => ('text' in item ? item.text : item.id))).toEqual(['task', 'Lost.', 'Done.']);
  expect([...inside].map(([id, entries]) => [id, entries.map(({ item }) => item)])).toEqual([
    ['task', [expect.objectContaining({ id: 'ls', result: expect.objectContaining({ text: 'a.md' }) })]],
  ]);
});

it('finds an event of the history by its number, and reads as far as that', async () => {
  const events = Array.from({ length: 2_500 }, (_, number) =>
    said('claude-assistant', { message: { content: [text(`Step ${number}`)] } }),
  );
  const conversation = await open(events);

  const entry = await conversation.reveal(3);

  expect(entry).toMatchObject({ index: 3, item: { text: 'Step 3' } });
  expect(await conversation.reveal(9_999)).toMatchObject({ item: { text: 'Step 2499' } });
});

/** The history in pages, as an engine gives it. */
async function open(events: AgentEvent[]): Promise<Conversation> {
  const history = async (_chatId: string, { limit, before }: { limit: number; before?: string }) => {
    const end = before === undefined ? events.length : Number(before);
    const start = Math.max(0, end - limit);
    const beforeCursor = start === 0 ? null : String(start);
    return { events: events.slice(start, end), total: events.length, lastEventId: '0', beforeCursor };
  };
  const chats = { history, queue: async () => ({ queue: [] }), tasks: async () => [] };
  const client = { chats } as unknown as EngineClient;
  const conversation = new Conversation({ chatId: 'the-chat', client, onChange: () => undefined });
  await conversation.load();
  return conversation;
}

function said(type: string, payload: Record<string, unknown>): AgentEvent {
  return { timestamp: AT, type, payload };
}

function call(id: string, name: string) {
  return { type: 'tool_use', id, name, input: {} };
}

function text(words: string) {
  return { type: 'text', text: words };
}
