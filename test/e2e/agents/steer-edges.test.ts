import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../src/contract/events.ts';
import { pause, say } from '../../../src/dev/scripted-steps.ts';
import { killAgents } from '../../support/agent-processes.ts';
import { expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import { createRandom } from '../../support/random.ts';
import { PROVIDERS, startMixedWorkspace } from './mixed-workspace.ts';
import { unheard, withoutEnd, type Sent } from './storm.ts';

/** `STEER_SEEDS=1,2,3 STEER_ROUNDS=100 npx vitest run … test/e2e/agents/steer-edges.test.ts` for the long run. */
const SEEDS = (process.env['STEER_SEEDS'] ?? '1').split(',').map(Number);
const ROUNDS = Number(process.env['STEER_ROUNDS'] ?? 5);
const PATIENCE = { timeout: 120_000 + ROUNDS * 6_000, interval: 50 };
const CASES = SEEDS.flatMap((seed) => PROVIDERS.map((provider) => ({ seed, provider })));

it.each(CASES)(
  'keeps what is said at the edges of turns of $provider, in order (seed $seed)',
  async ({ seed, provider }) => {
    const random = createRandom(seed);
    const { client, model, responses, home } = await startMixedWorkspace({
      turn: () => (prompt) => say('Said: ', pause((numberOf(prompt) * 37) % 200), prompt),
    });
    const chatId = (await client.post<{ chat: { id: string } }>('/chats', { provider })).body.chat.id;
    const stream = await client.follow();
    const sent: Sent[] = [];
    const give = async (how: Sent['how']) => {
      const messageId = `message ${sent.length}.`;
      const { status } = await client.post(`/chats/${chatId}/${how}`, { message: messageId, messageId });
      if (status === 200) sent.push({ chatId, messageId, how });
      return status;
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await give('messages')).toBe(200);
      for (let count = 0; count < 4; count += 1) {
        await delay(random() * 120);
        expect([200, 409]).toContain(await give('steer'));
      }
      if (random() < 0.15) await client.post(`/chats/${chatId}/interrupt`);
      if (random() < 0.05) await killAgents(home);
    }
    const messageIds = sent.map(({ messageId }) => messageId);
    await expect.poll(() => withoutEnd(stream.events, messageIds), PATIENCE).toEqual([]);

    expectExactlyOneEnd(stream.events, messageIds);
    expectNoGap(stream.events);
    expect(unheard({ sent, model, responses }, stream.events)).toEqual([]);
    const returned = startedAlone(stream.events).filter((id) => sent[numberOf(id)]?.how === 'steer');
    expect(returned.map(numberOf)).toEqual(returned.map(numberOf).toSorted((one, other) => one - other));
  },
  2 * PATIENCE.timeout,
);

/** Messages that ran in a turn of their own, in that order. */
function startedAlone(events: readonly EngineEvent[]): string[] {
  return events.flatMap(({ type, payload }) =>
    type === 'chat.turn.started' && payload.steers === undefined ? [payload.messageId] : [],
  );
}

function numberOf(messageId: string): number {
  return Number(/\d+/.exec(messageId)?.[0]);
}
