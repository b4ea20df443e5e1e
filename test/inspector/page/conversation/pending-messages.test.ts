import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../../src/client/client.ts';
import { PendingMessages } from '../../../../src/inspector/page/conversation/pending-messages.ts';

const event = (type: string, payload: object) =>
  ({ id: '1', ts: '2026-01-01T00:00:00.000Z', type, payload: { chatId: 'c', ...payload } }) as EngineEvent;

const accepted = (messageId: string, position: number) =>
  event('chat.turn.accepted', { messageId, queued: position > 0, position });

const saidBy = (messageId: string) =>
  event('chat.turn.delta', {
    messageId,
    event: { timestamp: '', type: 'claude-user', payload: { message: { content: 'Hello' } } },
  });

function send(...messageIds: string[]) {
  const pending = new PendingMessages();
  for (const id of messageIds) pending.add(id, `text of ${id}`);
  return pending;
}

it('a message is shown from the moment it is sent until the agent repeats it', () => {
  const pending = send('m');
  const states = [pending.shown[0]?.state];
  for (const step of [accepted('m', 0), event('chat.turn.started', { messageId: 'm' })]) {
    pending.take(step);
    states.push(pending.shown[0]?.state);
  }
  pending.take(saidBy('m'));

  expect(states).toEqual(['sending', 'queued', 'starting']);
  expect(pending.shown).toEqual([]);
});

it('one that waits behind a turn is left to the queue, and is back when its turn begins', () => {
  const pending = send('m');
  pending.take(accepted('m', 1));
  expect(pending.shown).toEqual([]);

  pending.take(event('chat.turn.started', { messageId: 'm' }));
  expect(pending.shown).toEqual([{ messageId: 'm', text: 'text of m', state: 'starting', isFirst: true }]);
});

it.each([
  ['ended before the agent repeated it', event('chat.turn.completed', { messageId: 'm' })],
  ['was dropped', event('chat.message.dropped', { messageId: 'm' })],
])('one that %s is shown no longer, and others stay', (_, end) => {
  const pending = send('m', 'other');
  pending.take(end);
  expect(pending.shown.map(({ messageId }) => messageId)).toEqual(['other']);
});
