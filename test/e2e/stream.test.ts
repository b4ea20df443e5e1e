import { expect, it } from 'vitest';
import type { EngineEvent } from '../../src/contract/events.ts';
import { createGate } from '../support/gate.ts';
import { reply, say } from '../../src/dev/scripted-steps.ts';
import { deltasOf, expectNoGap, lifeOf, sequenceOf } from '../support/assertions.ts';
import { fetchOnce } from '../support/fetch-once.ts';
import { shareWorkspace } from '../support/shared-workspace.ts';
import { byPrompt, saysAround } from '../support/scripted-turns.ts';

const shared = shareWorkspace();

const TYPES_OF_A_TURN = [
  'chat.turn.accepted',
  'chat.updated',
  'engine.status.changed',
  'chat.turn.started',
  'chat.turn.delta',
  'chat.turn.completed',
];

it('replays everything after a cursor, then goes on live, without a gap or a repetition', async () => {
  const gate = createGate();
  const { client, chatId } = shared.enter(byPrompt({ slow: saysAround(gate) }));
  const witness = await client.follow();
  const { body } = await client.get<{ lastEventId: string }>('/status');
  const messageId = await client.send(chatId, 'a slow one');
  await gate.reached;
  const late = await client.follow({ after: body.lastEventId });
  gate.open();
  const end = await witness.waitForEnd(messageId);
  await late.waitFor(({ id }) => id === end.id);
  const after = (events: readonly EngineEvent[]) =>
    events.filter(({ id }) => id > body.lastEventId && id <= end.id);
  expect(after(late.events)).toEqual(after(witness.events));
  expectNoGap(late.events);
  expect(new Set(late.events.map(({ type }) => type))).toEqual(
    expect.objectContaining(new Set(TYPES_OF_A_TURN)),
  );
});

it('gives a client that resumes at once what was committed a moment ago', async () => {
  const { client, chatId } = shared.enter();
  for (let round = 0; round < 5; round += 1) {
    const { body } = await client.get<{ lastEventId: string }>('/status');
    const messageId = await client.send(chatId, `round ${round}`);
    const stream = await client.follow({ after: body.lastEventId });
    await stream.waitForEnd(messageId);
    expect(lifeOf(stream.events, messageId)[0]).toBe('chat.turn.accepted');
    expect(sequenceOf(stream.events[0]?.id ?? '')).toBe(sequenceOf(body.lastEventId) + 1);
    expectNoGap(stream.events);
    stream.close();
  }
});

it('loses nothing for a client that is cut off ten times during a turn of a thousand events', async () => {
  const blocks = Array.from({ length: 1_000 }, (_, index) => ({
    type: 'text' as const,
    parts: [`block ${index}`],
  }));
  const { client, chatId } = await shared.enterAlone(byPrompt({ many: () => reply(...blocks) }));
  const witness = await client.follow();
  const unsteady = await client.follow({ resume: true });
  const messageId = await client.send(chatId, 'many');
  for (let count = 100; count <= 1_000; count += 100) {
    await unsteady.waitFor(() => deltasOf(unsteady.events, chatId).length >= count);
    unsteady.cut();
  }
  const end = await witness.waitForEnd(messageId);
  await unsteady.waitFor(({ id }) => id === end.id);
  expectNoGap(unsteady.events);
  expect(deltasOf(unsteady.events, chatId)).toEqual(deltasOf(witness.events, chatId));
  expect(await client.history(chatId)).toEqual(deltasOf(witness.events, chatId));
});

it.each([
  ['malformed', 'nonsense'],
  ['unknown', '000000000001-00000000'],
])('answers a cursor that is %s with one reset, then goes on live', async (reason, after) => {
  const { client, chatId } = shared.enter();
  const stream = await client.follow({ after });
  const messageId = await client.send(chatId, 'hello');
  await stream.waitForEnd(messageId);
  const resets = stream.events.filter(({ type }) => type === 'stream.reset');
  expect(resets).toEqual([stream.events[0]]);
  expect(resets[0]).toMatchObject({ payload: { reason } });
  expect(resets[0]?.payload).toMatchObject({ latestId: resets[0]?.id });
});

it('filters by type and by chat', async () => {
  const { client, chatId } = shared.enter();
  const { body } = await client.post<{ chat: { id: string } }>('/chats', { provider: 'claude' });
  const ends = await client.follow({ types: ['chat.turn.completed'] });
  const other = await client.follow({ chatId: body.chat.id });
  const mine = await client.send(chatId, 'mine');
  await ends.waitForEnd(mine);
  const theirs = await client.send(body.chat.id, 'theirs');
  await other.waitForEnd(theirs);
  await ends.waitForEnd(theirs);
  expect(
    ends.events.map(({ type, payload }) => ('messageId' in payload ? [type, payload.messageId] : [type])),
  ).toEqual([
    ['chat.turn.completed', mine],
    ['chat.turn.completed', theirs],
  ]);
  expect(deltasOf(other.events, chatId)).toEqual([]);
  expect(deltasOf(other.events, body.chat.id).length).toBeGreaterThan(0);
});

it('streams text as it is written to clients that ask for it, and stores none of that', async () => {
  const gate = createGate();
  const { client, chatId } = shared.enter(byPrompt({ slow: () => say('one ', 'two ', gate, 'three') }));
  const plain = await client.follow();
  const detailed = await client.follow({ partial: true });
  const messageId = await client.send(chatId, 'a slow one');
  await gate.reached;
  await detailed.waitFor((event) => textOfPartial(event) === 'two ');
  gate.open();
  const end = await detailed.waitForEnd(messageId);
  expect(detailed.events.flatMap((event) => textOfPartial(event) ?? [])).toEqual(['one ', 'two ', 'three']);
  await plain.waitFor(({ id }) => id === end.id);
  expect(plain.events.filter(({ type }) => type === 'chat.turn.partial')).toEqual([]);
  const stored = detailed.events.filter(({ type }) => type !== 'chat.turn.partial');
  expectNoGap(stored);
  expect(deltasOf(stored, chatId)).toEqual(deltasOf(plain.events, chatId));
});

it('tells a client that was cut before its first event where to resume', async () => {
  const { client, chatId } = shared.enter();
  const stream = await client.follow({ resume: true });
  await expect.poll(stream.cursor).toMatch(/^\d{12}-[0-9a-f]{8}$/);
  stream.cut();
  const messageId = await client.send(chatId, 'hello');
  await stream.waitForEnd(messageId);
  expect(lifeOf(stream.events, messageId)[0]).toBe('chat.turn.accepted');
  expectNoGap(stream.events);
});

it('asks for the secret', async () => {
  const { client } = shared.enter();
  expect((await fetchOnce(`${client.url}/events`)).status).toBe(401);
  expect(
    (await fetchOnce(`${client.url}/chats`, { headers: { 'x-replicas-engine-secret': 'wrong' } })).status,
  ).toBe(401);
  expect((await fetchOnce(`${client.url}/health`)).status).toBe(200);
});

function textOfPartial(event: EngineEvent): string | undefined {
  if (event.type !== 'chat.turn.partial') return undefined;
  const { payload } = event.payload.event as { payload: { event?: { delta?: { text?: string } } } };
  return payload.event?.delta?.text;
}
