import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { EngineClient } from '../../src/client/client.ts';
import { send } from '../../src/cli/send.ts';
import { tail } from '../../src/cli/tail.ts';
import { collectGarbage, openServer } from '../client/open-server.ts';
import { deleted, frame, id } from '../client/stand-in.ts';
import { FRESH_LOGINS } from '../support/fresh-login.ts';
import { createRandom, pick } from '../support/random.ts';
import { openTestTerminal } from './stand-in.ts';

const TS = '2026-01-01T00:00:00.000Z';
const CHAT = {
  id: 'chat-1',
  provider: 'claude',
  title: 'A chat',
  createdAt: TS,
  updatedAt: TS,
  processing: false,
  parentChatId: null,
  state: 'idle',
};
const TURN = { chatId: 'chat-1', messageId: 'm' };
const ENDS = {
  completed: frame(3, 'chat.turn.completed', {
    ...TURN,
    isComplete: true,
    outcome: 'completed',
    durationMs: 1,
  }),
  errored: frame(3, 'chat.turn.completed', { ...TURN, isComplete: false, outcome: 'errored', durationMs: 1 }),
  dropped: frame(3, 'chat.message.dropped', { ...TURN, reason: 'cleared' }),
};

const STATUS = JSON.stringify({
  version: '1',
  boot: { state: 'ready', since: TS },
  uptimeSeconds: 1,
  hasActiveSSHSessions: false,
  activeSseClients: 0,
  chatsTotal: 1,
  chatsProcessing: 0,
  reposTotal: 0,
  hooksRunning: false,
  lastEventId: id(1),
});
const CHATS = JSON.stringify({ chats: [CHAT], lastEventId: id(1) });
const CREDENTIALS = JSON.stringify(FRESH_LOGINS);
const RECEIPT = JSON.stringify({ messageId: 'm', queued: false, position: 0 });

/** `COMMAND_RUNS=10000` is the long form. */
const RUNS = Number(process.env['COMMAND_RUNS'] ?? 5);
const SEED = Number(process.env['COMMAND_SEED'] ?? Date.now() % 1_000_000);

it(
  `leaves no connection and no command behind in ${RUNS} runs, whenever garbage is collected (seed ${SEED})`,
  { timeout: 30_000 + RUNS * 1_000 },
  async () => {
    const random = createRandom(SEED);
    let isStreaming = false;
    const { client, open } = await openServer(async ({ method, url = '' }, response) => {
      if (method === 'POST') return response.end(RECEIPT);
      if (url === '/chats') return response.end(CHATS);
      if (url === '/status') return response.end(STATUS);
      if (url === '/token-refresh/health') return response.end(CREDENTIALS);
      response.write(deleted(2));
      await delay(random() * 3);
      if (random() < 0.7) await collectGarbage();
      isStreaming = true;
      return response.write(pick(random, Object.values(ENDS)));
    });

    for (let run = 0; run < RUNS; run += 1) {
      isStreaming = false;
      const stop = new AbortController();
      const kind = pick(random, ['send', 'send and leave', 'tail'] as const);
      const ended = runCommand(kind === 'tail' ? tail : send, { client, stop });
      if (random() < 0.7) await expect.poll(() => isStreaming).toBe(true);
      if (kind !== 'send') stop.abort();
      expect(await ended, `run ${run}, ${kind}`).toBeTypeOf('number');
      await expect.poll(open).toBe(0);
    }
  },
);

/** What goes on fails the test by its time limit. */
function runCommand(
  command: typeof send | typeof tail,
  { client, stop }: { client: EngineClient; stop: AbortController },
): Promise<number> {
  const terminal = openTestTerminal({ stopSignal: () => stop.signal });
  const message = { message: 'go' };
  return command(terminal, { client, json: true, isNew: false, follow: true, partial: false, message });
}
