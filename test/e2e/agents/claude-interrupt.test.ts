import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { byPrompt, runsForever } from '../../support/scripted-turns.ts';
import { ofType, textsOf, until } from '../../agents/claude/stand-in.ts';
import { openChat } from './support.ts';

describe('interrupting Claude Code', () => {
  it('ends a message that was just handed over, whether the agent has read it yet or not', async () => {
    const chat = await openChat({ script: byPrompt({ 'too late': () => say(createGate(), 'Too late.') }) });
    const message = await chat.begin('too late');
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)).toEqual(['You said: next']);
  });

  it('is answered by an agent that rests', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    await chat.run('first');
    const { length } = chat.facts;
    chat.command({ type: 'agent.interrupt' });
    await until(() => expect(chat.facts).toHaveLength(length + 1));
    expect(chat.facts.at(-1)).toMatchObject({ type: 'agent.said', events: [], selfDirected: false });
  });
});

describe('pinging Claude Code', () => {
  it('is answered while a tool runs', async () => {
    const chat = await openChat({ script: byPrompt({ tool: runsForever() }) });
    await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type: 'agent.ping' });
    await until(() => expect(ofType(chat.facts, 'agent.answered')).toHaveLength(1));
  });
});

describe('stopping Claude Code', () => {
  it('ends the running turn, then the process and all of its tools', async () => {
    const chat = await openChat({ script: byPrompt({ tool: runsForever() }) });
    const message = await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type: 'agent.stop' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  });

  it('is answered at once when nothing runs', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    chat.command({ type: 'agent.stop' });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
  });
});
