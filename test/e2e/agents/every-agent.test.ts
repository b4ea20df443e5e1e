import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../src/contract/requests.ts';
import { say } from '../../../src/dev/scripted-steps.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { answer, ofType, openRequest, runFolder, toolIsOpen, until } from '../../agents/claude/stand-in.ts';
import { ENDLESS_COMMAND } from '../../support/agent-processes.ts';
import { createGate } from '../../support/gate.ts';
import { hang } from '../../support/model-troubles.ts';
import { echo, inSteps, turnByPrompt } from '../../support/scripted-turns.ts';
import { AGENTS } from './agent-under-test.ts';

const QUESTION = {
  question: 'Which?',
  header: 'Choice',
  options: [
    { label: 'A', description: 'the first' },
    { label: 'B', description: 'the second' },
  ],
};

describe.each(AGENTS)('$name, like every agent,', ({ asking, lacks, open, run, saidIn }) => {
  const asks: Turn = (_, [result]) => (result ? say(`Heard: ${result.text}`) : asking.step(QUESTION));
  const ask = async () => {
    const chat = await open({ turn: asks });
    const message = await chat.begin('ask me', asking.options);
    return { chat, message, request: await openRequest(chat) };
  };
  const askWhetherItMay = async () => {
    const chat = await open({ turn: inSteps(run('echo x > asked.txt'), say('Done.')), policy: 'ask' });
    const message = await chat.begin('write');
    return { chat, message, request: await openRequest(chat) };
  };

  it('hands its question to whoever watches, and is given the answer', async () => {
    const { chat, message, request } = await ask();
    expect(request).toMatchObject({ kind: 'question', tool: asking.tool });
    const options = [{ label: 'A' }, { label: 'B' }];
    expect(request.questions?.[0]).toMatchObject({ question: 'Which?', header: 'Choice', options });
    answer(chat, request, { decision: 'allow', answers: { 'Which?': 'B' } });
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(saidIn(chat.facts)[0]).toContain('"B"');
  });

  it('is told why nobody answers its question', async ({ skip }) => {
    skip(lacks.planWords !== undefined, lacks.planWords);
    const { chat, message, request } = await ask();
    answer(chat, request, { decision: 'deny', message: 'Ask somebody else.' });
    await chat.ended(message);
    expect(saidIn(chat.facts)[0]).toContain('Ask somebody else.');
  });

  describe.each<{ what: string; begin: typeof ask; given: Answer }>([
    { what: 'a question', begin: ask, given: { decision: 'allow', answers: { 'Which?': 'A' } } },
    { what: 'whether it may', begin: askWhetherItMay, given: { decision: 'allow' } },
  ])('when it asks $what,', ({ begin, given }) => {
    it('waits for the next engine, which can answer it', async () => {
      const { chat, message, request } = await begin();
      chat.reopen();
      answer(chat, request, given);
      expect((await chat.ended(message)).end?.outcome).toBe('completed');
      const isHeard = saidIn(chat.facts)[0]?.includes('"A"') ?? false;
      expect(isHeard || existsSync(join(chat.home, 'workspaces', 'asked.txt'))).toBe(true);
      expect(ofType(chat.facts, 'request.opened')).toHaveLength(1);
    });

    it('withdraws that when it is interrupted', async () => {
      const { chat, message, request } = await begin();
      chat.command({ type: 'agent.interrupt' });
      expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
      const withdrawn = ofType(chat.facts, 'request.withdrawn').map(({ requestId }) => requestId);
      expect(withdrawn).toEqual([request.id]);
    });
  });

  it('is interrupted in a message that it has not even seen', async () => {
    const chat = await open({ turn: turnByPrompt({ 'too late': () => hang }) });
    const message = await chat.begin('too late');
    chat.command({ type: 'agent.interrupt' });
    expect((await chat.ended(message)).end?.outcome).toBe('interrupted');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
    expect(saidIn(chat.facts)).toEqual(['You said: next']);
  });

  it('answers an interrupt while it rests', async () => {
    const chat = await open({ turn: echo });
    await chat.run('first');
    const { length } = chat.facts;
    chat.command({ type: 'agent.interrupt' });
    await until(() => expect(chat.facts).toHaveLength(length + 1));
    expect(chat.facts.at(-1)).toMatchObject({ type: 'agent.said', events: [], selfDirected: false });
  });

  it('is heard out by the next engine about what it printed while there was none', async () => {
    const gate = createGate();
    const chat = await open({ turn: turnByPrompt({ long: () => say('Begun. ', gate, 'Done.') }) });
    const message = await chat.begin('long');
    await gate.reached;
    chat.detach();
    gate.open();
    await until(() => expect(readFileSync(join(runFolder(chat), 'stdout'), 'utf8')).toContain('Done.'));
    chat.reopen();
    expect((await chat.ended(message)).end?.outcome).toBe('completed');
    expect(saidIn(chat.facts)).toEqual(['Begun. Done.']);
  });

  it('is ended when it prints half a message, and takes the next one', async () => {
    const chat = await open({ turn: turnByPrompt({ tool: inSteps(run(ENDLESS_COMMAND), say('Never.')) }) });
    await chat.begin('tool');
    await toolIsOpen(chat);
    await appendFile(join(runFolder(chat), 'stdout'), 'not a frame\n{"method":"item/com\n');
    await until(() => expect(ofType(chat.facts, 'agent.exited')).toHaveLength(1));
    expect(ofType(chat.facts, 'agent.exited')[0]?.failure.code).toBe('agent_output_damaged');
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });
});
