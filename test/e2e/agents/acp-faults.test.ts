import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentRequest } from '../../../src/contract/requests.ts';
import {
  answer,
  eventsOf,
  newMessage,
  ofType,
  openRequest,
  runFolder,
  until,
  type TestChat,
} from '../../agents/claude/stand-in.ts';
import { agentProcesses, killAgents } from '../../support/agent-processes.ts';
import { acpTextsOf, openFaultyChat } from './acp-support.ts';
import { expectNotGivenAgain } from './forgotten-turn.ts';

describe('an ACP agent that', () => {
  it('prints what is no frame is heard all the same', async () => {
    const chat = await openFaultyChat();
    expect((await chat.run('garbage')).end?.outcome).toBe('completed');
    expect(acpTextsOf(chat.facts)).toEqual(['Still here.']);
  });

  it('asks for files or for what nobody knows is told that there is no such thing', async () => {
    const chat = await openFaultyChat();
    await chat.run('strange');
    expect(acpTextsOf(chat.facts)).toEqual(['-32601 -32601']);
    expect(eventsOf(chat.facts, 'acp-_vendor/news')).toMatchObject([
      { payload: { provider: 'faulty', text: 'hear, hear' } },
    ]);
  });

  it('prints half a frame is ended, and takes the next message', async () => {
    const chat = await openFaultyChat(['resume']);
    await chat.begin('torn');
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(ofType(chat.facts, 'agent.exited')[0]?.failure.code).toBe('agent_output_damaged');
    expect(acpTextsOf(chat.facts)).toEqual(['Whole. ']);
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });

  it('exits in the middle of a turn is quoted, and what it had said is kept', async () => {
    const chat = await openFaultyChat(['resume']);
    await chat.begin('exit');
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(ofType(chat.facts, 'agent.exited')[0]?.failure).toEqual({
      code: 'agent_exited',
      message: 'Faulty exited with code 3: it hurts',
    });
    expect(said(chat)).toEqual([
      ['acp-user_message', 'exit'],
      ['acp-agent_message', 'Begun. '],
    ]);
  });

  it('ignores a cancellation is ended by force', async () => {
    const chat = await openFaultyChat();
    await chat.begin('hang');
    await until(() => expect(chat.partials.join('')).toContain('Begun.'));
    chat.command({ type: 'agent.kill' });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(acpTextsOf(chat.facts)).toEqual(['Begun. ']);
    await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  });

  it('says more after its turn is heard as speaking by itself', async () => {
    const chat = await openFaultyChat();
    await chat.run('late');
    await until(() => expect(acpTextsOf(chat.facts)).toEqual(['By the way.']));
    expect(ofType(chat.facts, 'agent.said').at(-1)?.messageId).toBeNull();
  });

  it('refuses a prompt ends its turn with the reason', async () => {
    const chat = await openFaultyChat();
    expect((await chat.run('refuse')).end).toEqual({
      outcome: 'errored',
      error: { code: 'rate_limit', message: 'Internal error: 429 rate limit' },
    });
  });

  it('says many things has each of them in its history, messages whole', async () => {
    const chat = await openFaultyChat();
    await chat.run('mixed');
    expect(said(chat)).toEqual([
      ['acp-user_message', 'mixed'],
      ['acp-agent_thought', 'Let me think.'],
      ['acp-usage_update', ''],
      ['acp-agent_message', 'One word.'],
      ['acp-tool_call', ''],
      ['acp-tool_call', ''],
      ['acp-flying_update', ''],
      ['acp-agent_message', 'Done.'],
    ]);
    expect(chat.partials).toHaveLength(5);
  });
});

describe('permissions that an ACP agent asks for', () => {
  it('are given for once without asking anybody', async () => {
    const chat = await openFaultyChat();
    await chat.run('permission');
    expect(acpTextsOf(chat.facts)).toEqual(['yes']);
    expect(ofType(chat.facts, 'request.opened')).toEqual([]);
  });

  it('become requests with the choices of the agent, also over a change of engines', async () => {
    const chat = await openFaultyChat([], { policy: 'ask' });
    const message = await chat.begin('permission');
    const request = await openRequest(chat);
    expect(request).toMatchObject({ kind: 'permission', tool: 'Write' });
    expect(optionsOf(request)).toEqual(['always', 'yes', 'no']);
    chat.reopen();
    answer(chat, request, { decision: 'deny' });
    await chat.ended(message);
    expect(acpTextsOf(chat.facts)).toEqual(['no']);
    expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
  });

  it('that an engine decided and did not get to tell are decided by the next one', async () => {
    const chat = await openFaultyChat([], { policy: 'ask' });
    const message = await chat.begin('permission');
    const request = await openRequest(chat);
    chat.record.requests = [];
    chat.reopen();
    expect((await openRequest(chat, 2)).id).toBe(request.id);
    answer(chat, request, { decision: 'allow' });
    await chat.ended(message);
    expect(acpTextsOf(chat.facts)).toEqual(['yes']);
  });

  it('are withdrawn when the agent takes them back', async () => {
    const chat = await openFaultyChat([], { policy: 'ask' });
    await chat.run('withdrawn');
    expect(ofType(chat.facts, 'request.withdrawn')).toHaveLength(1);
    expect(chat.record.requests).toEqual([]);
  });

  it('are cancelled with their turn', async () => {
    const chat = await openFaultyChat([], { policy: 'ask' });
    const message = await chat.begin('permission');
    await openRequest(chat);
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect(acpTextsOf(chat.facts)).toEqual(['cancelled']);
  });

  it('are refused while it plans', async () => {
    const chat = await openFaultyChat(['plan'], { policy: 'ask' });
    await chat.run('permission', { planMode: true });
    await chat.run('mode', { planMode: true });
    await chat.run('mode');
    expect(acpTextsOf(chat.facts)).toEqual(['no', 'plan', 'work']);
    expect(ofType(chat.facts, 'request.opened')).toEqual([]);
  });
});

describe('what an ACP agent does not offer', () => {
  it.each([
    { name: 'a mode for planning', options: { planMode: true }, code: 'plan_mode_unavailable' },
    { name: 'models', options: { model: 'other' }, code: 'model_not_found' },
  ])('is not pretended: $name', async ({ options, code }) => {
    const chat = await openFaultyChat();
    await chat.run('first');
    chat.command({ type: 'agent.prepare', message: newMessage('x', options) });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(ofType(chat.facts, 'agent.exited')[0]?.failure.code).toBe(code);
    expect((await chat.run('second')).end?.outcome).toBe('completed');
  });

  it('a session that only can be loaded is, and what it repeats is not told twice', async () => {
    const chat = await openFaultyChat(['load']);
    await chat.run('first');
    const { sessionId } = chat.record;
    await killAgents(chat.home);
    expect((await chat.run('second')).end?.outcome).toBe('completed');
    expect(chat.record.sessionId).toBe(sessionId);
    expect(acpTextsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
    expect(acpTextsOf(chat.facts, 'acp-user_message')).toEqual(['first', 'second']);
  });

  it('a session that cannot be taken up is begun anew, which is told', async () => {
    const chat = await openFaultyChat([]);
    await chat.run('first');
    const { sessionId } = chat.record;
    await killAgents(chat.home);
    await chat.run('second');
    expect(chat.record.sessionId).not.toBe(sessionId);
    expect(eventsOf(chat.facts, 'session-gap')).toMatchObject([
      { payload: { reason: 'context_lost', message: expect.stringContaining('A new one was begun') } },
    ]);
  });
});

describe('an ACP agent that lives on', () => {
  it('is given no message twice that it got before the log lost its end', async () => {
    await expectNotGivenAgain((given) => openFaultyChat(['resume'], { given }));
  });
});

describe('an ACP agent that dies together with its engine', () => {
  it('is given the message once if it never reached it', async () => {
    const chat = await openFaultyChat(['resume']);
    await chat.run('first');
    const message = await chat.prepare('second');
    chat.detach();
    await killAgents(chat.home);
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(acpTextsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
  });

  it('has what it had said in the history, and its turn lost', async () => {
    const chat = await openFaultyChat(['resume']);
    const message = await chat.begin('hang');
    await until(() => expect(chat.partials.join('')).toContain('Begun.'));
    chat.detach();
    await killAgents(chat.home);
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('lost');
    expect(said(chat)).toEqual([
      ['acp-user_message', 'hang'],
      ['acp-agent_message', 'Begun. '],
    ]);
  });

  it('gets the rest of a message that was cut off on its way', async () => {
    const chat = await openFaultyChat();
    await chat.run('first');
    const message = await chat.prepare('second');
    const { delivery } = chat.record.turn!;
    const { text } = delivery['input'] as { text: string };
    const file = join(runFolder(chat), 'stdin');
    chat.detach();
    appendFileSync(file, text.slice(0, 40));
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(acpTextsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
  });
});

/** Types and texts, in order. */
function said({ facts }: TestChat): [string, string][] {
  return ofType(facts, 'agent.said')
    .flatMap(({ events }) => events)
    .map(({ type, payload }) => [type, textIn(payload['content'])]);
}

function textIn(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return (content as { text?: string }[]).map(({ text }) => text ?? '').join('');
}

function optionsOf({ input }: AgentRequest): string[] {
  return (input as { options: { optionId: string }[] }).options.map(({ optionId }) => optionId);
}
