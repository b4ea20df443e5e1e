import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPlainLogin } from '../../../src/agents/login.ts';
import type { AgentEvent } from '../../../src/contract/agent-event.ts';
import { createPaths } from '../../../src/environment/paths.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import {
  answer,
  deliveriesOf,
  eventsOf,
  newMessage,
  ofType,
  openRequest,
  openStandIn,
  runFolder,
  type TestChat,
  textsOf,
  until,
} from '../../agents/claude/stand-in.ts';

const FAKE = new URL('../../agents/claude/fake-claude.mjs', import.meta.url).pathname;

describe('a turn', () => {
  it('is told in the order of its lines, with how far the output is known', async () => {
    const chat = await openStandIn({ command: FAKE });
    const message = await chat.begin('hello');
    await chat.ended(message);
    const said = ofType(chat.facts, 'agent.said').filter(({ events }) => events.length > 0);
    expect(said.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      'claude-system',
      'claude-command_lifecycle',
      'claude-user',
      'claude-assistant',
      'claude-result',
      'claude-command_lifecycle',
      'claude-system',
    ]);
    expect(new Set(said.map(({ messageId }) => messageId))).toEqual(new Set([message.messageId]));
    const { size } = readSpool(chat);
    expect(said.at(-1)?.position).toEqual({ runId: expect.any(String), offset: size });
  });

  it('ends half a second after its result when the session does not rest', async () => {
    const chat = await openStandIn({ command: FAKE });
    const said = await chat.run('quiet');
    expect(said).toMatchObject({ events: [], end: { outcome: 'completed' }, selfDirected: true });
  });

  it('ends, and lets the next one begin, when the session goes into a state that nobody knows', async () => {
    const chat = await openStandIn({ command: FAKE });
    expect((await chat.run('nap')).end?.outcome).toBe('completed');
    expect((await chat.run('hello')).end?.outcome).toBe('completed');
    expect([chat.record.selfDirected, deliveriesOf(chat).map(({ start }) => start)]).toEqual([
      false,
      ['new', 'none'],
    ]);
  });

  it('is lost when the agent only echoes its message', async () => {
    const chat = await openStandIn({ command: FAKE });
    expect((await chat.run('echoOnly')).end).toEqual({ outcome: 'lost' });
  });

  it('is cut off by the exit of the agent, which is told once, with code and complaint', async () => {
    const chat = await openStandIn({ command: FAKE });
    await chat.begin('exit');
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(ofType(chat.facts, 'agent.exited')[0]?.failure).toEqual({
      code: 'agent_exited',
      message: 'Claude Code exited with code 3: it hurts',
    });
    await until(() => expect(readdirSync(createPaths(chat.home).agents)).toEqual([]));
  });

  it('goes on when the agent asks something that nobody here can answer', async () => {
    const chat = await openStandIn({ command: FAKE });
    await chat.run('ask');
    expect(textsOf(chat.facts)).toEqual(['Heard: This host does not answer elicitation.']);
  });

  it('is read no faster than it is stored', async () => {
    let waiting: (() => void)[] = [];
    let isFull = false;
    const chat = await openStandIn({
      command: FAKE,
      isLagging: () => isFull,
      settled: () => (isFull ? new Promise((resolve) => void waiting.push(resolve)) : Promise.resolve()),
    });
    const release = () => {
      const [first, ...rest] = waiting;
      waiting = rest;
      first?.();
    };
    await chat.run('hello');
    const message = await chat.prepare('ten');
    chat.facts.length = 0;
    isFull = true;
    chat.command({ type: 'agent.deliver', message, delivery: chat.record.turn!.delivery });
    await until(() => expect(waiting).toHaveLength(1));
    release();
    let told = 0;
    while (!ofType(chat.facts, 'agent.said').some(({ end }) => end !== undefined)) {
      await until(() => expect(waiting.length).toBeGreaterThan(0));
      const { length } = ofType(chat.facts, 'agent.said');
      expect(length).toBeLessThanOrEqual(told + 1);
      told = length;
      release();
    }
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)).toHaveLength(10);
  });
});

describe('a delivery', () => {
  it('waits until it is on disk', async () => {
    let settle = () => {};
    let settled = Promise.resolve();
    const chat = await openStandIn({ command: FAKE, settled: () => settled });
    const message = await chat.prepare('hello');
    settled = new Promise((resolve) => {
      settle = resolve;
    });
    chat.command({ type: 'agent.deliver', message, delivery: chat.record.turn!.delivery });
    chat.command({ type: 'agent.ping' });
    expect(readFileSync(join(runFolder(chat), 'stdin'), 'utf8')).not.toContain('"content":"hello"');
    settle();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
  });

  it('cannot be prepared when the agent has gone missing meanwhile', async () => {
    const chat = await openStandIn({ command: FAKE });
    const link = join(chat.home, 'claude');
    symlinkSync(FAKE, link);
    chat.reopen({ command: link });
    await chat.run('hello');
    rmSync(link);
    chat.command({ type: 'agent.prepare', message: newMessage('again') });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(ofType(chat.facts, 'agent.exited')[0]?.failure.code).toBe('agent_unavailable');
  });

  it('cannot be prepared with a program that is too old, and says which to install', async () => {
    const chat = await openStandIn({ command: FAKE });
    const old = join(chat.home, 'old-claude');
    writeFileSync(old, "#!/bin/sh\necho '2.1.220 (Claude Code)'\n", { mode: 0o755 });
    chat.reopen({ command: old });
    chat.command({ type: 'agent.prepare', message: newMessage('hello') });
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(ofType(chat.facts, 'agent.exited')[0]?.failure).toEqual({
      code: 'agent_outdated',
      message:
        'Claude Code 2.1.220 is too old for this engine, which needs 2.1.285 or newer: ' +
        'install it (npm install -g @anthropic-ai/claude-code) or set CLAUDE_PATH to its program.',
    });
    expect(await agentProcesses(chat.home)).toEqual([]);
  });

  it('that was abandoned leaves room for the next', async () => {
    const chat = await openStandIn({ command: FAKE });
    await chat.run('first');
    await chat.prepare('never');
    chat.record.turn = null;
    chat.command({ type: 'agent.abandon' });
    await chat.run('second');
    expect(textsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
  });

  it('goes to a new process when the configuration has changed', async () => {
    const chat = await openStandIn({ command: FAKE });
    await chat.run('first');
    chat.reopen({
      login: createPlainLogin({ PATH: process.env['PATH'] ?? '', ANTHROPIC_API_KEY: 'another' }),
    });
    await chat.run('second');
    expect(deliveriesOf(chat).map(({ start }) => start)).toEqual(['new', 'resume']);
    expect(new Set(deliveriesOf(chat).map(({ sessionId }) => sessionId)).size).toBe(1);
  });

  it('stays with the old process, whatever has changed, while that has something in its background', async () => {
    const variables: Record<string, string> = { PATH: process.env['PATH'] ?? '' };
    const login = { ...createPlainLogin(variables), environment: () => variables };
    const chat = await openStandIn({ command: FAKE, login });
    await chat.run('background');
    const isTold = ({ payload }: AgentEvent) => payload['subtype'] === 'background_tasks_changed';
    await until(() => expect(eventsOf(chat.facts, 'claude-system').filter(isTold)).toHaveLength(1));
    variables['ANTHROPIC_API_KEY'] = 'another';
    await chat.run('second');
    expect(deliveriesOf(chat).map(({ start }) => start)).toEqual(['new', 'none']);
  });
});

describe('a question of an agent that works by itself', () => {
  it('stays open while another engine takes over, and is asked once', async () => {
    const chat = await openStandIn({ command: FAKE });
    await chat.run('later');
    const request = await openRequest(chat);
    chat.reopen();
    chat.command({ type: 'agent.ping' });
    await until(() => expect(ofType(chat.facts, 'agent.answered')).toHaveLength(1));
    answer(chat, request, { decision: 'deny' });
    await until(() => expect(textsOf(chat.facts)).toEqual(['Heard: deny']));
    expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
    expect(ofType(chat.facts, 'request.withdrawn')).toEqual([]);
  });
});

describe('a session that was let go', () => {
  it('says nothing any more, and leaves the process alone', async () => {
    const chat = await openStandIn({ command: FAKE });
    await chat.begin('wait');
    const told = () => ofType(chat.facts, 'agent.said').flatMap(({ events }) => events);
    await until(() => expect(told().length).toBeGreaterThan(2));
    chat.detach();
    const { length } = chat.facts;
    chat.command({ type: 'agent.kill' });
    chat.reopen();
    chat.command({ type: 'agent.interrupt' });
    await until(() => expect(ofType(chat.facts, 'agent.said').at(-1)?.end?.outcome).toBe('interrupted'));
    expect(chat.facts.slice(0, length).filter(({ type }) => type === 'agent.exited')).toEqual([]);
  });
});

function readSpool(chat: TestChat) {
  return { size: readFileSync(join(runFolder(chat), 'stdout')).length };
}
