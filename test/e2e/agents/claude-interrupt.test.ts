import { describe, expect, it } from 'vitest';
import { createGate } from '../../../src/dev/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses, endServices } from '../../support/agent-processes.ts';
import { byPrompt, inSteps, runsForever } from '../../support/scripted-turns.ts';
import { ofType, textsOf, until, type TestChat } from '../../agents/claude/stand-in.ts';
import { openChat } from './support.ts';

describe('interrupting Claude Code', () => {
  it('keeps what was said so far and the session, and takes the next message', async () => {
    const gate = createGate();
    const chat = await openChat({ script: byPrompt({ long: () => say('Begun. ', gate, 'Never said.') }) });
    const message = await chat.begin('long');
    await gate.reached;
    await until(() => expect(chat.partials.join('')).toContain('Begun.'));
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)).toEqual(['Begun. ', 'You said: next']);
    expect(ofType(chat.facts, 'turn.prepared').at(-1)?.delivery).toMatchObject({ note: { start: 'none' } });
  });

  it('works on a model that never answers', async () => {
    const chat = await openChat({ script: byPrompt({ hang: () => ({ kind: 'hang' }) }) });
    const message = await chat.begin('hang');
    await until(() => expect(chat.model.messages()).toHaveLength(1));
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
  });

  it('ends a message that the agent has not even seen', async () => {
    const chat = await openChat({ script: byPrompt({}) });
    const message = await chat.begin('too late');
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)).toEqual(['You said: next']);
    expect(chat.model.messages()).toHaveLength(1);
  });

  it('ends what an open tool started, however it hid, and leaves the service of an earlier one', async () => {
    const service = 'setsid tail -f /etc/hostname >/dev/null 2>&1 & echo started';
    const tool = '(setsid tail -f /etc/passwd >/dev/null 2>&1 &); tail -f /dev/null';
    const chat = await openChat({
      script: byPrompt({
        service: inSteps(useTool('Bash', { command: service }), say('Serving.')),
        tool: inSteps(useTool('Bash', { command: tool }), say('Never said.')),
      }),
    });
    await chat.run('service');
    const message = await chat.begin('tool');
    await until(async () => expect(await tailsOf(chat)).toBe(4));
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect(await tailsOf(chat)).toBe(2);
    await endServices(chat.home, 'tail -f /etc/hostname');
  });

  it('may be asked for twice', async () => {
    const chat = await openChat({ script: byPrompt({ tool: runsForever() }) });
    const message = await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type: 'agent.interrupt' });
    chat.command({ type: 'agent.interrupt' });
    await chat.ended(message);
    expect(ofType(chat.facts, 'agent.said').filter(({ end }) => end !== undefined)).toHaveLength(1);
    expect((await chat.run('next')).end?.outcome).toBe('completed');
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

  it.each(['agent.terminate', 'agent.kill'] as const)('by %s leaves nothing of the turn', async (type) => {
    const chat = await openChat({ script: byPrompt({ tool: runsForever() }) });
    await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });
});

/** `tail` is what the commands here run for ever, and what forwards the input of the agent. */
async function tailsOf({ home }: TestChat): Promise<number> {
  return (await agentProcesses(home)).filter(({ program }) => program === 'tail').length;
}
