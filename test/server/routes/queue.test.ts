import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

const ITEM = { id: 'm2', message: 'next', queuedAt: '2026-01-01T00:00:00.000Z' };

it('GET /chats/:chatId/queue answers with what waits', async () => {
  const queue = async (chatId: string) => ({ chatId, processing: true, queue: [ITEM] });

  const response = await startApp({ messages: { queue } }).request('/chats/c1/queue');

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ chatId: 'c1', processing: true, queue: [ITEM] });
});

describe('a change of the queue answers with what waits then', () => {
  it('DELETE /chats/:chatId/queue', async () => {
    const { asked, change } = recordChange();

    const response = await startApp({ messages: { clearQueue: change } }).request('/chats/c1/queue', {
      method: 'DELETE',
    });

    expect(await response.json()).toEqual({ success: true, queue: [ITEM] });
    expect(asked).toEqual([['c1']]);
  });

  it('DELETE /chats/:chatId/queue/:messageId', async () => {
    const { asked, change } = recordChange();

    const response = await startApp({ messages: { withdraw: change } }).request('/chats/c1/queue/m1', {
      method: 'DELETE',
    });

    expect(await response.json()).toEqual({ success: true, queue: [ITEM] });
    expect(asked).toEqual([['c1', 'm1']]);
  });

  it('PATCH /chats/:chatId/queue/reorder', async () => {
    const { asked, change } = recordChange();
    const body = { messageId: 'm2', position: 0, later: true };

    const response = await startApp({ messages: { reorder: change } }).request('/chats/c1/queue/reorder', {
      method: 'PATCH',
      body,
    });

    expect(await response.json()).toEqual({ success: true, queue: [ITEM] });
    expect(asked).toEqual([['c1', { messageId: 'm2', position: 0 }]]);
  });
});

it('a message that does not wait is a 404', async () => {
  const withdraw = () =>
    Promise.reject(new EngineError('MESSAGE_NOT_FOUND', { chatId: 'c1', messageId: 'm9' }));

  const response = await startApp({ messages: { withdraw } }).request('/chats/c1/queue/m9', {
    method: 'DELETE',
  });

  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    error: 'No message "m9" waits in chat "c1"; GET /chats/c1/queue lists those that do.',
    code: 'message_not_found',
    context: { chatId: 'c1', messageId: 'm9' },
  });
});

it.each([{ messageId: 'm1' }, { messageId: 'm1', position: -1 }, { position: 0 }])(
  'reordering by %j is a 400',
  async (body) => {
    const response = await startApp().request('/chats/c1/queue/reorder', { method: 'PATCH', body });

    expect(response.status).toBe(400);
  },
);

function recordChange() {
  const asked: unknown[][] = [];
  const change = async (...parameters: unknown[]) => (asked.push(parameters), [ITEM]);
  return { asked, change };
}
