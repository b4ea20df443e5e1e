import { appendFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses, ENDLESS_COMMAND, killAgents } from '../../support/agent-processes.ts';
import { echo, inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import {
  codexTextsOf,
  openCodexChat,
  openCodexChats,
  signalServer,
  type CodexChat,
} from './codex-support.ts';
import { expectNotGivenAgain } from './forgotten-turn.ts';
import {
  deliveriesOf,
  eventsOf,
  newMessage,
  ofType,
  runFolder,
  toolIsOpen,
  until,
} from '../../agents/claude/stand-in.ts';

const forever = inSteps(
  useTool('exec_command', { cmd: ENDLESS_COMMAND, yield_time_ms: 60_000 }),
  say('Never said.'),
);

describe('a server of Codex that dies', () => {
  it('ends each running turn once; the next messages resume the same threads', async () => {
    const chats = await openCodexChats({ turn: turnByPrompt({ tool: forever }), count: 3 });
    for (const chat of chats) await chat.run('before');
    for (const chat of chats) await chat.begin('tool');
    for (const chat of chats) await toolIsOpen(chat);
    const threads = chats.map(({ record }) => record.sessionId);
    for (const chat of chats) await signalServer(chat, 'SIGKILL');
    for (const { facts } of chats) await until(() => expect(ofType(facts, 'agent.exited')).toHaveLength(1));
    await until(async () => expect(await agentProcesses(chats[0]!.home)).toEqual([]));
    for (const chat of chats) expect((await chat.run('after')).end?.outcome).toBe('completed');
    expect(chats.map(({ record }) => record.sessionId)).toEqual(threads);
    expect(JSON.stringify(chats[0]!.model.requests.at(-1))).toContain('You said: before');
    for (const { facts } of chats) expect(ofType(facts, 'agent.exited')).toHaveLength(1);
  });

  it('is replaced for a message that comes before anybody noticed, which runs once', async () => {
    const chat = await openCodexChat({ turn: echo });
    await chat.run('first');
    await signalServer(chat, 'SIGKILL');
    expect((await chat.run('second')).end?.outcome).toBe('completed');
    const message = await chat.prepare('third');
    await signalServer(chat, 'SIGKILL');
    chat.command({ type: 'agent.deliver', message, delivery: deliveriesOf(chat).at(-1)! });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)).toEqual(['first', 'second', 'third'].map((text) => `You said: ${text}`));
    expect(ofType(chat.facts, 'agent.exited')).toEqual([]);
  });

  it('is not started for ever', async () => {
    const chat = await openCodexChat({ turn: echo, command: '/bin/false' });
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      chat.command({ type: 'agent.prepare', message: newMessage('hello') });
      await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(attempt));
    }
    expect(ofType(chat.facts, 'agent.exited').at(-1)?.failure.message).toContain('ended 5 times');
  });

  it('counts against those to come only when it was watched: long-dead ones of idle chats do not', async () => {
    const chats = await openCodexChats({ turn: echo, count: 6 });
    for (const chat of chats) chat.detach();
    for (const chat of chats) {
      chat.reopen();
      await chat.run('before');
      chat.detach();
      await killAgents(chat.home);
    }
    for (const chat of chats) chat.reopen();
    for (const chat of chats) expect((await chat.run('after')).end?.outcome).toBe('completed');
  });
});

describe('the next engine', () => {
  it('takes up all chats, each where it stood', async () => {
    const gate = createGate();
    const chats = await openCodexChats({ turn: (prompt) => say(`${prompt} `, gate, 'done'), count: 3 });
    const messages = [];
    for (const [index, chat] of chats.entries()) messages.push(await chat.begin(`chat-${index}`));
    await until(() => expect(chats[0]!.model.requests).toHaveLength(3));
    for (const chat of chats) chat.detach();
    for (const chat of chats) chat.reopen();
    gate.open();
    for (const [index, chat] of chats.entries()) {
      expect((await chat.ended(messages[index]!)).end?.outcome).toBe('completed');
      expect(codexTextsOf(chat.facts)).toEqual([`chat-${index} done`]);
    }
  });

  it('gives a message to a living server that never got it whole', async () => {
    const chat = await openCodexChat({ turn: echo });
    await chat.run('first');
    chat.command({ type: 'agent.prepare', message: newMessage('never written') });
    await until(() => expect(deliveriesOf(chat)).toHaveLength(2));
    const message = newMessage('never written');
    chat.record.turn = {
      message,
      startedAt: new Date().toISOString(),
      delivery: redirected(chat, message.turnId),
    };
    chat.detach();
    await appendFile(join(runFolder(chat), 'stdin'), '{"id":"turn-');
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)).toEqual(['You said: first', 'You said: never written']);
    expect(chat.model.requests).toHaveLength(2);
  });

  it('runs a message once that a dead server never got', async () => {
    const chat = await openCodexChat({ turn: echo });
    const message = await chat.begin('hello');
    const { turn, ...before } = structuredClone(chat.record);
    await chat.ended(message);
    chat.detach();
    await killAgents(chat.home);
    await truncate(join(runFolder(chat), 'stdin'), Number(turn?.delivery['inputOffset']));
    await truncate(join(runFolder(chat), 'stdout'), Number(turn?.delivery['outputOffset']));
    Object.assign(chat.record, before, { turn });
    chat.facts.length = 0;
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)).toEqual(['You said: hello']);
  });

  it('asks the thread whether a dead server had begun with a message, and never runs it twice', async () => {
    const chat = await openCodexChat({ turn: echo });
    const message = await chat.begin('hello');
    const { turn, ...before } = structuredClone(chat.record);
    await chat.ended(message);
    chat.detach();
    await killAgents(chat.home);
    await truncate(join(runFolder(chat), 'stdout'), Number(turn?.delivery['outputOffset']));
    Object.assign(chat.record, before, { turn });
    chat.facts.length = 0;
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('lost');
    expect(chat.model.requests).toHaveLength(1);
  });

  it('is given no message twice that it got before the log lost its end', async () => {
    let chat: CodexChat | undefined;
    const open = async (given: Set<string>) => (chat = await openCodexChat({ turn: echo, given }));
    await expectNotGivenAgain(open, ({ home }) => killAgents(home));
    expect(chat?.model.requests).toHaveLength(3);
  });

  it('begins a new conversation, saying so, when the old one is gone', async () => {
    const chat = await openCodexChat({ turn: echo });
    chat.record.sessionId = '01a20283-dc13-7ac0-ae8d-d0736019bad3';
    chat.reopen();
    expect((await chat.run('hello')).end?.outcome).toBe('completed');
    expect(eventsOf(chat.facts, 'session-gap')).toMatchObject([
      { payload: { reason: 'context_lost', message: expect.stringContaining('could not be resumed') } },
    ]);
  });
});

/** The last delivery as one of another message. */
function redirected(chat: CodexChat, turnId: string) {
  const delivery = deliveriesOf(chat).at(-1)!;
  const { text } = delivery['input'] as { text: string };
  const { clientUserMessageId } = (JSON.parse(text) as { params: { clientUserMessageId: string } }).params;
  return { ...delivery, input: { kind: 'inline', text: text.replaceAll(clientUserMessageId, turnId) } };
}
