import { expect, it, onTestFinished } from 'vitest';
import pc from 'picocolors';
import { Conversation } from '../../../src/cli/chat/conversation.ts';
import type { Screen } from '../../../src/cli/chat/screen.ts';
import type { ChatState, ChatSummary, EngineClient, EngineEvent } from '../../../src/client/client.ts';

const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
const CHAT = { id: 'c', title: 'Paint', provider: 'claude', state: 'idle', processing: false } as ChatSummary;

it('shows of turns that ended before it was opened how they ended, each in its place', async () => {
  const turn = { messageId: 'm', durationMs: 1_500 };
  const printed = await follow({
    events: [saidAt(2), saidAt(4)],
    hasMore: true,
    total: 3,
    endedTurns: [
      { ...turn, outcome: 'lost', endedAt: at(1) },
      { ...turn, outcome: 'interrupted', endedAt: at(3) },
      { ...turn, outcome: 'errored', endedAt: at(5) },
    ],
  });

  expect(printed).toEqual([
    'Paint claude c /help',
    '… 1 events before',
    'Said at 2.',
    'interrupted after 1.5 s',
    'Said at 4.',
    'errored after 1.5 s',
  ]);
});

it('shows the end of a turn once, whatever was said into it', async () => {
  const end = { chatId: 'c', isComplete: true, outcome: 'completed', durationMs: 1_500 } as const;
  const ended = (payload: object) =>
    ({ id: '1', ts: at(1), type: 'chat.turn.completed', payload: { ...end, ...payload } }) as EngineEvent;

  const printed = await follow({}, [ended({ messageId: 'said', steers: 'm' }), ended({ messageId: 'm' })]);

  expect(printed).toEqual(['Paint claude c /help', 'completed after 1.5 s']);
});

it.each([
  ['/plan', 'Say what to plan: /plan <message>'],
  ['/interrupt', 'Nothing runs.'],
])('says why %s did nothing', async (line, why) => {
  const interrupt = async () => ({ interrupted: false, queue: [] });
  const { type, lines } = open({ chats: { interrupt } });

  type(line);

  await expect.poll(lines).toEqual([why]);
});

/** What stands on the screen of a chat with this history in which these events happen, line by line. */
async function follow(history: Partial<ChatState['history']>, events: readonly EngineEvent[] = []) {
  const followChat = () => states({ events: [], hasMore: false, ...history }, events);
  const { conversation, lines } = open({ followChat });
  await conversation.follow(50);
  return lines().slice(0, -1);
}

function open(client: object) {
  const printed: string[] = [];
  const screen = { print: (lines: string) => printed.push(lines), setFooter: () => {}, close: () => {} };
  let type = (_line: string) => {};
  const conversation = new Conversation({
    client: client as EngineClient,
    chat: CHAT,
    greeting: '',
    signal: new AbortController().signal,
    colors: pc.createColors(false),
    leave: () => undefined,
    openScreen: ({ onLine }) => ((type = onLine), screen as unknown as Screen),
  });
  onTestFinished(() => conversation.close());
  const lines = () => printed.join('').trimEnd().split('\n');
  return { conversation, type: (line: string) => type(line), lines };
}

async function* states(history: object, events: readonly EngineEvent[]) {
  const state = { chat: CHAT, requests: [], history } as unknown as ChatState;
  yield { state, event: null, lastEventId: '0' };
  for (const event of events) yield { state, event, lastEventId: event.id };
}

function saidAt(second: number) {
  const content = [{ type: 'text', text: `Said at ${second}.` }];
  return { timestamp: at(second), type: 'claude-assistant', payload: { message: { content } } };
}
