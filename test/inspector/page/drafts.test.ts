import { beforeEach, expect, it, vi } from 'vitest';
import type { EngineClient } from '../../../src/client/client.ts';
import { changeDraft, draftOf, sendDraft, writeFirst } from '../../../src/inspector/page/drafts.ts';
import { initialState, type Image } from '../../../src/inspector/page/page-state.ts';
import { Store } from '../../../src/inspector/page/store.ts';

beforeEach(() => void vi.stubGlobal('requestAnimationFrame', () => 0));

interface Sent {
  chatId: string;
  message: string;
  messageId: string;
  take: () => Promise<void>;
  refuse: (reason: string) => Promise<void>;
}

function openDrafts() {
  const sent: Sent[] = [];
  const send = (chatId: string, message: { message: string; messageId: string }) =>
    new Promise<void>((resolve, reject) => {
      sent.push({
        chatId,
        ...message,
        take: async () => (resolve(), settled()),
        refuse: async (reason) => (reject(new Error(reason)), settled()),
      });
    });
  return { store: new Store(initialState({ chats: { send } } as unknown as EngineClient)), sent };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

it('each chat keeps its own', async () => {
  const { store, sent } = openDrafts();
  changeDraft(store, 'a', { text: 'to a' });
  changeDraft(store, 'b', { text: 'to b' });

  void sendDraft(store, 'b');
  await sent[0]?.take();

  expect([draftOf(store, 'a').text, draftOf(store, 'b').text]).toEqual(['to a', '']);
  expect(sent).toMatchObject([{ chatId: 'b', message: 'to b' }]);
});

it('a message that is not taken is a draft again, with the reason, and counts once when it is sent again', async () => {
  const { store, sent } = openDrafts();
  changeDraft(store, 'a', { text: 'Hello' });
  void sendDraft(store, 'a');
  expect(draftOf(store, 'a')).toMatchObject({ text: '', sending: [{ text: 'Hello' }] });

  await sent[0]?.refuse('The engine cannot be reached.');
  expect(draftOf(store, 'a')).toMatchObject({
    text: 'Hello',
    sending: [],
    trouble: 'The engine cannot be reached.',
  });
  void sendDraft(store, 'a');
  await sent[1]?.take();

  expect(sent[1]?.messageId).toBe(sent[0]?.messageId);
  expect(draftOf(store, 'a')).toEqual(draftOf(store, 'never used'));
});

it('messages that are sent while one is on its way follow it, in their order', async () => {
  const { store, sent } = openDrafts();
  for (const text of ['one', 'two', 'three']) {
    changeDraft(store, 'a', { text });
    void sendDraft(store, 'a');
  }
  expect(sent.map(({ message }) => message)).toEqual(['one']);

  await sent[0]?.take();
  expect(sent.map(({ message }) => message)).toEqual(['one', 'two']);
  await sent[1]?.take();

  expect(sent.map(({ message }) => message)).toEqual(['one', 'two', 'three']);
});

it('what was sent behind one that is not taken stays a message of its own, and follows it', async () => {
  const { store, sent } = openDrafts();
  for (const text of ['one', 'two', 'three']) {
    changeDraft(store, 'a', { text });
    void sendDraft(store, 'a');
  }
  changeDraft(store, 'a', { text: 'four' });

  await sent[0]?.refuse('No.');
  const waiting = { text: 'one', held: [{ text: 'two' }, { text: 'three' }], sending: [], trouble: 'No.' };
  expect(draftOf(store, 'a')).toMatchObject(waiting);
  void sendDraft(store, 'a');
  for (const again of [1, 2, 3]) await sent[again]?.take();

  expect(sent.map(({ message }) => message)).toEqual(['one', 'one', 'two', 'three']);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(3);
  expect(draftOf(store, 'a')).toMatchObject({ text: 'four', held: [], sending: [], trouble: null });
});

it('one that is not taken may be changed or left out, and the others still follow', async () => {
  const { store, sent } = openDrafts();
  for (const text of ['one', 'two']) {
    changeDraft(store, 'a', { text });
    void sendDraft(store, 'a');
  }
  await sent[0]?.refuse('No.');

  changeDraft(store, 'a', { text: 'another' });
  void sendDraft(store, 'a');
  await sent[1]?.refuse('No.');
  changeDraft(store, 'a', { text: '' });
  void sendDraft(store, 'a');

  expect(sent.map(({ message }) => message)).toEqual(['one', 'another', 'two']);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(3);
});

it('what is written while one is not taken comes back behind it, with its pictures and settings', async () => {
  const { store, sent } = openDrafts();
  const next = { text: 'two', images: [picture('two')], settings: { fastMode: true } };
  changeDraft(store, 'a', { text: 'one', settings: { planMode: true } });
  void sendDraft(store, 'a');
  changeDraft(store, 'a', next);

  await sent[0]?.refuse('No.');
  expect(draftOf(store, 'a')).toMatchObject({ text: 'one', images: [], settings: { planMode: true } });
  void sendDraft(store, 'a');

  expect(draftOf(store, 'a')).toMatchObject(next);
});

it('a picture that is still being read goes with the message that it was added to', async () => {
  const { store, sent } = openDrafts();
  changeDraft(store, 'a', { text: 'Look', images: [picture('a meadow')] });
  void sendDraft(store, 'a');
  await settled();

  expect(sent).toMatchObject([{ message: 'Look', images: [{ source: { data: 'a meadow' } }] }]);
});

it('pictures cannot be said into a turn: with one, a message is sent', async () => {
  const { store, sent } = openDrafts();
  changeDraft(store, 'a', { text: 'Look', images: [picture('a meadow')] });
  void sendDraft(store, 'a', true);
  await settled();

  expect(sent).toMatchObject([{ message: 'Look' }]);
});

it('what is written anew takes the place of what is being written, which comes back behind it', () => {
  const { store } = openDrafts();
  changeDraft(store, 'a', { text: 'Half a thought' });
  writeFirst(store, 'a', 'Anew');
  expect(draftOf(store, 'a').text).toBe('Anew');

  void sendDraft(store, 'a');
  expect(draftOf(store, 'a').text).toBe('Half a thought');
});

it('what is being written comes back also when two others take its place, or one is not taken', async () => {
  const { store, sent } = openDrafts();
  const texts: string[] = [];
  const send = () => (void sendDraft(store, 'a'), texts.push(draftOf(store, 'a').text));
  changeDraft(store, 'a', { text: 'Half a thought' });
  for (const text of ['Anew', 'Another']) writeFirst(store, 'a', text);

  send();
  writeFirst(store, 'a', 'One more');
  await sent[0]?.refuse('No.');
  texts.push(draftOf(store, 'a').text);
  for (const _ of ['Another', 'One more', 'Anew']) send();

  expect(texts).toEqual(['Anew', 'Another', 'One more', 'Anew', 'Half a thought']);
});

async function picture(data: string): Promise<Image> {
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
}
