import { expect, it } from 'vitest';
import { expectNoAgents } from '../../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import { createChats, startMixedWorkspace } from './mixed-workspace.ts';

it('runs eight chats of three agents at once, each with what was said in it', async () => {
  const { client, home, engine } = await startMixedWorkspace();
  const stream = await client.follow();
  const chats = await createChats(client, 8);
  for (const round of ['first', 'second']) {
    const messages = await Promise.all(
      chats.map((chatId, index) => client.send(chatId, `${round} of chat ${index}`)),
    );
    for (const messageId of messages) {
      expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
    }
    expectExactlyOneEnd(stream.events, messages);
  }
  for (const [index, chatId] of chats.entries()) {
    const said = JSON.stringify(deltasOf(stream.events, chatId));
    for (const round of ['first', 'second']) expect(said).toContain(`You said: ${round} of chat ${index}`);
    const others = [...chats.keys()].filter((other) => other !== index);
    for (const other of others) expect(said).not.toContain(`of chat ${other}`);
    expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
  }
  expectNoGap(stream.events);
  expect(await engine().end('SIGTERM')).toEqual({ code: 0, signal: null });
  await expectNoAgents(home);
});
