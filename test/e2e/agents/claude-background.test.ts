import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { byPrompt, inSteps } from '../../support/scripted-turns.ts';
import { claudeProcesses } from '../../support/agent-processes.ts';
import { deliveriesOf, ofType, taskStatesOf, textsOf, until } from '../../agents/claude/stand-in.ts';
import { openChat } from './support.ts';

describe('a sub-agent of Claude Code', () => {
  it('works on after its turn has ended, and the chat is told until it rests', async () => {
    const gate = createGate();
    const chat = await openChat({
      script: byPrompt({
        delegate: inSteps(
          useTool('Agent', { description: 'd', prompt: 'errand', subagent_type: 'general-purpose' }),
          say('Delegated.'),
        ),
        errand: () => say('Errand ', gate, 'done.'),
        'task-notification': () => say('Noted.'),
      }),
    });
    const ended = await chat.run('delegate');
    expect(ended.end?.outcome).toBe('completed');
    expect(ended.selfDirected).toBe(true);
    gate.open();
    await until(() => expect(chat.record.selfDirected).toBe(false));
    const own = ofType(chat.facts, 'agent.said').filter(({ messageId }) => messageId === null);
    expect(textsOf(own)).toContain('Errand done.');
    expect(ofType(chat.facts, 'agent.said').filter(({ end }) => end !== undefined)).toHaveLength(1);
  });

  it('is found at work by the next engine, and can be interrupted', async () => {
    const gate = createGate();
    const chat = await openChat({
      script: byPrompt({
        delegate: inSteps(
          useTool('Agent', { description: 'd', prompt: 'errand', subagent_type: 'general-purpose' }),
          say('Delegated.'),
        ),
        errand: () => say('Errand ', gate, 'done.'),
      }),
    });
    await chat.run('delegate');
    expect(chat.record.selfDirected).toBe(true);
    chat.reopen();
    chat.command({ type: 'agent.interrupt' });
    await until(() => expect(chat.record.selfDirected).toBe(false));
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });
});

describe('a command of Claude Code itself', () => {
  it('may start another session, which is then the one to be resumed', async () => {
    const chat = await openChat({ script: byPrompt({}), idleMs: 100 });
    await chat.run('before');
    const { sessionId } = chat.record;
    expect((await chat.run('/clear')).end?.outcome).toBe('completed');
    expect(chat.record.sessionId).not.toBe(sessionId);
    await chat.run('after');
    await until(async () => expect(await claudeProcesses(chat.home)).toEqual([]));
    await chat.run('resumed');
    expect(deliveriesOf(chat).at(-1)).toMatchObject({ start: 'resume', sessionId: chat.record.sessionId });
    const asked = JSON.stringify(chat.model.messages().at(-1));
    expect([asked.includes('You said: before'), asked.includes('You said: after')]).toEqual([false, true]);
  });
});

describe('a conversation of Claude Code that is cleared', () => {
  it('goes on with its shells in the background, with what they print and their end, for the next engine too', async () => {
    const shell = (name: string) =>
      inSteps(
        useTool('Bash', {
          command: `echo ${name}; until [ -e go ]; do sleep 0.1; done`,
          run_in_background: true,
        }),
        say('Left.'),
      );
    const chat = await openChat({ script: byPrompt({ before: shell('one'), after: shell('two') }) });
    await chat.run('before');
    await chat.run('/clear');
    chat.reopen();
    await chat.run('after');
    await until(() => expect(chat.record.tasks).toHaveLength(2));
    const tasks = chat.record.tasks!;
    await until(() => expect(tasks.map((task) => chat.outputOf(task))).toEqual(['one\n', 'two\n']));
    await writeFile(join(chat.home, 'workspaces', 'go'), '');
    for (const { id } of tasks)
      await until(() => expect(taskStatesOf(chat.facts, id)).toEqual(['running', 'completed']));
  });
});

describe('too many processes of Claude Code', () => {
  it('are brought down by ending the one that rested longest', async () => {
    const chat = await openChat({ script: byPrompt({}), processesMax: 1 });
    await chat.run('first');
    const other = chat.sibling();
    expect((await other.run('second')).end?.outcome).toBe('completed');
    await until(async () => expect(await claudeProcesses(chat.home)).toHaveLength(1));
    expect((await chat.run('third')).end?.outcome).toBe('completed');
    expect(deliveriesOf(chat).map(({ start }) => start)).toEqual(['new', 'resume']);
    expect(JSON.stringify(chat.model.messages().at(-1))).toContain('You said: first');
  });
});
