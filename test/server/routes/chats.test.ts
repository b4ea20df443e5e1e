import { describe, expect, it } from 'vitest';
import type { ChatSummary } from '../../../src/contract/chats.ts';
import { EngineError } from '../../../src/errors.ts';
import { startApp } from '../../support/fake-engine.ts';

const TIME = '2026-01-01T00:00:00.000Z';
const CHAT: ChatSummary = {
  id: 'c1',
  provider: 'claude',
  title: 'Claude Code',
  createdAt: TIME,
  updatedAt: TIME,
  processing: false,
  parentChatId: null,
  state: 'idle',
};
const LAST_EVENT_ID = '000000000007-0123abcd';

describe('GET /chats', () => {
  it.each([
    ['/chats', {}],
    ['/chats?parentChatId=c0', { parentChatId: 'c0' }],
  ])('%s asks for what it names', async (path, filter) => {
    const asked: unknown[] = [];
    const list = async (given: unknown) => (asked.push(given), { chats: [CHAT], lastEventId: LAST_EVENT_ID });

    const response = await startApp({ chats: { list } }).request(path);

    expect(await response.json()).toEqual({ chats: [CHAT], lastEventId: LAST_EVENT_ID });
    expect(asked).toEqual([filter]);
  });
});

describe('POST /chats', () => {
  it.each([
    ['201 for a new chat', true, 201],
    ['200 for one that exists', false, 200],
  ])('answers %s', async (_name, created, status) => {
    const { request } = startApp({ chats: { create: async () => ({ chat: CHAT, created }) } });

    const response = await request('/chats', { method: 'POST', body: { provider: 'claude' } });

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ chat: CHAT });
  });

  it('hands on everything a chat may be created with', async () => {
    const asked: unknown[] = [];
    const create = async (body: unknown) => (asked.push(body), { chat: CHAT, created: true });
    const body = {
      provider: 'codex',
      title: 'T',
      id: '0190b6a4-0000-7000-8000-000000000001',
      parentChatId: 'c0',
      clientRequestId: 'r1',
      policy: 'ask',
    };

    await startApp({ chats: { create } }).request('/chats', { method: 'POST', body });

    expect(asked).toEqual([body]);
  });

  it('refuses an id that is no uuid, without telling the pattern of one', async () => {
    const response = await startApp().request('/chats', {
      method: 'POST',
      body: { provider: 'claude', id: 'c1' },
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'The request is not valid. id: must be a UUID.',
      code: 'validation_failed',
      context: { issues: [{ path: 'id', message: 'must be a UUID' }] },
    });
  });

  it('refuses a provider that nobody is', async () => {
    const create = () =>
      Promise.reject(new EngineError('UNKNOWN_PROVIDER', { provider: 'x', known: ['claude', 'codex'] }));

    const response = await startApp({ chats: { create } }).request('/chats', {
      method: 'POST',
      body: { provider: 'x' },
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'No agent is called "x"; the agents are claude, codex.',
      code: 'unknown_provider',
      context: { provider: 'x', known: ['claude', 'codex'] },
    });
  });

  it('answers 507 while the disk is full', async () => {
    const create = () => Promise.reject(new EngineError('STORAGE_FULL'));

    const response = await startApp({ chats: { create } }).request('/chats', {
      method: 'POST',
      body: { provider: 'claude' },
    });

    expect(response.status).toBe(507);
    expect(await response.json()).toEqual({
      error: 'The disk is full. Nothing was accepted; the engine goes on by itself once there is room.',
      code: 'storage_full',
    });
  });
});

describe('reading chats', () => {
  it('GET /chats answers with all of them and the cursor they belong to', async () => {
    const list = async () => ({ chats: [CHAT], lastEventId: LAST_EVENT_ID });

    const response = await startApp({ chats: { list } }).request('/chats');

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ chats: [CHAT], lastEventId: LAST_EVENT_ID });
  });

  it('GET /chats/:chatId answers with one', async () => {
    const get = async (id: string) => ({ chat: { ...CHAT, id }, lastEventId: LAST_EVENT_ID });

    const response = await startApp({ chats: { get } }).request('/chats/c7');

    expect(await response.json()).toEqual({ chat: { ...CHAT, id: 'c7' }, lastEventId: LAST_EVENT_ID });
  });
});

describe('DELETE /chats/:chatId', () => {
  it('answers once the chat is gone', async () => {
    const removed: string[] = [];
    const remove = async (id: string) => void removed.push(id);

    const response = await startApp({ chats: { remove } }).request('/chats/c1', { method: 'DELETE' });

    expect(await response.json()).toEqual({ success: true });
    expect(removed).toEqual(['c1']);
  });

  it('answers 404 for a chat that is not there', async () => {
    const remove = () => Promise.reject(new EngineError('CHAT_NOT_FOUND', { chatId: 'c1' }));

    const response = await startApp({ chats: { remove } }).request('/chats/c1', { method: 'DELETE' });

    expect(response.status).toBe(404);
  });
});
