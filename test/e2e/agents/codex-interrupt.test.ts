import { describe, expect, it } from 'vitest';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses, ENDLESS_COMMAND } from '../../support/agent-processes.ts';
import { inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { codexTextsOf, openCodexChat, openCodexChats, type CodexChat } from './codex-support.ts';
import { eventsOf, ofType, until } from '../../agents/claude/stand-in.ts';

const run = (cmd: string) => useTool('exec_command', { cmd, yield_time_ms: 60_000 });
const forever = inSteps(run(ENDLESS_COMMAND), say('Never said.'));

describe('interrupting Codex', () => {
  it('ends a message that the agent has not even seen', async () => {
    const chat = await openCodexChat({ turn: turnByPrompt({ 'too late': () => ({ kind: 'hang' }) }) });
    const message = await chat.begin('too late');
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)).toEqual(['You said: next']);
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

describe('stopping Codex', () => {
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
});

/** `tail` is what the commands here run for ever, and what forwards the input of the server. */
async function tailsOf({ home }: Pick<CodexChat, 'home'>): Promise<number> {
  return (await agentProcesses(home)).filter(({ program }) => program === 'tail').length;
}
