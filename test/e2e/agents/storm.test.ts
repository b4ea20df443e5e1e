import { expect, it } from 'vitest';
import { expectNoAgents } from '../../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import { createRandom } from '../../support/random.ts';
import { expectWholeLog } from '../../support/whole-log.ts';
import { answeredTwice, beginnings, rage, startStorm, unheard, withoutEnd } from './storm.ts';

/** `STORM_SEEDS=1,2,3,4 STORM_KILLS=50 npx vitest run … test/e2e/agents/storm.test.ts` for the long run. */
const SEEDS = (process.env['STORM_SEEDS'] ?? '1').split(',').map(Number);
const KILLS = Number(process.env['STORM_KILLS'] ?? 4);
const PATIENCE = { timeout: 180_000 + KILLS * 10_000, interval: 100 };

it.each(SEEDS)(
  'ends every message once and in its turn, and loses none, whatever happens to engine, agents and queues (seed %i)',
  async (seed) => {
    const storm = await startStorm(createRandom(seed));
    const { client, home, engine, sent, chats, stream } = storm;
    await rage(storm, { kills: KILLS });
    for (const chatId of chats) {
      const messageId = `the last of ${chatId}`;
      sent.push({ chatId, messageId, how: 'messages' });
      await client.send(chatId, messageId, { messageId });
    }
    const messageIds = sent.map(({ messageId }) => messageId);
    console.log(`storm: ${messageIds.length} messages, ${KILLS} kills of the engine, seed ${seed}`);
    await expect.poll(() => withoutEnd(stream.events, messageIds), PATIENCE).toEqual([]);

    expectExactlyOneEnd(stream.events, messageIds);
    expectNoGap(stream.events);
    expect(unheard(storm, stream.events)).toEqual([]);
    expect(answeredTwice(storm)).toEqual([]);
    for (const { asTheyBegan, inOrder } of beginnings(storm)) expect(asTheyBegan).toEqual(inOrder);
    for (const chatId of chats) {
      expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
    }
    expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });
    await expectNoAgents(home);
    await expectWholeLog(home);
  },
  3 * PATIENCE.timeout,
);
