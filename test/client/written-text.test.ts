import { describe, expect, it } from 'vitest';
import { WrittenText, type EngineEvent } from '../../src/client/client.ts';
import { id } from './stand-in.ts';

const TS = '2026-01-01T00:00:00.000Z';
const TURN = { chatId: 'chat', messageId: 'message' };

describe('a text that is being written', () => {
  it('grows by its pieces and is gone once it has been said', () => {
    expect(textsOf([piece('Hel'), piece('lo'), said('Hello'), piece('Next')])).toEqual([
      'Hel',
      'Hello',
      '',
      'Next',
    ]);
  });

  it('does not grow by pieces that come again behind a connection that broke', () => {
    expect(textsOf([piece('Hel'), 'break', piece('Hel'), piece('lo'), said('Hello'), piece('Next')])).toEqual(
      ['Hel', 'Hel', 'Hel', 'Hel', '', 'Next'],
    );
  });

  it('grows on when the connection broke between two texts', () => {
    expect(textsOf([piece('One'), said('One'), 'break', piece('Two')])).toEqual(['One', '', '', 'Two']);
  });

  it('is gone when its turn has ended or its events have a gap', () => {
    expect(textsOf([piece('One'), ended(), piece('Two'), reset()])).toEqual(['One', '', 'Two', '']);
  });

  it('is that of one chat', () => {
    expect(textsOf([piece('Mine'), piece(' and theirs', 'another')])).toEqual(['Mine', 'Mine']);
  });
});

/** What is there behind each of the events. */
function textsOf(events: readonly (EngineEvent | 'break')[]): string[] {
  const written = new WrittenText('chat');
  return events.map((event) => {
    if (event === 'break') written.break();
    else written.take(event);
    return written.text;
  });
}

function piece(text: string, chatId = 'chat'): EngineEvent {
  const payload = { event: { type: 'content_block_delta', delta: { type: 'text_delta', text } } };
  const event = { timestamp: TS, type: 'claude-stream_event', payload };
  return { id: id(1), ts: TS, type: 'chat.turn.partial', payload: { ...TURN, chatId, event } };
}

function said(text: string): EngineEvent {
  const payload = { message: { content: [{ type: 'text', text }] } };
  const event = { timestamp: TS, type: 'claude-assistant', payload };
  return { id: id(2), ts: TS, type: 'chat.turn.delta', payload: { ...TURN, event } };
}

function ended(): EngineEvent {
  const payload = { ...TURN, isComplete: true, outcome: 'completed', durationMs: 1 } as const;
  return { id: id(3), ts: TS, type: 'chat.turn.completed', payload };
}

function reset(): EngineEvent {
  return {
    id: id(4),
    ts: TS,
    type: 'stream.reset',
    payload: { reason: 'unknown', oldestId: id(1), latestId: id(4) },
  };
}
