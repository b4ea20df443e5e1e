import { expect, it } from 'vitest';
import { expectNoAgents } from '../../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import { createRandom } from '../../support/random.ts';
import { expectWholeLog } from '../../support/whole-log.ts';
import { rage, startStorm, unheard, wakeAll, withoutEnd } from './storm.ts';

/** `STORM_SEEDS=1,2,3 STORM_STEPS=150 npx vitest run … test/e2e/agents/storm.test.ts` for the long run. */
const SEEDS = (process.env['STORM_SEEDS'] ?? '1').split(',').map(Number);
const STEPS = Number(process.env['STORM_STEPS'] ?? 25);
const PATIENCE = { timeout: 120_000 + STEPS * 4_000, interval: 100 };

it.each(SEEDS)(
  'ends every message once, and loses none, whatever happens to engine, agents and turns (seed %i)',
  async (seed) => {
    const storm = await startStorm(createRandom(seed));
    const { client, home, engine, sent, chats } = storm;
    const stream = await client.follow({ resume: true });
    await rage(storm, STEPS);
    await wakeAll(storm);
    for (const chatId of chats) {
      const messageId = `the last of ${chatId}`;
      sent.push({ chatId, messageId, how: 'messages' });
      await client.send(chatId, messageId, { messageId });
    }
    const messageIds = sent.map(({ messageId }) => messageId);
    await expect.poll(() => withoutEnd(stream.events, messageIds), PATIENCE).toEqual([]);

    expectExactlyOneEnd(stream.events, messageIds);
    expectNoGap(stream.events);
    expect(unheard(storm, stream.events)).toEqual([]);
    for (const chatId of chats) {
      expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
    }
    expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });
    await expectNoAgents(home);
    await expectWholeLog(home);
  },
  2 * PATIENCE.timeout,
);
