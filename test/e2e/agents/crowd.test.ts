import { expect, it } from 'vitest';
import { agentProcesses, expectNoAgents } from '../../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import type { EngineClient } from '../../support/engine-client.ts';
import { createChat, PROVIDERS, startMixedWorkspace } from './mixed-workspace.ts';

/** How many chats get how many messages each, at once. The long form: 32 and 5. */
const CHATS = Number(process.env['CROWD_CHATS'] ?? 5);
const MESSAGES = Number(process.env['CROWD_MESSAGES'] ?? 2);
const LIMITS = (process.env['CROWD_LIMITS'] ?? '1').split(',');

/** So long may all of them take: a machine with two cores launches one agent after the other. */
const PATIENCE = { timeout: CHATS * MESSAGES * 20_000, interval: 100 };

const CASES = PROVIDERS.flatMap((provider) => LIMITS.map((limit) => ({ provider, limit })));

it.each(CASES)(
  'gives each of many chats of $provider its turns, in order, with $limit processes to be kept',
  async ({ provider, limit }) => {
    const { client, home, engine } = await startMixedWorkspace({
      environment: { AGENT_PROCESSES_MAX: limit },
    });
    const stream = await client.follow();
    const chats: string[] = [];
    for (let index = 0; index < CHATS; index += 1) chats.push(await createChat(client, provider));
    const textsOf = (chatId: string) =>
      Array.from({ length: MESSAGES }, (_, round) => `message ${round} of chat ${chats.indexOf(chatId)}.`);
    const sent = await Promise.all(
      chats.map(async (chatId) => {
        const messages: string[] = [];
        for (const text of textsOf(chatId)) messages.push(await sendSurely(client, chatId, text));
        return messages;
      }),
    );
    const outcomes = () =>
      stream.events.flatMap(({ type, payload }) => (type === 'chat.turn.completed' ? [payload.outcome] : []));
    await expect.poll(() => outcomes().length, PATIENCE).toBe(CHATS * MESSAGES);

    expect(new Set(outcomes())).toEqual(new Set(['completed']));
    expectExactlyOneEnd(stream.events, sent.flat());
    expectNoGap(stream.events);
    for (const chatId of chats) {
      const said = JSON.stringify(deltasOf(stream.events, chatId)).matchAll(/You said: ([^"]*\.)/g);
      const texts = [...new Set([...said].map(([, text]) => text))];
      expect(texts).toEqual(textsOf(chatId));
    }
    await expect.poll(() => runsOf(home), PATIENCE).toBeLessThanOrEqual(Number(limit));
    expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });
    await expectNoAgents(home);
  },
  3_600_000,
);

async function runsOf(home: string): Promise<number> {
  return new Set((await agentProcesses(home)).map(({ runId }) => runId)).size;
}

/** A busy machine may not know in time whether a message is on disk: it is then repeated under its id. */
async function sendSurely(client: EngineClient, chatId: string, message: string): Promise<string> {
  const request = { message, messageId: `${chatId} ${message}` };
  for (;;) {
    const { status, body } = await client.post(`/chats/${chatId}/messages`, request);
    if (status === 200) return request.messageId;
    expect([status, body['code']]).toEqual([503, 'outcome_unknown']);
  }
}
