import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../src/contract/chats.ts';
import type { Saying } from '../../../src/agents/step.ts';
import type { TurnEnd } from '../../../src/contract/facts.ts';
import { freshState, withTurn, type AcpState } from '../../../src/agents/acp/state.ts';
import { conclude, translate } from '../../../src/agents/acp/translate.ts';
import { parseLine } from '../../../src/agents/json-rpc.ts';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const OPENED_AT = 1_000;
const ENDING = {
  now: NOW,
  isFound: false,
  isWritten: true,
  isAsked: false,
  isUnresponsive: false,
  complaint: '',
  isSelfDirected: false,
};

describe('what an ACP agent prints', () => {
  it('becomes whole messages, each told when the next thing begins', () => {
    const { events, partials } = follow(inTurn(), [
      chunk('One ', 'm1'),
      chunk('word.', 'm1'),
      chunk('Another.', 'm2'),
      answer('turn-t1', { stopReason: 'end_turn' }),
    ]);
    expect(events.map(brief)).toEqual([
      ['acp-user_message', 'hello'],
      ['acp-agent_message', 'One word.'],
      ['acp-agent_message', 'Another.'],
    ]);
    expect(events[1]).toEqual({
      type: 'acp-agent_message',
      payload: {
        provider: 'some',
        sessionId: 's1',
        sessionUpdate: 'agent_message',
        messageId: 'm1',
        content: [{ type: 'text', text: 'One word.' }],
      },
    });
    expect(partials.map(({ type }) => type)).toEqual(Array(3).fill('acp-agent_message_chunk'));
  });

  it('keeps blocks that are no text apart, and says nothing of empty ones', () => {
    const picture = { type: 'image', mimeType: 'image/png', data: 'AA==' };
    const { events, partials } = follow(inTurn(), [
      chunk(''),
      chunk('See: '),
      update({ sessionUpdate: 'agent_message_chunk', content: picture }),
      chunk('nice.'),
      update({ sessionUpdate: 'plan', entries: [] }),
    ]);
    expect(events[1]?.payload['content']).toEqual([
      { type: 'text', text: 'See: ' },
      picture,
      { type: 'text', text: 'nice.' },
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'acp-plan', payload: { provider: 'some', entries: [] } });
    expect(partials).toHaveLength(3);
  });

  it('does not end a message for a note about the session, but between turns', () => {
    const note = update({ sessionUpdate: 'usage_update', used: 1, size: 2 });
    const printed = [chunk('One '), note, chunk('word.'), update({ sessionUpdate: 'plan' })];
    expect(follow(inTurn(), printed).events.map(brief)).toEqual([
      ['acp-user_message', 'hello'],
      ['acp-usage_update', ''],
      ['acp-agent_message', 'One word.'],
      ['acp-plan', ''],
    ]);
    expect(follow(open(), printed).events.map(brief)).toEqual([
      ['acp-agent_message', 'One '],
      ['acp-usage_update', ''],
      ['acp-agent_message', 'word.'],
      ['acp-plan', ''],
    ]);
  });

  it('tells what it had begun to say when it dies', () => {
    const { state } = follow(inTurn(), [chunk('Begun')]);
    const concluded = conclude(state, ENDING);
    expect(concluded.said.map(brief)).toEqual([['acp-agent_message', 'Begun']]);
    expect(concluded.state).toMatchObject({ turn: null, speech: null, openTools: [] });
    expect(conclude(inTurn(), ENDING).said.map(brief)).toEqual([['acp-user_message', 'hello']]);
  });

  it('is passed over while a session is loaded', () => {
    const loading = { ...open(), isReplaying: true };
    const { events, state } = follow(loading, [
      chunk('old', 'm0'),
      tool('t1', 'in_progress'),
      answer('session', {}),
      update({ sessionUpdate: 'plan' }),
    ]);
    expect(events.map(brief)).toEqual([['acp-plan', '']]);
    expect(state).toMatchObject({ isReplaying: false, openTools: [], sessionId: 's1' });
  });
});

describe('a tool', () => {
  it.each([
    { name: 'is open until it has ended', printed: ['pending', 'in_progress'], isOpen: true },
    { name: 'ends when it completes', printed: ['pending', 'completed'], isOpen: false },
    { name: 'ends when it fails', printed: ['in_progress', 'failed'], isOpen: false },
    { name: 'that is announced when it is over was never open', printed: ['completed'], isOpen: false },
  ])('$name', ({ printed, isOpen }) => {
    const { state } = follow(
      inTurn(),
      printed.map((status) => tool('t1', status)),
    );
    expect(state.openTools).toEqual(isOpen ? [{ id: 't1', openedAt: OPENED_AT }] : []);
  });

  it('is not opened by what is said of it afterwards', () => {
    const late = update({ sessionUpdate: 'tool_call_update', toolCallId: 't1', title: 'Renamed' });
    const { state } = follow(inTurn(), [tool('t1', 'pending'), tool('t1', 'completed'), late]);
    expect(state.openTools).toEqual([]);
  });
});

describe('the end of a turn', () => {
  it.each<{ reply: object; end: TurnEnd }>([
    { reply: { result: { stopReason: 'end_turn' } }, end: { outcome: 'completed' } },
    { reply: { result: { stopReason: 'cancelled' } }, end: { outcome: 'interrupted' } },
    {
      reply: { result: { stopReason: 'refusal' } },
      end: {
        outcome: 'errored',
        error: { code: 'refused', message: 'The agent refused to go on.' },
      },
    },
    {
      reply: { error: { code: -32_000, message: 'Authentication required' } },
      end: { outcome: 'errored', error: { code: 'auth', message: 'Authentication required' } },
    },
    {
      reply: { error: { code: -32_603, message: 'Internal error', data: { errorKind: 'billing_error' } } },
      end: { outcome: 'errored', error: { code: 'billing', message: 'Internal error' } },
    },
    {
      reply: { error: { code: -32_603, message: 'Internal error', data: { errorKind: 'constructor' } } },
      end: { outcome: 'errored', error: { code: 'agent_error', message: 'Internal error' } },
    },
    { reply: { error: { code: -32_800, message: 'Cancelled' } }, end: { outcome: 'interrupted' } },
  ])('is told by the answer to its prompt: $reply', ({ reply, end }) => {
    const { ends, state } = follow(inTurn(), [{ id: 'turn-t1', ...reply }]);
    expect(ends).toEqual([end]);
    expect(state.turn).toBeNull();
  });

  it('tells what the turn used, and what the session cost more than before', () => {
    const usage = { inputTokens: 10, outputTokens: 7, cachedReadTokens: 3 };
    const { spent } = follow(withTurn({ ...open(), costUsd: 1 }, TURN), [
      update({ sessionUpdate: 'usage_update', used: 1, size: 2, cost: { amount: 1.5, currency: 'USD' } }),
      update({ sessionUpdate: 'usage_update', used: 2, size: 2 }),
      answer('turn-t1', { stopReason: 'end_turn', usage }),
    ]);
    expect(spent).toEqual([
      { costUsd: 0.5, contextTokens: 1, contextWindow: 2 },
      { costUsd: 0, contextTokens: 2, contextWindow: 2 },
      { inputTokens: 10, outputTokens: 7, cacheReadTokens: 3 },
    ]);
  });

  it('tells no cost of a session of which nobody knows what it cost before', () => {
    const { spent } = follow(withTurn({ ...open(), costUsd: null }, TURN), [
      update({ sessionUpdate: 'usage_update', cost: { amount: 1.5, currency: 'USD' } }),
      update({ sessionUpdate: 'usage_update', cost: { amount: 1.75, currency: 'USD' } }),
    ]);
    expect(spent).toEqual([{}, { costUsd: 0.25 }]);
  });

  it('is not told by the answer to the prompt of another turn', () => {
    expect(follow(inTurn(), [answer('turn-t0', { stopReason: 'end_turn' })]).ends).toEqual([]);
  });
});

describe('a line that is no frame', () => {
  it.each([
    { text: '{"jsonrpc":"2.0","method":"sess', kind: 'damaged' },
    { text: 'npm notice', kind: 'noise' },
    { text: '[1]', kind: 'noise' },
    { text: '{"neither":1}', kind: 'noise' },
    { text: '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}', kind: 'noise' },
  ])('is $kind: $text', ({ text, kind }) => {
    expect(parseLine(text)).toBe(kind);
  });
});

const TURN = { turnId: 't1', prompt: [{ type: 'text', text: 'hello' }], notice: null };

function open(): AcpState {
  return { ...freshState('some'), sessionId: 's1' };
}

function inTurn(): AcpState {
  return withTurn(open(), TURN);
}

function follow(start: AcpState, frames: readonly object[]) {
  const events: Saying[] = [];
  const partials: Saying[] = [];
  const ends: TurnEnd[] = [];
  const spent: Usage[] = [];
  let state = start;
  for (const frame of frames) {
    const translation = translate(state, JSON.stringify({ jsonrpc: '2.0', ...frame }), {
      openedAt: OPENED_AT,
    });
    if (typeof translation === 'string') throw new Error('no frame');
    ({ state } = translation);
    events.push(...(translation.said ?? []));
    partials.push(...[translation.partial ?? []].flat());
    ends.push(...[translation.end ?? []].flat());
    spent.push(...[translation.spent ?? []].flat());
  }
  return { state, events, partials, ends, spent };
}

function update(values: object): object {
  return { method: 'session/update', params: { sessionId: 's1', update: values } };
}

function chunk(text: string, messageId?: string): object {
  return update({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text }, messageId });
}

function tool(toolCallId: string, status: string): object {
  const sessionUpdate = status === 'in_progress' || status === 'pending' ? 'tool_call' : 'tool_call_update';
  return update({ sessionUpdate, toolCallId, status });
}

function answer(id: string, result: object): object {
  return { id, result };
}

function brief({ type, payload }: Saying): [string, string] {
  const content = (payload['content'] ?? []) as { text?: string }[];
  return [type, content.map(({ text }) => text ?? '').join('')];
}
