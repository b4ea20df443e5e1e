import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses, ENDLESS_COMMAND } from '../../support/agent-processes.ts';
import { inSteps, saysAround, turnByPrompt } from '../../support/scripted-turns.ts';
import {
  codexTextsOf,
  openCodexChat,
  openCodexChats,
  signalServer,
  type CodexChat,
} from './codex-support.ts';
import { eventsOf, ofType, toolIsOpen, until } from '../../agents/claude/stand-in.ts';

const run = (cmd: string) => useTool('exec_command', { cmd, yield_time_ms: 60_000 });
const forever = inSteps(run(ENDLESS_COMMAND), say('Never said.'));

describe('interrupting Codex', () => {
  it('leaves the commands of another chat alone', async () => {
    const [one, other] = (await openCodexChats({ turn: forever })) as [CodexChat, CodexChat];
    const messages = [await one.begin('one'), await other.begin('other')];
    await until(async () => expect(await endlessIn(one)).toBe(2));
    one.command({ type: 'agent.interrupt' });
    expect((await one.ended(messages[0]!)).end?.outcome).toBe('interrupted');
    expect(await endlessIn(one)).toBe(1);
    expect(ofType(other.facts, 'agent.said').some(({ end }) => end !== undefined)).toBe(false);
    other.command({ type: 'agent.interrupt' });
    expect((await other.ended(messages[1]!)).end?.outcome).toBe('interrupted');
  });

  it('gives each call of a tool one output', async () => {
    const chat = await openCodexChat({ turn: turnByPrompt({ tool: forever }) });
    const message = await chat.begin('tool');
    await toolIsOpen(chat);
    chat.command({ type: 'agent.interrupt' });
    chat.command({ type: 'agent.interrupt' });
    await chat.ended(message);
    await chat.run('next');
    const types = eventsOf(chat.facts, 'response_item').map(({ payload }) => payload['type']);
    expect(types).toEqual(['function_call', 'function_call_output', 'message']);
    expect(ofType(chat.facts, 'agent.said').filter(({ end }) => end !== undefined)).toHaveLength(2);
  });
});

describe('a turn of Codex that does not end', () => {
  it.each(['agent.stop', 'agent.kill'] as const)(
    'is ended with its server and its commands by %s, and nothing of another chat with it',
    async (type) => {
      const gate = createGate();
      const turn = turnByPrompt({ tool: forever, slow: saysAround(gate) });
      const [one, other] = (await openCodexChats({ turn, idleMs: 500 })) as [CodexChat, CodexChat];
      await one.run('before');
      const message = await other.begin('slow');
      await one.begin('tool');
      await Promise.all([gate.reached, until(async () => expect(await endlessIn(one)).toBe(1))]);
      one.command({ type });
      await until(() => expect(ofType(one.facts, 'agent.exited')).toHaveLength(1));
      expect(await endlessIn(one)).toBe(0);
      expect((await one.run('after')).end?.outcome).toBe('completed');
      gate.open();
      expect((await other.ended(message)).end?.outcome).toBe('completed');
      expect(codexTextsOf(one.facts)).toEqual(['You said: before', 'You said: after']);
      expect(JSON.stringify(one.model.requests.at(-1))).toContain('You said: before');
      await until(async () => expect(await agentProcesses(one.home)).toEqual([]));
    },
  );
});

describe('a server of Codex that answers nothing', () => {
  it('is ended, its chat goes on with the next message, and another chat notices nothing', async () => {
    const gate = createGate();
    const turn = turnByPrompt({ one: saysAround(gate), other: saysAround(gate) });
    const [one, other] = (await openCodexChats({ turn })) as [CodexChat, CodexChat];
    const [, message] = await Promise.all([one.begin('one'), other.begin('other')]);
    await until(() => expect(one.model.requests).toHaveLength(2));
    await signalServer(one, 'SIGSTOP');
    one.command({ type: 'agent.kill' });
    await until(() => expect(ofType(one.facts, 'agent.exited')).toHaveLength(1));
    gate.open();
    expect((await one.run('next')).end?.outcome).toBe('completed');
    expect((await other.ended(message)).end?.outcome).toBe('completed');
    expect(ofType(other.facts, 'agent.exited')).toEqual([]);
  });
});

describe('stopping Codex', () => {
  it('ends the server of that chat alone', async () => {
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

async function endlessIn({ home }: Pick<CodexChat, 'home'>): Promise<number> {
  return (await agentProcesses(home)).filter(({ command }) => command === ENDLESS_COMMAND).length;
}
