import { describe, expect, it } from 'vitest';
import { replay } from './replay.ts';

const COMMAND = ['function_call exec_command', 'function_call_output'];
const PATCH = ['custom_tool_call apply_patch', 'custom_tool_call_output'];
const ASKED = '? exec_command';

const DONE = ['message', '-> completed'];
const ECHO = ['user_message', ...DONE];
const APPROVED = ['user_message', 'function_call exec_command', ASKED, 'function_call_output'];

/** What a chat is told of each recording, turn by turn. */
const STORIES: Record<string, string[][]> = {
  approvals: [
    [...APPROVED, ...DONE],
    ['user_message', 'custom_tool_call apply_patch', '? apply_patch'],
    ['custom_tool_call_output', ...DONE],
    [...APPROVED, '-> interrupted'],
    [...APPROVED, ...DONE],
  ],
  'basic-plan-patch': [ECHO, ECHO, ['user_message', ...PATCH, ...DONE]],
  'clean-terminals': [['user_message', ...COMMAND, '-> interrupted']],
  'crash-tool-resume': [['user_message', ...COMMAND], ECHO],
  'error-500': [['user_message', ...Array.from({ length: 5 }, () => 'stream_error'), 'error', '-> errored']],
  interrupt: [
    ['user_message', 'message', '-> interrupted'],
    ['user_message', ...COMMAND, '-> interrupted'],
    ECHO,
  ],
  'plan-mode': [['user_message', 'message', 'message', '? proposed_plan', '-> completed'], ECHO],
  steer: [['user_message', ...COMMAND, 'user_message', 'user_message', ...DONE]],
};

describe('recordings of Codex', () => {
  it.each(Object.entries(STORIES))('tell of %s what happened, in its order', (name, story) => {
    expect(replay(name).story).toEqual(story.flat());
  });

  it.each(Object.keys(STORIES))('leave nothing open at the end of %s', (name) => {
    const { state } = replay(name);
    expect([state.openItems, state.turn, state.activeTurn]).toEqual([[], null, null]);
  });

  it.each(Object.keys(STORIES))('give each call of %s its output', (name) => {
    const count = (types: string[]) =>
      replay(name).events.filter(({ payload }) => types.includes(String(payload['type']))).length;
    expect(count(['function_call', 'custom_tool_call'])).toBe(
      count(['function_call_output', 'custom_tool_call_output']),
    );
  });

  it('show a sub-agent at work inside the turn of its parent', () => {
    const { story, events, ends } = replay('sub-agent');
    expect(story).toEqual([
      'user_message',
      'custom_tool_call codex.subAgentActivity',
      'custom_tool_call wait',
      'message',
      'custom_tool_call codex.subAgentActivity',
      'custom_tool_call_output',
      ...DONE,
    ]);
    const [ofChild, ofParent] = events.filter(({ payload }) => payload['type'] === 'message');
    expect(ofChild?.payload).toMatchObject({
      agent_thread_id: expect.any(String),
      content: [{ text: 'child says hi' }],
    });
    expect(ofParent?.payload).not.toHaveProperty('agent_thread_id');
    expect(ends).toHaveLength(1);
  });

  it('keep what was streamed of a message that was interrupted', () => {
    const { events } = replay('interrupt');
    expect(events.find(({ payload }) => payload['type'] === 'message')?.payload).toMatchObject({
      role: 'assistant',
      content: [{ type: 'output_text', text: 'w0 w' }],
    });
  });

  it('show the command that the model asked for, not the shell around it', () => {
    const { events } = replay('clean-terminals');
    const call = events.find(({ payload }) => payload['type'] === 'function_call');
    expect(call?.payload).toEqual({
      type: 'function_call',
      call_id: 'call_A',
      name: 'exec_command',
      arguments: JSON.stringify({
        cmd: 'python3 -c "import time;time.sleep(6)"; echo hi',
        workdir: '/home/ubuntu/workspaces/demo',
      }),
    });
  });

  it('name what the model service said when a turn failed', () => {
    expect(replay('error-500').ends).toEqual([
      { outcome: 'errored', error: { code: 'model_error', message: expect.stringContaining('high demand') } },
    ]);
  });

  it('stream a proposed plan, then keep it as the model wrote it', () => {
    const { events, partials } = replay('plan-mode');
    expect(partials.map(({ payload }) => payload['type'])).toContain('plan_delta');
    expect(JSON.stringify(events)).toContain('<proposed_plan>\\n# Plan');
  });
});
