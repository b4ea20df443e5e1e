import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/agents/claude/decide.ts';
import { foundState, freshState } from '../../../src/agents/claude/state.ts';
import { taskOutput } from '../../../src/agents/claude/tasks.ts';
import { readOutput, type TaskOutput } from '../../../src/agents/tasks.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { CIRCUMSTANCES, NOW, read, replay } from './replay.ts';

const AT = '2026-11-22T11:59:00.000Z';

const use = (id: string, name: string) => ({
  type: 'assistant',
  message: { content: [{ type: 'tool_use', id, name, input: {} }] },
  timestamp: AT,
});
const about = (subtype: string, fields: object = {}) => ({
  type: 'system',
  subtype,
  task_id: 't1',
  session_id: 's1',
  ...fields,
});
const started = (fields: object = {}) =>
  about('task_started', {
    tool_use_id: 'a',
    task_type: 'local_bash',
    description: 'Count',
    is_backgrounded: true,
    ...fields,
  });
const updated = (patch: object) => about('task_updated', { patch });

function tasksAfter(...lines: object[]) {
  return decide(read(freshState('s1', null), ...lines).state, CIRCUMSTANCES).tasks;
}

const SHELL = {
  id: 't1',
  kind: 'shell',
  title: 'Count',
  state: 'running',
  startedAt: AT,
};

describe('what Claude Code runs beside its turns', () => {
  it('is a shell in the background, since its tool was called', () => {
    expect(tasksAfter(use('a', 'Bash'), started())).toEqual([SHELL]);
  });

  it('is not a shell that its turn waits for, until it is left to itself', () => {
    const waited = started({ is_backgrounded: false });
    expect(tasksAfter(use('a', 'Bash'), waited)).toEqual([]);
    expect(tasksAfter(use('a', 'Bash'), waited, about('task_notification', { status: 'completed' }))).toEqual(
      [],
    );
    expect(tasksAfter(use('a', 'Bash'), waited, updated({ is_backgrounded: true }))).toEqual([SHELL]);
  });

  it.each([
    ['agent', 'local_agent', 'Agent', false],
    ['agent', 'local_workflow', 'Workflow', true],
    ['monitor', 'local_bash', 'Monitor', true],
    ['monitor', 'monitor_mcp', 'Subscribe', true],
  ])('is a sub-agent or a monitor by what began it: %s (%s)', (kind, type, tool, isBackgrounded) => {
    const begun = started({ task_type: type, is_backgrounded: isBackgrounded });
    expect(tasksAfter(use('a', tool), begun)).toMatchObject([{ kind, state: 'running' }]);
  });

  it('counts the tokens of a sub-agent', () => {
    const progress = about('task_progress', { usage: { total_tokens: 17 } });
    expect(tasksAfter(started({ task_type: 'local_agent' }), progress)).toMatchObject([{ tokens: 17 }]);
  });

  it.each([
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['killed', 'stopped'],
  ])('ends %s as it is told first: %s', (status, state) => {
    const end_time = Date.parse('2026-11-22T12:00:05.000Z');
    const later = about('task_notification', { status: 'completed' });
    expect(tasksAfter(use('a', 'Bash'), started(), updated({ status, end_time }), later)).toEqual([
      { ...SHELL, state, endedAt: '2026-11-22T12:00:05.000Z' },
    ]);
  });

  it('is known to a process that is taken up, and read again without a change', () => {
    const task = { ...SHELL, kind: 'shell' as const, state: 'running' as const };
    const state = { ...foundState('s1'), background: [task] };
    expect(read(state, use('a', 'Bash'), started()).state.background).toBe(state.background);
    expect(read(state, updated({ status: 'completed' })).state.background).toMatchObject([
      { state: 'completed' },
    ]);
  });

  it('is at most fifty at a time', () => {
    const many = Array.from({ length: 60 }, (_, index) => started({ task_id: `t${index}` }));
    const ended = many.map(({ task_id: id }) =>
      about('task_updated', { task_id: id, patch: { status: 'completed' } }),
    );
    expect(tasksAfter(...many)).toHaveLength(50);
    const { state } = read(freshState('s1', null), ...many, ...ended, started({ task_id: 'new' }));
    expect(state.background.map(({ id }) => id).slice(-1)).toEqual(['new']);
    expect(state.background).toHaveLength(50);
  });

  it('in a recording begins and completes, which ends no turn', () => {
    const { steps, ends } = replay('background-task');
    const states = steps.map(({ standing }) => standing.tasks?.[0]?.state);
    expect([...new Set(states)]).toEqual([undefined, 'running', 'completed']);
    expect(ends).toHaveLength(1);
  });
});

describe('the output of a task of Claude Code', () => {
  const place = { chatId: 'c1', home: '/home/someone', workspaces: '/nowhere/w' };
  const task = { ...SHELL, kind: 'shell' as const, state: 'running' as const, startedAt: NOW.toISOString() };

  it('stands in a file of the session that began it, whichever the chat has now', async () => {
    const output = taskOutput(task, place);
    expect(output).toMatchObject({
      below: expect.stringMatching(/replicas-[\da-f]{12}\/claude-\d+\/-nowhere-w$/),
      file: 'tasks/t1.output',
    });
    const below = await temporaryFolder();
    for (const session of ['s0', 's1/tasks']) await mkdir(join(below, session), { recursive: true });
    await writeFile(join(below, 's1/tasks/t1.output'), 'said');
    expect(readOutput({ ...output, below } as TaskOutput)).toMatchObject({ text: 'said' });
  });

  it.each(['../x', '', 'a/b'])('is not looked for elsewhere: %j', (id) => {
    expect(taskOutput({ ...task, id }, place)).toBeNull();
  });

  it('of a sub-agent is what it says and the tools that it calls', () => {
    const lines = [
      { type: 'user', message: { content: 'errand' } },
      { type: 'attachment', attachment: {} },
      {
        type: 'assistant',
        message: { content: [{ type: 'tool_use', id: 'b', name: 'Bash', input: { command: 'ls' } }] },
      },
      { type: 'assistant', message: { content: [{ type: 'text', text: 'Done.' }] } },
    ];
    const output = taskOutput({ ...task, kind: 'agent' }, place);
    const transcript = `ull,"cut off\n${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
    expect(output !== null && 'file' in output && output.read(transcript)).toBe('errand\nBash ls\nDone.');
  });
});
