import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { say } from '../../../src/dev/scripted-steps.ts';
import { ENDLESS_COMMAND, expectNoAgents, waitForEndlessCommand } from '../../support/agent-processes.ts';
import { deltasOf, expectExactlyOneEnd, expectNoGap } from '../../support/assertions.ts';
import { createGate } from '../../support/gate.ts';
import { killAll } from '../../support/running-processes.ts';
import { inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { expectWholeLog } from '../../support/whole-log.ts';
import { createChat, processesOf, PROVIDERS, startMixedWorkspace } from './mixed-workspace.ts';

describe.each(PROVIDERS)('turns of %s', (provider) => {
  it('complete when their engine is killed on the way, and each tool runs once', async () => {
    const gate = createGate();
    const command = 'echo x >> ran.txt; until [ -e go.txt ]; do sleep 0.05; done; echo done';
    const { client, home, folder, kill, start, engine } = await startMixedWorkspace({
      turn: (run) =>
        turnByPrompt({ tool: inSteps(run(command), say('Ran.')), text: () => say('one ', gate, 'two') }),
    });
    const stream = await client.follow({ resume: true });
    const tool = await createChat(client, provider);
    const text = await createChat(client, provider);
    const messages = [await client.send(tool, 'tool'), await client.send(text, 'text')];
    await gate.reached;
    await vi.waitFor(() => readFile(join(folder, 'ran.txt')), 60_000);
    const before = await processesOf(provider, home);

    await kill();
    gate.open();
    await start();
    await writeFile(join(folder, 'go.txt'), '');
    for (const messageId of messages) {
      expect(await stream.waitForEnd(messageId)).toMatchObject({ payload: { outcome: 'completed' } });
    }
    expect(saidIn(deltasOf(stream.events, tool))).toEqual(['Ran.']);
    expect(saidIn(deltasOf(stream.events, text))).toEqual(['one two']);
    expect(await readFile(join(folder, 'ran.txt'), 'utf8')).toBe('x\n');
    for (const chatId of [tool, text]) {
      expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
    }
    expect(await processesOf(provider, home)).toEqual(before);
    expectNoGap(stream.events);
    expectExactlyOneEnd(stream.events, messages);
    await engine().end('SIGTERM');
    await expectNoAgents(home);
    await expectWholeLog(home);
  });

  it('end once when their agent is killed, whose session the next message resumes', async () => {
    const { client, home, model, responses } = await startMixedWorkspace({
      turn: (run) => turnByPrompt({ tool: inSteps(run(ENDLESS_COMMAND), say('Never said.')) }),
    });
    const stream = await client.follow();
    const chatId = await createChat(client, provider);
    await stream.waitForEnd(await client.send(chatId, 'before'));
    const cut = await client.send(chatId, 'tool');
    await waitForEndlessCommand(home);
    killAll(await processesOf(provider, home));
    expect(await stream.waitForEnd(cut)).toMatchObject({
      payload: { outcome: 'errored', error: { code: 'agent_exited' } },
    });
    await stream.waitForEnd(await client.send(chatId, 'after'));
    const asked = provider === 'codex' ? responses.requests : model.messages();
    expect(JSON.stringify(asked.at(-1))).toContain('You said: before');
    expect(await client.history(chatId)).toEqual(deltasOf(stream.events, chatId));
    expectExactlyOneEnd(stream.events, [cut]);
  });
});

/** The texts of whole messages, whichever agent said them. */
function saidIn(events: readonly AgentEvent[]): string[] {
  const said = events.filter(({ type, payload }) => {
    return type === 'claude-assistant' || type === 'acp-agent_message' || payload['type'] === 'message';
  });
  return said.flatMap(({ payload }) => {
    const { content } = (payload['message'] ?? payload) as { content: { text?: string }[] };
    return content.flatMap(({ text }) => text ?? []);
  });
}
