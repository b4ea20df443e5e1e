import { once } from 'node:events';
import { createServer } from 'node:net';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { createGate } from '../../support/gate.ts';
import { expectExactlyOneEnd, expectNoGap, textsOf } from '../../support/assertions.ts';
import { launchEngine, waitForHealth } from '../../support/engine-process.ts';
import { startRedis, type RedisServer } from '../../support/redis-server.ts';
import { byPrompt, saysAround } from '../../support/scripted-turns.ts';
import { startWorkspace, type Workspace } from '../../support/workspace.ts';
import { anotherMachine, isMirrored, loseMachine } from './lose-machine.ts';

let redis: RedisServer;

beforeEach(async () => {
  redis = await startRedis();
  onTestFinished(() => redis.remove());
});

it('waits for a Redis that speaks nonsense, then goes on elsewhere with it alone: chats, ids, cursors, histories and queue; the turn that ran is lost', async () => {
  const gate = createGate();
  const elsewhere = await anotherMachine();
  const workspace = await startWorkspace({
    script: byPrompt({ slow: saysAround(gate) }),
    environment: { REPLICA_LOG_URL: redis.url },
  });
  const { client, chatId, home } = workspace;
  const stream = await client.follow({ after: 'start', resume: true });
  const detailed = await client.follow({ partial: true, types: ['chat.turn.partial'] });
  await stream.waitForEnd(await client.send(chatId, 'before', { messageId: 'm1' }));
  await client.send(chatId, 'a slow one', { messageId: 'm2' });
  await client.send(chatId, 'queued', { messageId: 'm3' });
  await detailed.waitFor((event) => event.type === 'chat.turn.partial' && event.payload.messageId === 'm2'); // what has come by then is mirrored, and nothing comes behind it
  detailed.close();
  await isMirrored(workspace);
  const before = {
    chats: (await chatsOf(workspace)).map(({ id }) => id),
    history: await client.history(chatId),
  };

  await loseMachine(workspace, home);
  await redis.kill();
  const impostor = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write('$-5\r\n*9999999\r\n:abc\r\n\0\0\0HTTP/1.1 200 OK\r\n\r\n'));
  }).listen(redis.port, '127.0.0.1');
  onTestFinished(() => void impostor.close());
  await once(impostor, 'listening');
  const waiting = launchEngine({ ...workspace.environment, ...elsewhere });
  await waitForHealth(waiting, client.url);
  await expect
    .poll(() => client.get('/health'))
    .toMatchObject({
      body: {
        status: 'ok',
        boot: {
          state: 'restoring',
          waitingFor: {
            for: 'restore',
            message: expect.stringContaining('It is tried again until it works.'),
          },
          restore: { phase: 'away', percent: 0, bytes: 0 },
        },
      },
    });
  expect(await client.get('/status')).toMatchObject({ status: 503, body: { code: 'restoring' } });
  expect(await waiting.end('SIGTERM')).toEqual({ code: 0, signal: null });
  impostor.close();
  await redis.start();
  await workspace.start(elsewhere);

  expect(await stream.waitForEnd('m2')).toMatchObject({
    payload: { outcome: 'lost', error: { code: 'machine_lost' } },
  });
  expect(await stream.waitForEnd('m3')).toMatchObject({ payload: { outcome: 'completed' } });
  expectExactlyOneEnd(stream.events, ['m1', 'm2', 'm3']);
  expectNoGap(stream.events);
  expect(stream.events.filter(({ type }) => type === 'stream.reset')).toEqual([]);
  expect((await chatsOf(workspace)).map(({ id }) => id)).toEqual(before.chats);
  const history = await client.history(chatId);
  expect(history.slice(0, before.history.length)).toEqual(before.history);
  expect(textsOf(history as AgentEvent[])).toContain('You said: queued');
  expect(workspace.engine().logs()).toContain('the workspace was restored');

  const beyond = `${String(999_999).padStart(12, '0')}-00000000`;
  const stale = await client.follow({ after: beyond });
  expect(await stale.waitFor(() => true)).toMatchObject({
    type: 'stream.reset',
    payload: { reason: 'unknown' },
  });
});

async function chatsOf({ client }: Workspace): Promise<{ id: string }[]> {
  return (await client.get<{ chats: { id: string }[] }>('/chats')).body.chats;
}
