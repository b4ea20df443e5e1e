import { expect, it } from 'vitest';
import type { QueueItem } from '../../src/contract/messages.ts';
import { createGate } from '../../src/dev/gate.ts';
import { byPrompt, saysAround } from '../support/scripted-turns.ts';
import { startWorkspace } from '../support/workspace.ts';

const ADA = { senderUserId: 'u-1', senderEmail: 'ada@example.com', senderDisplayName: 'Ada' };

it('who sent a message is told when it is accepted, while it waits and in the history, also after a restart', async () => {
  const gate = createGate();
  const workspace = await startWorkspace({ script: byPrompt({ wait: saysAround(gate) }) });
  const { client, chatId } = workspace;
  const stream = await client.follow();
  const submittedAt = '2026-01-01T13:00:00+01:00';
  const message = { message: 'later', messageId: 'm-2', submittedAt, ...ADA };
  const send = (body: object) => client.post(`/chats/${chatId}/messages`, body);
  const senders = async () => (await client.get(`/chats/${chatId}/history`)).body['senders'];

  await client.send(chatId, 'wait');
  const receipt = await send(message);
  const repeated = await send({ ...message, planMode: false, goalMode: false, fastMode: false });
  const forged = await send({ ...message, senderEmail: 'eve@example.com' });
  const { queue } = (await client.get<{ queue: QueueItem[] }>(`/chats/${chatId}/queue`)).body;
  const accepted = await stream.waitFor(
    (event) => event.type === 'chat.turn.accepted' && event.payload.messageId === 'm-2',
  );
  const said = await senders();
  gate.open();
  await stream.waitForEnd('m-2');
  await workspace.kill();
  await workspace.start();

  expect(receipt).toEqual({ status: 200, body: { messageId: 'm-2', queued: true, position: 1 } });
  expect(repeated).toEqual(receipt);
  expect(forged).toMatchObject({ status: 409, body: { code: 'message_conflict' } });
  expect(queue).toEqual([{ id: 'm-2', message: 'later', queuedAt: expect.any(String), ...ADA }]);
  expect(accepted.payload).toEqual({
    chatId,
    messageId: 'm-2',
    queued: true,
    position: 1,
    submittedAt,
    ...ADA,
  });
  expect(said).toEqual([
    { senderUserId: 'u-1', senderEmail: 'ada@example.com', recordedAt: queue[0]?.queuedAt },
  ]);
  expect(await senders()).toEqual(said);
});
