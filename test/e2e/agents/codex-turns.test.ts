import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { agentProcesses } from '../../support/agent-processes.ts';
import { echo, inSteps, saysAround } from '../../support/scripted-turns.ts';
import { addSkill } from './agent-under-test.ts';
import { codexTextsOf, openCodexChat } from './codex-support.ts';
import { eventsOf, ofType, spentIn, taskStatesOf, until } from '../../agents/claude/stand-in.ts';

const addFile = (name: string) =>
  useTool('apply_patch', { input: `*** Begin Patch\n*** Add File: ${name}\n+hello\n*** End Patch` });

describe('a turn of Codex', () => {
  it('ends completed, with what it cost, after everything that was said in it', async () => {
    const chat = await openCodexChat({ turn: echo });
    const said = await chat.run('hello');
    expect(said.end).toEqual({ outcome: 'completed' });
    expect(spentIn(chat.facts)).toEqual({
      model: expect.any(String),
      inputTokens: 8,
      outputTokens: 7,
      cacheReadTokens: 2,
      cacheWriteTokens: 0,
      contextTokens: 17,
      contextWindow: 258_400,
    });
    expect(codexTextsOf(chat.facts)).toEqual(['You said: hello']);
    expect(eventsOf(chat.facts, 'event_msg').map(({ payload }) => payload)).toEqual([
      { type: 'user_message', message: 'hello' },
    ]);
    expect(chat.partials.join('')).toContain('You said: hello');
    expect(chat.model.strays).toEqual([]);
  });

  it('names a file that is named in its message, and leaves it to the model to read it', async () => {
    const chat = await openCodexChat({ turn: echo });
    writeFileSync(join(chat.home, 'workspaces', 'NOTES.md'), 'Buy apples.');
    await chat.run('Look at @NOTES.md');
    const asked = JSON.stringify(chat.model.requests);
    expect(asked).toContain('@NOTES.md');
    expect(asked).not.toContain('Buy apples.');
  });

  it('changes files with the tools of the agent', async () => {
    const chat = await openCodexChat({ turn: inSteps(addFile('made.txt'), say('Written.')) });
    await chat.run('write it');
    const file = join(chat.home, 'workspaces', 'made.txt');
    expect(readFileSync(file, 'utf8')).toBe('hello\n');
    const [call, output] = eventsOf(chat.facts, 'response_item').map(({ payload }) => payload);
    expect(call).toEqual({
      type: 'custom_tool_call',
      call_id: expect.any(String),
      name: 'apply_patch',
      status: 'completed',
      input: `*** Begin Patch\n*** Add File: ${file}\n+hello\n*** End Patch`,
    });
    expect(output).toMatchObject({ type: 'custom_tool_call_output', call_id: call?.['call_id'] });
    expect(ofType(chat.facts, 'agent.said').map(({ openTools }) => openTools)).toContain(1);
    expect(ofType(chat.facts, 'agent.said').at(-1)?.openTools).toBe(0);
  });

  it.each(['gpt-5.5', 'gpt-6.1-sol'])('tells all that a command of %s printed', async (model) => {
    const chat = await openCodexChat({
      turn: inSteps(useTool('exec_command', { cmd: 'echo one; echo two' }), say('Ran.')),
    });
    await chat.run('run it', { model });
    const [call, output] = eventsOf(chat.facts, 'response_item').map(({ payload }) => payload);
    expect(call).toMatchObject({ type: 'function_call', name: 'exec_command' });
    expect(output).toMatchObject({ call_id: call?.['call_id'], output: 'one\ntwo\n' });
  });
});

it('commands of a message run as Codex has them, and what came of them is told', async () => {
  const chat = await openCodexChat({ turn: echo, idleMs: 500 });
  await addSkill({ skillsFolder: '.codex/skills' }, chat.home, { name: 'greet', text: 'Say hello.' });

  await chat.run('/greet Ada');
  expect(JSON.stringify(chat.model.requests.at(-1))).toContain('Say hello.');
  await chat.run('/compact');
  const { sessionId } = chat.record;
  await chat.run('/clear');
  expect(chat.record.sessionId).not.toBe(sessionId);
  await until(async () => expect(await agentProcesses(chat.home)).toEqual([]));
  await chat.run('anew');

  expect(JSON.stringify(chat.model.requests.at(-1))).not.toContain('Ada');
  expect(codexTextsOf(chat.facts)).toEqual(['You said: /greet Ada', 'You said: anew']);
  expect(eventsOf(chat.facts, 'session-gap')).toHaveLength(1);
  const told = eventsOf(chat.facts, 'event_msg').map(({ payload }) => payload);
  expect(told).toEqual([
    { type: 'user_message', message: '/greet Ada' },
    { type: 'user_message', message: '/compact' },
    { type: 'context_compacted' },
    { type: 'user_message', message: '/clear' },
    { type: 'user_message', message: 'anew' },
  ]);
  const ends = ofType(chat.facts, 'agent.said').flatMap(({ end }) => end ?? []);
  expect(ends).toEqual(Array.from({ length: 4 }, () => ({ outcome: 'completed' })));
});

it('a sub-agent of Codex is a task that works on when the turn has ended, and is ended alone when it is stopped', async () => {
  const gate = createGate();
  const errand = useTool('collaboration__spawn_agent', {
    task_name: 'errand',
    message: 'an errand',
    fork_turns: 'none',
  });
  const delegate = inSteps(errand, say('Delegated.'));
  const chat = await openCodexChat({
    configuration: ['multi_agent = true', 'multi_agent_v2 = true'],
    // What a sub-agent is told is no prompt of a user.
    turn: (prompt, results) => (prompt === 'delegate' ? delegate : saysAround(gate))(prompt, results),
  });

  expect((await chat.run('delegate')).end?.outcome).toBe('completed');

  await until(() => expect(chat.record.tasks).toMatchObject([{ kind: 'agent', title: '/root/errand' }]));
  const taskId = chat.record.tasks![0]!.id;
  expect(chat.record.selfDirected).toBe(true);
  chat.command({ type: 'agent.stopTask', taskId });
  await until(() => expect(chat.record).toMatchObject({ tasks: [], selfDirected: false }));
  expect(taskStatesOf(chat.facts, taskId)).toEqual(['running', 'stopped']);
  expect(ofType(chat.facts, 'agent.said').filter(({ end }) => end !== undefined)).toHaveLength(1);
});
