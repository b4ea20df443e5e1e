import { describe, expect, it } from 'vitest';
import type { AgentRequest } from '../../../src/contract/requests.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { scriptTurns } from '../../../src/dev/turn-script.ts';
import { ofType, until, type TestChat } from '../../agents/claude/stand-in.ts';
import { acpTextsOf, openAcpChat } from './acp-support.ts';

const QUESTION = {
  question: 'Which?',
  header: 'Choice',
  multiSelect: false,
  options: [
    { label: 'A', description: 'the first' },
    { label: 'B', description: 'the second' },
  ],
};

const asks = scriptTurns((_, [result]) =>
  result ? say(`Heard: ${result.text}`) : useTool('AskUserQuestion', { questions: [QUESTION] }),
);

describe('a question of an ACP agent', () => {
  it('reaches whoever watches, and the answer reaches the agent', async () => {
    const chat = await openAcpChat({ script: asks });
    const message = await chat.begin('ask me');
    const request = await requestOf(chat);
    expect(request).toMatchObject({ kind: 'question', tool: 'elicitation' });
    expect(request.questions?.[0]).toMatchObject({
      id: 'question_0',
      header: 'Choice',
      question: 'Which?',
      options: [{ label: 'A' }, { label: 'B' }],
    });
    chat.command({
      type: 'agent.answer',
      request,
      answer: { decision: 'allow', answers: { 'Which?': 'B' } },
    });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(acpTextsOf(chat.facts)[0]).toContain('"Which?"="B"');
  });

  it('is answered by the next engine', async () => {
    const chat = await openAcpChat({ script: asks });
    const message = await chat.begin('ask me');
    const request = await requestOf(chat);
    chat.reopen();
    chat.command({
      type: 'agent.answer',
      request,
      answer: { decision: 'allow', answers: { question_0: 'A' } },
    });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(acpTextsOf(chat.facts)[0]).toContain('"Which?"="A"');
    expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
  });

  it('is withdrawn when the turn is interrupted', async () => {
    const chat = await openAcpChat({ script: asks });
    const message = await chat.begin('ask me');
    const { id } = await requestOf(chat);
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect(ofType(chat.facts, 'request.withdrawn').map(({ requestId }) => requestId)).toEqual([id]);
  });
});

async function requestOf({ facts }: TestChat): Promise<AgentRequest> {
  await until(() => expect(ofType(facts, 'request.opened')).toHaveLength(1));
  return ofType(facts, 'request.opened')[0]!.request;
}
