import { describe, expect, it } from 'vitest';
import { createGate } from '../../../src/dev/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses, ENDLESS_COMMAND } from '../../support/agent-processes.ts';
import { inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { codexTextsOf, openCodexChat, openCodexChats, type CodexChat } from './codex-support.ts';
import { eventsOf, ofType, until } from '../../agents/claude/stand-in.ts';

const run = (cmd: string) => useTool('exec_command', { cmd, yield_time_ms: 60_000 });
const forever = inSteps(run(ENDLESS_COMMAND), say('Never said.'));

describe('interrupting Codex', () => {
  it('keeps what was said so far and the thread, and takes the next message', async () => {
    const gate = createGate();
    const chat = await openCodexChat({
      turn: turnByPrompt({ long: () => say('Begun. ', gate, 'Never said.') }),
    });
    const message = await chat.begin('long');
    await gate.reached;
    await until(() => expect(chat.partials.join('')).toContain('Begun.'));
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)).toEqual(['Begun. ', 'You said: next']);
  });

  it('works on a model that never answers', async () => {
    const chat = await openCodexChat({ turn: () => ({ kind: 'hang' }) });
    const message = await chat.begin('hang');
    await until(() => expect(chat.model.requests).toHaveLength(1));
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
  });

  it('ends a message that the agent has not even seen', async () => {
    const chat = await openCodexChat({ turn: turnByPrompt({}) });
    const message = await chat.begin('too late');
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)).toEqual(['You said: next']);
  });

  it('ends what an open tool started, however it hid, and leaves the service of an earlier one', async () => {
    const service = 'setsid tail -f /etc/hostname >/dev/null 2>&1 & echo started';
    const tool = '(setsid tail -f /etc/passwd >/dev/null 2>&1 &); tail -f /dev/null';
    const chat = await openCodexChat({
      turn: turnByPrompt({
        service: inSteps(run(service), say('Serving.')),
        tool: inSteps(run(tool), say('Never said.')),
      }),
    });
    await chat.run('service');
    const message = await chat.begin('tool');
    await until(async () => expect(await tailsOf(chat)).toBe(4));
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect(await tailsOf(chat)).toBe(2);
  });

  it('leaves the commands of another chat alone', async () => {
    const [one, other] = (await openCodexChats({ turn: forever })) as [CodexChat, CodexChat];
    const messages = [await one.begin('one'), await other.begin('other')];
    await until(async () => expect(await tailsOf(one)).toBe(3));
    one.command({ type: 'agent.interrupt' });
    expect((await one.ended(messages[0]!)).end?.outcome).toBe('interrupted');
    expect(await tailsOf(one)).toBe(2);
    expect(ofType(other.facts, 'agent.said').some(({ end }) => end !== undefined)).toBe(false);
    other.command({ type: 'agent.interrupt' });
    expect((await other.ended(messages[1]!)).end?.outcome).toBe('interrupted');
  });

  it('gives each call of a tool one output', async () => {
    const chat = await openCodexChat({ turn: turnByPrompt({ tool: forever }) });
    const message = await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type: 'agent.interrupt' });
    chat.command({ type: 'agent.interrupt' });
    await chat.ended(message);
    await chat.run('next');
    const types = eventsOf(chat.facts, 'response_item').map(({ payload }) => payload['type']);
    expect(types).toEqual(['function_call', 'function_call_output', 'message']);
    expect(ofType(chat.facts, 'agent.said').filter(({ end }) => end !== undefined)).toHaveLength(2);
  });

  it('is answered by an agent that rests', async () => {
    const chat = await openCodexChat({ turn: turnByPrompt({}) });
    await chat.run('first');
    const { length } = chat.facts;
    chat.command({ type: 'agent.interrupt' });
    await until(() => expect(chat.facts).toHaveLength(length + 1));
    expect(chat.facts.at(-1)).toMatchObject({ type: 'agent.said', events: [], selfDirected: false });
  });
});

describe('pinging Codex', () => {
  it('is answered while a tool runs', async () => {
    const chat = await openCodexChat({ turn: forever });
    await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type: 'agent.ping' });
    await until(() => expect(ofType(chat.facts, 'agent.answered')).toHaveLength(1));
  });
});

describe('stopping Codex', () => {
  it('ends the running turn, then the server and all of its tools', async () => {
    const chat = await openCodexChat({ turn: forever });
    const message = await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type: 'agent.stop' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  });

  it('keeps the server for the other chats', async () => {
    const [one, other] = (await openCodexChats({ turn: turnByPrompt({}) })) as [CodexChat, CodexChat];
    await one.run('one');
    await other.run('other');
    one.command({ type: 'agent.stop' });
    await until(() => expect(ofType(one.facts, 'agent.exited')).toHaveLength(1));
    expect((await other.run('again')).end?.outcome).toBe('completed');
    expect(ofType(other.facts, 'agent.exited')).toEqual([]);
    other.command({ type: 'agent.stop' });
    await until(async () => expect(await agentProcesses(one.home)).toEqual([]));
  });

  it('is answered at once when nothing runs', async () => {
    const chat = await openCodexChat({ turn: turnByPrompt({}) });
    chat.command({ type: 'agent.stop' });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
  });

  it.each(['agent.terminate', 'agent.kill'] as const)('by %s leaves nothing of the turn', async (type) => {
    const chat = await openCodexChat({ turn: turnByPrompt({ tool: forever }) });
    await chat.begin('tool');
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(1));
    chat.command({ type });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });
});

/** `tail` is what the commands here run for ever, and what forwards the input of the server. */
async function tailsOf({ home }: Pick<CodexChat, 'home'>): Promise<number> {
  return (await agentProcesses(home)).filter(({ program }) => program === 'tail').length;
}
