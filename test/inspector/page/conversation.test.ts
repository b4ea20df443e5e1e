import { describe, expect, it } from 'vitest';
import type { AgentEvent, EngineClient, EngineEvent, HistoryPage } from '../../../src/client/client.ts';
import { Conversation } from '../../../src/inspector/page/conversation/conversation.ts';

const CHAT = 'the-chat';
const AT = '2026-01-01T00:00:00.000Z';

describe('a conversation', () => {
  it('shows what Claude Code said, its tools with their results and the diffs of its edits', async () => {
    const { conversation } = await open([
      said('claude-user', { message: { content: 'Hello' } }),
      said('claude-assistant', { message: { content: [{ type: 'thinking', thinking: 'Hm.' }] } }),
      said('claude-assistant', {
        message: {
          content: [
            { type: 'text', text: 'I edit.' },
            {
              type: 'tool_use',
              id: 't1',
              name: 'Edit',
              input: { file_path: '/a.md', old_string: 'x', new_string: 'y' },
            },
          ],
        },
      }),
      said('claude-user', {
        message: { content: [{ type: 'tool_result', tool_use_id: 't1', content: 'Edited.' }] },
        tool_use_result: { structuredPatch: [{ oldStart: 1, newStart: 1, lines: ['-x', '+y'] }] },
      }),
    ]);

    expect(conversation.entries.map(({ item }) => item)).toEqual([
      { kind: 'user', text: 'Hello' },
      { kind: 'thinking', text: 'Hm.' },
      { kind: 'text', text: 'I edit.' },
      {
        kind: 'tool',
        id: 't1',
        name: 'Edit',
        work: 'edit',
        subject: '/a.md',
        input: { file_path: '/a.md', old_string: 'x', new_string: 'y' },
        diff: '-x\n+y',
        result: {
          kind: 'result',
          toolId: 't1',
          text: 'Edited.',
          isError: false,
          diff: '@@ -1 +1 @@\n-x\n+y',
        },
      },
    ]);
  });

  it('shows what Codex said, a command that failed and a patch', async () => {
    const { conversation } = await open([
      said('event_msg', { type: 'user_message', message: 'Hello' }),
      said('response_item', {
        type: 'function_call',
        call_id: 'c1',
        name: 'exec_command',
        arguments: '{"cmd":"ls"}',
      }),
      said('response_item', {
        type: 'function_call_output',
        call_id: 'c1',
        output: JSON.stringify({ output: 'no', metadata: { exit_code: 2 } }),
      }),
      said('response_item', {
        type: 'custom_tool_call',
        call_id: 'c2',
        name: 'apply_patch',
        input: '*** Begin Patch\n*** Update File: a.md\n-x\n+y\n*** End Patch',
      }),
      said('response_item', {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Done.' }],
      }),
    ]);

    expect(conversation.entries.map(({ item }) => item)).toMatchObject([
      { kind: 'user', text: 'Hello' },
      { name: 'exec_command', subject: 'ls', result: { text: 'no', isError: true } },
      { name: 'apply_patch', subject: 'a.md', diff: expect.stringContaining('+y'), result: null },
      { kind: 'text', text: 'Done.' },
    ]);
  });

  it('shows why a turn came to nothing, of one that ends now and of one that has ended', async () => {
    const error = { code: 'killed', message: 'It was killed.' };
    const why = said('turn-end', { outcome: 'errored', ...error });
    const { conversation } = await open([why]);
    const payload = { chatId: CHAT, messageId: 'm', isComplete: false, outcome: 'errored', error } as const;

    conversation.take(delta('2', why));
    conversation.take({
      id: '3',
      ts: AT,
      type: 'chat.turn.completed',
      payload: { ...payload, durationMs: 1_500 },
    });

    expect(conversation.entries.map(({ item }) => item)).toEqual([
      { kind: 'failure', text: 'It was killed.' },
      { kind: 'failure', text: 'It was killed.' },
      { kind: 'notice', text: 'errored after 1.5 s' },
    ]);
  });

  it('shows the end of a turn once, whatever was said into it', async () => {
    const { conversation } = await open([]);
    const end = { chatId: CHAT, isComplete: true, outcome: 'completed', durationMs: 1_500 } as const;
    const ended = (id: string, payload: { messageId: string; steers?: string }) =>
      conversation.take({ id, ts: AT, type: 'chat.turn.completed', payload: { ...end, ...payload } });

    ended('2', { messageId: 'said', steers: 'm' });
    ended('3', { messageId: 'm' });

    expect(textsOf(conversation)).toEqual(['completed after 1.5 s']);
  });

  it('shows of turns that ended before it was opened how they ended, each in its place', async () => {
    const { conversation, load, loadEarlier } = openByHand();
    const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
    const saidAt = (second: number) => ({ ...userSaid(`message ${second}`), timestamp: at(second) });
    const turn = { messageId: 'm', durationMs: 1_500 };
    const usage = { inputTokens: 1_200, outputTokens: 34, costUsd: 0.0512 };
    await load().answer({
      events: [saidAt(3), saidAt(5)],
      lastEventId: '9',
      beforeCursor: '2',
      endedTurns: [
        { ...turn, outcome: 'lost', endedAt: at(0) },
        { ...turn, outcome: 'completed', usage, endedAt: at(2) },
        { ...turn, outcome: 'interrupted', endedAt: at(4) },
        { ...turn, outcome: 'completed', endedAt: at(6) },
      ],
    });
    const latest = ['message 3', 'interrupted after 1.5 s', 'message 5', 'completed after 1.5 s'];
    expect(textsOf(conversation)).toEqual(latest);

    await loadEarlier().answer({ events: [saidAt(1)], lastEventId: '9' });

    expect(textsOf(conversation)).toEqual([
      'lost after 1.5 s',
      'message 1',
      'completed after 1.5 s · 1,234 tokens · $0.05',
      ...latest,
    ]);
  });

  it('joins history and stream by their ids: nothing twice, nothing left out', async () => {
    const history = [said('claude-user', { message: { content: 'one' } })];
    const { conversation, answerHistory } = openSlowly();
    conversation.take(delta('2', said('claude-user', { message: { content: 'one' } })));
    conversation.take(delta('3', said('claude-user', { message: { content: 'two' } })));

    await answerHistory({ events: history, lastEventId: '2' });
    conversation.take(delta('4', said('claude-user', { message: { content: 'three' } })));
    conversation.take(
      delta('5', said('claude-user', { message: { content: 'of another' } }), 'another-chat'),
    );

    expect(conversation.entries.map(({ item }) => 'text' in item && item.text)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('shows what is being written until it stands there', async () => {
    const { conversation } = await open([]);
    const piece = (text: string) =>
      said('claude-stream_event', { event: { delta: { type: 'text_delta', text } } });

    conversation.take(partial(piece('Hel')));
    conversation.take(partial(piece('lo')));
    expect(conversation.live).toBe('Hello');
    conversation.break();
    conversation.take(partial(piece('Hello')));
    expect(conversation.live).toBe('Hello');

    conversation.take(
      delta('9', said('claude-assistant', { message: { content: [{ type: 'text', text: 'Hello' }] } })),
    );
    expect(conversation.live).toBe('');
    expect(conversation.entries.map(({ item }) => item)).toEqual([{ kind: 'text', text: 'Hello' }]);
  });

  it('keeps its end only, and says so', async () => {
    const { conversation } = await open([]);

    for (let number = 10_001; number <= 15_000; number += 1)
      conversation.take(delta(String(number), userSaid(`line ${number}`)));

    expect(conversation.entries.length).toBeLessThanOrEqual(4_000);
    expect(conversation.entries.at(-1)?.item).toEqual({ kind: 'user', text: 'line 15000' });
    expect(conversation.earlier).toBe('let go');
  });

  it('takes the answer to its latest load, whichever comes first', async () => {
    const { conversation, load } = openByHand();
    const [first, second] = [load(), load()];

    await second.answer({ events: [userSaid('one'), userSaid('two')], lastEventId: '2' });
    await first.answer({ events: [userSaid('one')], lastEventId: '1' });

    expect(textsOf(conversation)).toEqual(['one', 'two']);
    expect(conversation.isLoading).toBe(false);
  });

  it('keeps what came while loads overlapped and failed', async () => {
    const { conversation, load } = openByHand();
    const first = load();
    conversation.take(delta('2', userSaid('two')));
    const second = load();
    conversation.take(delta('3', userSaid('three')));

    await first.fail(new Error('broken'));
    await second.fail(new Error('away'));
    conversation.take(delta('4', userSaid('four')));

    expect(textsOf(conversation)).toEqual(['two', 'three', 'four']);
    expect(conversation.failure).toBe('away');
  });

  it('shows what stood there until the history has been read anew', async () => {
    const { conversation, load } = openByHand();
    await load().answer({ events: [userSaid('one')], lastEventId: '1' });

    const again = load();
    expect(textsOf(conversation)).toEqual(['one']);
    await again.answer({ events: [userSaid('one'), userSaid('two')], lastEventId: '2' });

    expect(textsOf(conversation)).toEqual(['one', 'two']);
  });

  it('shows nothing twice when the stream comes later than the history', async () => {
    const { conversation, load } = openByHand();
    await load().answer({ events: [userSaid('one'), userSaid('two')], lastEventId: '2' });

    conversation.take(delta('2', userSaid('two')));
    conversation.take(delta('3', userSaid('three')));

    expect(textsOf(conversation)).toEqual(['one', 'two', 'three']);
  });

  it('says why it could not be read, until it is', async () => {
    const { conversation, load } = openByHand();
    await load().fail(new Error('The engine cannot be reached.'));
    expect(conversation.failure).toBe('The engine cannot be reached.');

    await load().answer({ events: [userSaid('one')], lastEventId: '1' });

    expect({ failure: conversation.failure, texts: textsOf(conversation) }).toEqual({
      failure: null,
      texts: ['one'],
    });
  });

  it('leads back to its beginning, page by page, tools joined with their results', async () => {
    const { conversation, load, loadEarlier } = openByHand();
    await load().answer({
      events: [toolAnswered('t1', 'Done.'), userSaid('three')],
      lastEventId: '4',
      beforeCursor: '3',
    });
    conversation.take(delta('5', userSaid('four')));
    expect(conversation.earlier).toBe('readable');

    await loadEarlier().answer({ events: [userSaid('one'), toolUsed('t1')], lastEventId: '5' });

    expect(conversation.earlier).toBe('none');
    expect(conversation.entries.map(({ item }) => ('text' in item ? item.text : item.result?.text))).toEqual([
      'one',
      'Done.',
      'three',
      'four',
    ]);
    expect(new Set(conversation.entries.map(({ number }) => number)).size).toBe(4);
  });

  it('takes an earlier page that could not be read for no trouble when it has been read anew', async () => {
    const { conversation, load, loadEarlier } = openByHand();
    await load().answer({ events: [userSaid('two')], lastEventId: '2', beforeCursor: '2' });
    const earlier = loadEarlier();
    await load().answer({ events: [userSaid('three')], lastEventId: '3', beforeCursor: '3' });

    await earlier.fail(new Error('The cursor is gone.'));

    expect(conversation.failure).toBeNull();
  });

  it('no longer shows a message as sent whose turn ended while nothing was heard', async () => {
    const { conversation, load } = openByHand();
    await load().answer({ events: [], lastEventId: '1' });
    for (const messageId of ['m1', 'm2']) conversation.expect(messageId, messageId);

    const ended = { messageId: 'm1', outcome: 'completed', durationMs: 1, endedAt: AT } as const;
    await load().answer({ events: [userSaid('m1')], lastEventId: '5', endedTurns: [ended] });

    expect(conversation.pending.shown.map(({ text }) => text)).toEqual(['m2']);
  });

  it('drops an earlier page that comes when the conversation has been read anew', async () => {
    const { conversation, load, loadEarlier } = openByHand();
    await load().answer({ events: [userSaid('two')], lastEventId: '2', beforeCursor: '2' });
    const earlier = loadEarlier();
    await load().answer({ events: [userSaid('three')], lastEventId: '3', beforeCursor: '3' });

    await earlier.answer({ events: [userSaid('one')], lastEventId: '3' });

    expect(textsOf(conversation)).toEqual(['three']);
    expect(conversation.earlier).toBe('readable');
  });
});

function userSaid(text: string): AgentEvent {
  return said('claude-user', { message: { content: text } });
}

function toolUsed(id: string): AgentEvent {
  return said('claude-assistant', {
    message: { content: [{ type: 'tool_use', id, name: 'Bash', input: {} }] },
  });
}

function toolAnswered(id: string, text: string): AgentEvent {
  return said('claude-user', {
    message: { content: [{ type: 'tool_result', tool_use_id: id, content: text }] },
  });
}

function textsOf(conversation: Conversation) {
  return conversation.entries.map(({ item }) => 'text' in item && item.text);
}

/** A conversation of which each read of the history is answered when the test says so. */
function openByHand() {
  const reads: { resolve: (page: object) => void; reject: (error: Error) => void }[] = [];
  const history = () => new Promise((resolve, reject) => reads.push({ resolve, reject }));
  const client = { chats: { history, queue: emptyQueue, tasks: noTasks } } as unknown as EngineClient;
  const conversation = new Conversation({ chatId: CHAT, client, onChange: () => undefined });
  const settling = (done: Promise<void>) => {
    const read = reads.at(-1);
    return {
      answer: (page: Page) => (
        read?.resolve({ beforeCursor: null, total: page.events.length, ...page }),
        done
      ),
      fail: (error: Error) => (read?.reject(error), done),
    };
  };
  return {
    conversation,
    load: () => settling(conversation.load()),
    loadEarlier: () => settling(conversation.loadEarlier()),
  };
}

const emptyQueue = () => Promise.resolve({ queue: [] });
const noTasks = () => Promise.resolve([]);

interface Page {
  events: AgentEvent[];
  lastEventId: string;
  beforeCursor?: string;
  endedTurns?: HistoryPage['endedTurns'];
}

async function open(events: AgentEvent[]) {
  const { conversation, answerHistory } = openSlowly();
  await answerHistory({ events, lastEventId: '0' });
  return { conversation };
}

function openSlowly() {
  const { promise, resolve } = withResolvers<object>();
  const client = {
    chats: { history: () => promise, queue: emptyQueue, tasks: noTasks },
  } as unknown as EngineClient;
  const conversation = new Conversation({ chatId: CHAT, client, onChange: () => undefined });
  const loaded = conversation.load();
  return {
    conversation,
    answerHistory: async (page: Page) => {
      resolve({ beforeCursor: null, total: page.events.length, ...page });
      await loaded;
    },
  };
}

function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function said(type: string, payload: Record<string, unknown>): AgentEvent {
  return { timestamp: AT, type, payload };
}

function delta(id: string, event: AgentEvent, chatId = CHAT): EngineEvent {
  return { id, ts: AT, type: 'chat.turn.delta', payload: { chatId, messageId: null, event } };
}

function partial(event: AgentEvent): EngineEvent {
  return { id: '1', ts: AT, type: 'chat.turn.partial', payload: { chatId: CHAT, messageId: null, event } };
}
