import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { z } from 'zod';
import { createGate } from '../support/gate.ts';
import { byPrompt, saysAround } from '../support/scripted-turns.ts';
import * as shapes from '../support/public-shapes.ts';
import { startWorkspace } from '../support/workspace.ts';

const ADA = { senderUserId: 'u-1', senderEmail: 'ada@example.com', senderDisplayName: 'Ada' };

it('a client that knows the public shapes alone sends with every field, and is answered and told in them', async () => {
  const gate = createGate();
  const { client } = await startWorkspace({
    script: byPrompt({ wait: saysAround(gate) }),
    prepare: async (home) => {
      await mkdir(join(home, '.replicas', 'canvas'), { recursive: true });
      await writeFile(join(home, '.replicas', 'canvas', 'report.md'), '# Report\n');
      await writeFile(join(home, '.replicas', 'start-hook.sh'), 'echo prepared\n');
    },
  });
  const stream = await client.follow({ types: shapes.KNOWN_EVENTS });
  const read = async <Shape extends z.ZodType>(path: string, shape: Shape) =>
    shape.parse((await client.get(path)).body);
  const send = async (body: object) =>
    shapes.Receipt.parse((await client.post(`/chats/${chatId}/messages`, body)).body);

  const made = { provider: 'claude', title: 'Of today', createdAt: '2026-01-01T12:00:00Z' };
  const { chat } = shapes.Created.parse((await client.post('/chats', made)).body);
  const { id: chatId } = chat;
  await send({ message: 'wait', messageId: 'm-1' });
  const receipt = await send({
    message: 'look',
    messageId: 'm-2',
    submittedAt: '2026-01-01T12:00:00Z',
    model: 'claude-haiku-5-5',
    thinkingLevel: 'low',
    images: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }],
    planMode: false,
    goalMode: false,
    fastMode: true,
    ...ADA,
  });
  const { queue } = await read(`/chats/${chatId}/queue`, shapes.Queue);
  gate.open();
  await stream.waitForEnd('m-2');
  const { chats } = await read('/chats', shapes.Chats);
  const { commands } = await read(`/chats/${chatId}/commands`, shapes.Commands);
  const { items } = await read('/canvas', shapes.Canvas);
  const item = await read('/canvas/report.md', shapes.CanvasItem);
  const { hooks } = await read('/hooks/status', shapes.Hooks);
  const { events, senders } = await read(`/chats/${chatId}/history?limit=1000`, shapes.History);

  expect(chat.createdAt).toBe('2026-01-01T12:00:00.000Z');
  expect([receipt.position, queue]).toMatchObject([1, [{ id: 'm-2', message: 'look', ...ADA }]]);
  expect(chats).toContainEqual(expect.objectContaining({ id: chatId, processing: false }));
  expect(commands.map(({ command }) => command)).toEqual(expect.arrayContaining(['/plan', '/compact']));
  expect([items.map(({ filename }) => filename), item.content]).toEqual([['report.md'], '# Report\n']);
  expect(hooks.map(({ hookType }) => hookType)).toEqual(['environment']);
  expect(senders).toMatchObject([{ senderUserId: 'u-1', senderEmail: 'ada@example.com' }]);
  const prompts = events.filter(({ payload }) => payload['isReplay'] === true);
  expect([prompts[0], prompts.at(-1)]).toMatchObject([
    { payload: { message: { content: [{ type: 'text', text: 'wait' }] } } },
    { payload: { message: { content: [{ type: 'text', text: 'look' }, { type: 'image' }] } } },
  ]);
  expect(stream.events.flatMap(shapes.faultsOf)).toEqual([]);
  expect(new Set(stream.events.map(({ type }) => type))).toEqual(new Set(shapes.KNOWN_EVENTS));
});

/** A picture of one dot. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
