import { describe, expect, it } from 'vitest';
import type { AgentFact } from '../../../src/contract/facts.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import { CHAT_ID, CRASHED, ended, prepared, said, submit } from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const SILENT_LIMIT = 600_000;
const PROBE_GRACE = 30_000;
const STIRRED: AgentFact = { type: 'agent.stirred' };
const ANSWERED: AgentFact = { type: 'agent.answered' };

function startTurn() {
  const harness = startChat();
  harness.take(submit('m1'), prepared('m1'));
  return harness;
}

describe('a silent agent', () => {
  it('is asked whether it is there once the limit has passed, not before', () => {
    const { commands, take } = startTurn();

    take(SILENT_LIMIT - 1);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1']);
    take(1);

    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'ping']);
  });

  it('that answers is interrupted, and its turn ends with the reason', () => {
    const { emitted, commands, take } = startTurn();

    take(SILENT_LIMIT, ANSWERED, ended('m1', { outcome: 'interrupted' }));

    expect(ordersOf(commands).slice(2)).toEqual(['ping', 'interrupt']);
    expect(emitted.at(-1)).toEqual({
      type: 'chat.turn.completed',
      payload: {
        chatId: CHAT_ID,
        messageId: 'm1',
        isComplete: false,
        outcome: 'errored',
        error: {
          code: 'agent_silent',
          message: 'The agent printed nothing for too long while no tool ran, so its turn was interrupted.',
        },
      },
    });
  });

  it('that does not answer is killed, and its turn ends with the reason', () => {
    const { chat, emitted, commands, take } = startTurn();

    take(SILENT_LIMIT, PROBE_GRACE);
    expect(leafOf(chat.getSnapshot())).toBe('interrupting');
    take(CRASHED);

    expect(ordersOf(commands).slice(2)).toEqual(['ping', 'kill', 'interrupt']);
    expect(emitted.at(-1)).toEqual({
      type: 'chat.turn.completed',
      payload: {
        chatId: CHAT_ID,
        messageId: 'm1',
        isComplete: false,
        outcome: 'errored',
        error: {
          code: 'agent_unresponsive',
          message:
            'The agent printed nothing and did not answer a ping, so it was ended. Its session is kept.',
        },
      },
    });
    expect(leafOf(chat.getSnapshot())).toBe('resting.errored');
  });

  it('is left alone while a tool is open, for as long as that takes', () => {
    const { chat, commands, take } = startTurn();

    take(said('m1', { openTools: 1 }), SILENT_LIMIT, SILENT_LIMIT, SILENT_LIMIT);

    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1']);
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
  });

  it('is probed again once its tool is closed', () => {
    const { commands, take } = startTurn();

    take(said('m1', { openTools: 1 }), SILENT_LIMIT, said('m1'), SILENT_LIMIT);

    expect(ordersOf(commands).at(-1)).toBe('ping');
  });

  it.each([
    ['prints something', said('m1')],
    ['stirs', STIRRED],
  ])('is not silent: it %s before the limit', (_, fact) => {
    const { commands, take } = startTurn();

    take(SILENT_LIMIT - 1, fact, SILENT_LIMIT - 1);

    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1']);
  });

  it.each([
    ['prints something', said('m1')],
    ['stirs', STIRRED],
  ])('is forgiven when it %s after it was asked', (_, fact) => {
    const { chat, take } = startTurn();

    take(SILENT_LIMIT, fact, PROBE_GRACE);

    expect(leafOf(chat.getSnapshot())).toBe('running.working');
  });

  it('ends its turn as usual when the end comes after it was asked', () => {
    const { emitted, take } = startTurn();

    take(SILENT_LIMIT, ended('m1'));

    expect(storyOf(emitted).at(-1)).toBe('completed m1 completed');
  });

  it('that works by itself is interrupted without an end of a turn', () => {
    const { chat, emitted, take } = startChat();

    take(said(null, { selfDirected: true }), SILENT_LIMIT, ANSWERED, 5_000, 3_000, CRASHED);

    expect(storyOf(emitted)).toEqual(['said null', 'noted selfDirected']);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });
});

describe('an agent whose model keeps it waiting', () => {
  it('is told so, with how far it was read', () => {
    const { emitted, take } = startTurn();
    const waits = { messageId: 'm1', progress: { kind: 'retrying' as const, message: 'It is overloaded.' } };
    const position = { runId: 'run', offset: 7 };

    take({ type: 'agent.waits', ...waits, position }, { type: 'agent.waits', ...waits, position: null });

    const payload = { chatId: CHAT_ID, ...waits };
    expect(emitted.slice(-2)).toEqual([
      { type: 'chat.turn.progress', payload, record: { position } },
      { type: 'chat.turn.progress', payload },
    ]);
  });
});
