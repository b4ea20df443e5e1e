import { describe, expect, it } from 'vitest';
import {
  freshState,
  isAtRest,
  withTurn,
  worksByItself,
  type CodexState,
} from '../../../src/agents/codex/state.ts';
import type { Translation } from '../../../src/agents/codex/step.ts';
import { translate } from '../../../src/agents/codex/translate.ts';
import { frameOf, NOW } from './replay.ts';

const THREAD = 'thread-1';
const CHILD = 'thread-2';

const running = follow(withTurn(freshState(THREAD), { clientId: 'c1', notice: null, planMode: false }), [
  { id: 'turn-c1', result: { turn: { id: 't1' } } },
  { method: 'turn/started', params: { threadId: THREAD, turn: { id: 't1', rootTurnId: 't1' } } },
]).state;

describe('the translation of what Codex prints', () => {
  it('passes over other threads', () => {
    const said = translate(running, completed('other', item('agentMessage', { text: 'x' })), NOW);
    expect(said).toEqual({ state: running, events: [] });
  });

  it('passes over the late end of an older turn', () => {
    const late = translate(running, turnCompleted(THREAD, 't0'), NOW);
    expect([late?.end, late?.state.turn?.nativeId]).toEqual([undefined, 't1']);
  });

  it('ends a turn that could not be started with what the server said', () => {
    const waiting = withTurn(freshState(THREAD), { clientId: 'c1', notice: null, planMode: false });
    const refused = translate(
      waiting,
      frameOf({ id: 'turn-c1', error: { code: -32600, message: 'no' } }),
      NOW,
    );
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
    expect(said.events.map(({ payload }) => payload)).toEqual([
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
    expect([begun.end?.outcome, worksByItself(over)]).toEqual(['completed', true]);
    expect(isAtRest(translate(over, turnCompleted(CHILD, 't2'), NOW)!.state)).toBe(true);
  });

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
    expect(ran.events.map(({ type, payload }) => [type, payload])).toEqual([
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
    const [event] = translate(running, completed(THREAD, strange), NOW)!.events;
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
    const { events } = translate(running, completed(THREAD, item(type, fields)), NOW)!;
    const [call, output] = events.map(({ payload }) => payload);
    expect(call).toEqual({ type: 'custom_tool_call', call_id: 'i1', name, input, status: 'completed' });
    expect(output).toMatchObject({ type: 'custom_tool_call_output', call_id: 'i1' });
  });

  it('shows reasoning part by part', () => {
    const thought = item('reasoning', { summary: ['one', 'two'], content: [] });
    expect(translate(running, completed(THREAD, thought), NOW)!.events.map(({ payload }) => payload)).toEqual(
      [
        { type: 'agent_reasoning', text: 'one' },
        { type: 'agent_reasoning', text: 'two' },
      ],
    );
  });

  it('shows a to-do list as the call that changed it', () => {
    const plan = [{ step: 'a', status: 'inProgress' }];
    const frame = frameOf({ method: 'turn/plan/updated', params: { threadId: THREAD, turnId: 't1', plan } });
    const [call, output] = translate(running, frame, NOW)!.events.map(({ payload }) => payload);
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
    const answered = translate(
      follow(running, [retried]).state,
      completed(THREAD, item('agentMessage', {})),
      NOW,
    );
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

/** The last translation, with the events of all. */
function follow(before: CodexState, frames: object[]): Translation {
  let whole: Translation = { state: before, events: [] };
  for (const value of frames) {
    const next = translate(whole.state, frameOf(value), NOW);
    if (next !== null) whole = { ...next, events: [...whole.events, ...next.events] };
  }
  return whole;
}

function item(type: string, fields: object) {
  return { type, id: 'i1', ...fields };
}

function completed(threadId: string, done: object) {
  return frameOf({ method: 'item/completed', params: { threadId, turnId: 't1', item: done } });
}

function turnCompleted(threadId: string, id: string) {
  return frameOf({ method: 'turn/completed', params: { threadId, turn: { id, status: 'completed' } } });
}
