import { describe, expect, it } from 'vitest';
import { createDriver } from '../../../src/agents/agent.ts';
import { createChat, createStage, eventsOf, ofType, until } from '../../agents/claude/stand-in.ts';
import { agentProcesses, killAgents } from '../../support/agent-processes.ts';
import { echoCodec } from './echo/codec.ts';

describe('an agent that is nothing but a codec', () => {
  it('takes one message after the other in one process', async () => {
    const chat = await openEcho();

    await chat.run('one');
    await chat.run('two');

    expect(saidIn(chat)).toEqual(['one', 'two']);
    expect(await agentProcesses(chat.home)).not.toEqual([]);
    expect(new Set(ofType(chat.facts, 'turn.prepared').map(({ delivery }) => delivery.runId)).size).toBe(1);
  });

  it('ends its turn when it is interrupted', async () => {
    const chat = await openEcho();
    const message = await chat.begin('wait');
    await until(() => expect(eventsOf(chat.facts, 'echo-heard')).toHaveLength(1));

    chat.command({ type: 'agent.interrupt' });

    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
  });

  it('goes on over a change of engines, nothing said twice', async () => {
    const chat = await openEcho();
    await chat.run('one');
    const message = await chat.begin('wait');
    await until(() => expect(eventsOf(chat.facts, 'echo-heard')).toHaveLength(2));

    chat.reopen();
    chat.command({ type: 'agent.interrupt' });

    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect(eventsOf(chat.facts, 'echo-heard')).toHaveLength(2);
    await chat.run('two');
    expect(saidIn(chat)).toEqual(['one', 'two']);
  });

  it('has its death told, and its session taken up by the next message', async () => {
    const chat = await openEcho();
    await chat.begin('wait');
    await until(() => expect(eventsOf(chat.facts, 'echo-heard')).toHaveLength(1));
    const { sessionId } = chat.record;

    await killAgents(chat.home);
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await chat.run('next');

    expect(chat.record.sessionId).toBe(sessionId);
  });

  it('leaves no process behind when its chat ends', async () => {
    const chat = await openEcho();
    await chat.run('one');

    chat.command({ type: 'agent.stop' });

    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  });
});

async function openEcho() {
  const { options, ...stage } = await createStage({ findProgram: () => process.execPath });
  return createChat({ ...stage, createDriver: () => createDriver(echoCodec, options), policy: 'bypass' });
}

function saidIn({ facts }: Awaited<ReturnType<typeof openEcho>>): unknown[] {
  return eventsOf(facts, 'echo-said').map(({ payload }) => payload['text']);
}
