import { describe, expect, it } from 'vitest';
import { activeTurns, isAtRest, withTurn, type CodexState } from '../../../src/agents/codex/state.ts';
import type { Step } from '../../../src/agents/step.ts';
import { openState, stepOf } from './replay.ts';

const THREAD = 'thread-1';
const CHILD = 'thread-2';

const running = follow(withTurn(openState(THREAD), { clientId: 'c1', planMode: false }), [
  { id: 'turn-c1', result: { turn: { id: 't1' } } },
  { method: 'turn/started', params: { threadId: THREAD, turn: { id: 't1', rootTurnId: 't1' } } },
]).state;

describe('the translation of what Codex prints', () => {
  it('passes over other threads', () => {
    const said = stepOf(running, completed('other', item('agentMessage', { text: 'x' })));
    expect([said.state, said.said, said.lines]).toEqual([running, [], []]);
  });

  it('leaves to the log what the server remarks on its configuration', () => {
    const summary = 'session-flags: `features.instant_interrupt` is ignored.';
    const warned = stepOf(running, { method: 'configWarning', params: { summary, details: null } });
    expect([warned.remark, warned.said, warned.state]).toEqual([summary, [], running]);
  });

  it('passes over the late end of an older turn', () => {
    const late = stepOf(running, turnCompleted(THREAD, 't0'));
    expect([late?.end, late?.state.turn?.nativeId]).toEqual([undefined, 't1']);
  });

  it('ends a turn that could not be started with what the server said', () => {
    const waiting = withTurn(openState(THREAD), { clientId: 'c1', planMode: false });
    const refused = stepOf(waiting, { id: 'turn-c1', error: { code: -32600, message: 'no' } });
    expect(refused?.end).toEqual({ outcome: 'errored', error: { code: 'agent_error', message: 'no' } });
  });

  it('shows what a sub-agent says in the chat of its parent, and never takes its end for that of the turn', () => {
    const started = { threadId: CHILD, turn: { id: 't2', rootTurnId: 't1' } };
    const said = follow(running, [
      { method: 'turn/started', params: started },
      {
        method: 'item/completed',
        params: { threadId: CHILD, turnId: 't2', item: item('agentMessage', { text: 'hi' }) },
      },
      { method: 'turn/completed', params: { threadId: CHILD, turn: { id: 't2', status: 'completed' } } },
    ]);
    expect(said.said!.map(({ payload }) => payload)).toEqual([
      {
        type: 'message',
        role: 'assistant',
        id: 'i1',
        content: [{ type: 'output_text', text: 'hi' }],
        agent_thread_id: CHILD,
      },
    ]);
    expect(said.end).toBeUndefined();
  });

  it('knows that a sub-agent works on when the turn is over', () => {
    const begun = follow(running, [
      { method: 'thread/started', params: { thread: { id: CHILD, parentThreadId: THREAD } } },
      { method: 'turn/started', params: { threadId: CHILD, turn: { id: 't2' } } },
      { method: 'turn/completed', params: { threadId: THREAD, turn: { id: 't1', status: 'completed' } } },
    ]);
    const over = { ...begun.state, turn: null };
    expect([begun.end?.outcome, activeTurns(over).length]).toEqual(['completed', 1]);
    expect(isAtRest(stepOf(over, turnCompleted(CHILD, 't2')).state)).toBe(true);
  });

  it.each(['a'.repeat(9_000_000), '\\$'.repeat(4_000_000), `a\\"`.repeat(80_000)])(
    'translates a command of a shell however long it is',
    (text) => {
      const command = { command: `/bin/bash -lc "${text}"`, cwd: '/w', status: 'inProgress' };
      const begun = stepOf(running, {
        method: 'item/started',
        params: { threadId: THREAD, turnId: 't1', item: item('commandExecution', command) },
      });
      expect(begun.said).toHaveLength(1);
    },
  );

  it('takes the output of a command from its end, not from its deltas', () => {
    const command = {
      command: "/bin/bash -lc 'ls -l'",
      cwd: '/w',
      status: 'completed',
      exitCode: 0,
      durationMs: 3,
    };
    const ran = follow(running, [
      {
        method: 'item/started',
        params: { threadId: THREAD, turnId: 't1', item: item('commandExecution', command) },
      },
      {
        method: 'item/commandExecution/outputDelta',
        params: { threadId: THREAD, itemId: 'i1', delta: 'two' },
      },
      {
        method: 'item/completed',
        params: {
          threadId: THREAD,
          turnId: 't1',
          item: item('commandExecution', { ...command, aggregatedOutput: 'one\ntwo' }),
        },
      },
    ]);
    expect(ran.said!.map(({ type, payload }) => [type, payload])).toEqual([
      [
        'response_item',
        {
          type: 'function_call',
          call_id: 'i1',
          name: 'exec_command',
          arguments: '{"cmd":"ls -l","workdir":"/w"}',
        },
      ],
      [
        'response_item',
        {
          type: 'function_call_output',
          call_id: 'i1',
          output: 'one\ntwo',
          metadata: { exit_code: 0, status: 'completed', duration_ms: 3 },
        },
      ],
    ]);
  });

  it('keeps an item that it does not know', () => {
    const strange = item('telepathy', { thought: 'x' });
    const [event] = stepOf(running, completed(THREAD, strange)).said!;
    expect(event?.payload).toEqual({
      type: 'custom_tool_call',
      call_id: 'i1',
      name: 'codex.telepathy',
      input: JSON.stringify(strange),
      status: 'completed',
    });
  });

  it.each([
    ['mcpToolCall', { server: 'echo', tool: 'say', arguments: { a: 1 } }, 'mcp__echo__say', '{"a":1}'],
    ['webSearch', { query: 'weather' }, 'web_search', '{"query":"weather"}'],
    ['dynamicToolCall', { tool: 'dig', arguments: {} }, 'dig', '{}'],
  ])('shows a %s as a call of that tool, with its output', (type, fields, name, input) => {
    const { said: events = [] } = stepOf(running, completed(THREAD, item(type, fields)));
    const [call, output] = events.map(({ payload }) => payload);
    expect(call).toEqual({ type: 'custom_tool_call', call_id: 'i1', name, input, status: 'completed' });
    expect(output).toMatchObject({ type: 'custom_tool_call_output', call_id: 'i1' });
  });

  it('shows reasoning part by part', () => {
    const thought = item('reasoning', { summary: ['one', 'two'], content: [] });
    expect(stepOf(running, completed(THREAD, thought)).said!.map(({ payload }) => payload)).toEqual([
      { type: 'agent_reasoning', text: 'one' },
      { type: 'agent_reasoning', text: 'two' },
    ]);
  });

  it('shows a to-do list as the call that changed it', () => {
    const plan = [{ step: 'a', status: 'inProgress' }];
    const frame = { method: 'turn/plan/updated', params: { threadId: THREAD, turnId: 't1', plan } };
    const [call, output] = stepOf(running, frame).said!.map(({ payload }) => payload);
    expect(call).toEqual({
      type: 'function_call',
      call_id: 't1-plan-1',
      name: 'update_plan',
      arguments: JSON.stringify({ explanation: null, plan }),
    });
    expect(output).toMatchObject({ type: 'function_call_output', call_id: 't1-plan-1' });
  });
});

describe('a login of Codex', () => {
  const error = {
    message: 'Reconnecting',
    codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 401 } },
  };
  const retried = { method: 'error', params: { threadId: THREAD, error, willRetry: true } };
  const failure = { id: 't1', status: 'failed', error: { message: 'no', codexErrorInfo: 'unauthorized' } };
  const failed = { method: 'turn/completed', params: { threadId: THREAD, turn: failure } };

  it('is refused from the first retry to the next answer of the model', () => {
    expect(follow(running, [retried]).state.turn?.isLoginRejected).toBe(true);
    const answered = stepOf(follow(running, [retried]).state, completed(THREAD, item('agentMessage', {})));
    expect(answered?.state.turn).toMatchObject({ isLoginRejected: false, isServed: true });
  });

  it('that ended a round leaves the turn open, and another round carries it on', () => {
    const { state, end } = follow(running, [retried, failed]);
    expect(end).toBeUndefined();
    expect(state.turn?.refusal).toMatchObject({ outcome: 'errored', error: { code: 'auth' } });
    const next = follow(state, [{ id: 'turn-c1~1go', result: { turn: { id: 't2' } } }]).state;
    expect(next.turn).toMatchObject({
      round: 1,
      nativeId: 't2',
      refusal: null,
      isCarriedOn: true,
      isServed: false,
    });
  });
});

/** The last step, with what all of them say. */
function follow(before: CodexState, frames: object[]): Step<CodexState> {
  let whole: Step<CodexState> = { state: before };
  for (const frame of frames) {
    const next = stepOf(whole.state, frame);
    whole = { ...next, said: [...(whole.said ?? []), ...(next.said ?? [])] };
  }
  return whole;
}

function item(type: string, fields: object) {
  return { type, id: 'i1', ...fields };
}

function completed(threadId: string, done: object) {
  return { method: 'item/completed', params: { threadId, turnId: 't1', item: done } };
}

function turnCompleted(threadId: string, id: string) {
  return { method: 'turn/completed', params: { threadId, turn: { id, status: 'completed' } } };
}
