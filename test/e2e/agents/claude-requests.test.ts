import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AgentRequest, Answer } from '../../../src/contract/requests.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../../src/dev/turn-script.ts';
import { ofType, textsOf, until, type TestChat } from '../../agents/claude/stand-in.ts';
import { inSteps } from '../../support/scripted-turns.ts';
import { openChat } from './support.ts';

const QUESTION = {
  question: 'Which?',
  header: 'Choice',
  multiSelect: false,
  options: [
    { label: 'A', description: 'a' },
    { label: 'B', description: 'b' },
  ],
};

const asks = scriptTurns((_, [result]) =>
  result ? say(`Heard: ${result.text}`) : useTool('AskUserQuestion', { questions: [QUESTION] }),
);

describe('a question of Claude Code', () => {
  it('reaches whoever watches, and the answer reaches the agent', async () => {
    const chat = await openChat({ script: asks });
    const message = await chat.begin('ask me');
    const request = await requestOf(chat);
    expect(request).toMatchObject({ kind: 'question', tool: 'AskUserQuestion', questions: [QUESTION] });
    answer(chat, request, { decision: 'allow', answers: { 'Which?': 'B' } });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)[0]).toContain('"Which?"="B"');
  });

  it('may be declined', async () => {
    const chat = await openChat({ script: asks });
    const message = await chat.begin('ask me');
    answer(chat, await requestOf(chat), { decision: 'deny', message: 'Ask somebody else.' });
    await chat.ended(message);
    expect(textsOf(chat.facts)[0]).toContain('Ask somebody else.');
  });

  it('is withdrawn when the turn is interrupted', async () => {
    const chat = await openChat({ script: asks });
    const message = await chat.begin('ask me');
    const { id } = await requestOf(chat);
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect(ofType(chat.facts, 'request.withdrawn').map(({ requestId }) => requestId)).toEqual([id]);
  });

  it('waits for the next engine, which can answer it', async () => {
    const chat = await openChat({ script: asks });
    const message = await chat.begin('ask me');
    const request = await requestOf(chat);
    chat.reopen();
    answer(chat, request, { decision: 'allow', answers: { 'Which?': 'A' } });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(textsOf(chat.facts)[0]).toContain('"Which?"="A"');
    expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
  });
});

describe('a chat whose agent has to ask', () => {
  it.each([
    { decision: 'allow' as const, isWritten: true },
    { decision: 'deny' as const, isWritten: false },
  ])('changes a file only when that is allowed ($decision)', async ({ decision, isWritten }) => {
    const file = () => join(chat.home, 'workspaces', 'asked.txt');
    const script = scriptTurns((_, [result]) =>
      result ? say('Done.') : useTool('Write', { file_path: file(), content: 'asked' }),
    );
    const chat: TestChat = await openChat({ script, policy: 'ask' });
    const message = await chat.begin('write');
    const request = await requestOf(chat);
    expect(request).toMatchObject({ kind: 'permission', tool: 'Write', input: { file_path: file() } });
    expect(existsSync(file())).toBe(false);
    answer(chat, request, { decision });
    await chat.ended(message);
    expect(existsSync(file()) && readFileSync(file(), 'utf8') === 'asked').toBe(isWritten);
  });
});

it('a chat that was told always is not asked for the next file', async () => {
  const file = (name: string) => join(chat.home, 'workspaces', name);
  const write = (name: string) => useTool('Write', { file_path: file(name), content: 'asked' });
  const script = scriptTurns((...turn) => inSteps(write('one.txt'), write('two.txt'), say('Done.'))(...turn));
  const chat: TestChat = await openChat({ script, policy: 'ask' });
  const message = await chat.begin('write');
  const request = await requestOf(chat);
  answer(chat, request, { decision: 'allow', always: true });
  await chat.ended(message);

  expect(request.always?.title).toBe('all edits of files in this session');
  expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
  expect(existsSync(file('two.txt'))).toBe(true);
});

async function requestOf(chat: TestChat): Promise<AgentRequest> {
  await until(() => expect(ofType(chat.facts, 'request.opened')).toHaveLength(1));
  return chat.record.requests[0]!;
}

function answer(chat: TestChat, request: AgentRequest, given: Answer): void {
  chat.command({ type: 'agent.answer', request, answer: given });
}
