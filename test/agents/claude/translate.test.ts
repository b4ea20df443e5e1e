import { describe, expect, it } from 'vitest';
import { endAtRest, isHeldBack, mayBeCarriedOn, pendingEnd } from '../../../src/agents/claude/decide.ts';
import { parseLine } from '../../../src/agents/claude/protocol.ts';
import { toolsOpenedSince } from '../../../src/agents/interruption.ts';
import {
  foundState,
  freshState,
  isAtRest,
  withTurn,
  worksByItself,
  type ClaudeState,
} from '../../../src/agents/claude/state.ts';
import { translate, type Translation } from '../../../src/agents/claude/translate.ts';
import { NOW } from './replay.ts';

const UUID = '0c2a1ad7-0e5d-4d6c-a3b5-6e5a8a3f1b11';
const RUNNING = withTurn(freshState('s', 'default'), { uuid: UUID, isEchoed: false });

const idle = { type: 'system', subtype: 'session_state_changed', state: 'idle' };
const running = { ...idle, state: 'running' };
const lifecycle = (state: string) => ({ type: 'command_lifecycle', command_uuid: UUID, state });
const echo = { type: 'user', uuid: UUID, isReplay: true, message: { content: 'hi' } };
const success = { type: 'result', subtype: 'success', is_error: false, user_message_uuids: [UUID] };
const toolUse = (id: string, parent: string | null = null) => ({
  type: 'assistant',
  message: { content: [{ type: 'tool_use', id, name: 'Bash', input: {} }] },
  parent_tool_use_id: parent,
  timestamp: '2026-11-22T11:59:00.000Z',
});
const toolResult = (id: string) => ({
  type: 'user',
  message: { content: [{ type: 'tool_result', tool_use_id: id, content: 'ok' }] },
});

function read(state: ClaudeState, ...lines: object[]): Translation & { ends: unknown[] } {
  let last: Translation = { state, events: [] };
  const ends: unknown[] = [];
  for (const line of lines) {
    const parsed = parseLine(JSON.stringify(line));
    if (parsed.kind !== 'message') throw new Error('Not a message.');
    last = translate(last.state, parsed.line, NOW);
    if (last.end !== undefined) ends.push(last.end.outcome);
  }
  return { ...last, ends };
}

describe('the end of a turn', () => {
  it('is the rest of the session after its result', () => {
    expect(read(RUNNING, running, lifecycle('started'), success).ends).toEqual([]);
    const { ends, state } = read(RUNNING, running, lifecycle('started'), success, idle);
    expect([ends, state.turn]).toEqual([['completed'], null]);
  });

  it('is known from its result on, in case the session never rests', () => {
    expect(pendingEnd(read(RUNNING, running).state)).toBeNull();
    expect(pendingEnd(read(RUNNING, running, success).state)?.outcome).toBe('completed');
  });

  it('is not the rest that belongs to an earlier turn', () => {
    expect(read(RUNNING, idle).ends).toEqual([]);
    expect(read(RUNNING, lifecycle('queued'), idle).ends).toEqual([]);
  });

  it('is not the result of a turn that the agent started by itself', () => {
    const own = { ...success, user_message_uuids: undefined, origin: { kind: 'task-notification' } };
    expect(read(RUNNING, lifecycle('started'), own, idle).ends).toEqual([]);
  });

  it('may be a result that names no message', () => {
    const unnamed = { ...success, user_message_uuids: undefined };
    expect(read(RUNNING, lifecycle('started'), unnamed, idle).ends).toEqual(['completed']);
  });

  it.each(['cancelled', 'discarded', 'refused'])(
    'is an interruption when the message was %s unread',
    (name) => {
      expect(read(RUNNING, lifecycle('queued'), lifecycle(name), idle).ends).toEqual(['interrupted']);
    },
  );

  it.each([
    { how: 'echoed', lines: [echo] },
    { how: 'called completed', lines: [lifecycle('completed')] },
  ])('is a loss when a message that was given again is only $how', ({ lines }) => {
    expect(read(RUNNING, ...lines, idle).ends).toEqual(['lost']);
  });

  it('is a completion when its result was never printed', () => {
    expect(endAtRest(read(RUNNING, lifecycle('started'), lifecycle('completed')).state)).toEqual({
      outcome: 'completed',
    });
  });

  it('is an error when a setting of it was refused, however the agent puts it', () => {
    const refusal = {
      type: 'control_response',
      response: { subtype: 'error', request_id: `${UUID}-model`, error: "Model 'x' not found" },
    };
    const aborted = { ...success, subtype: 'error_during_execution', terminal_reason: 'aborted_streaming' };
    const { state } = read(RUNNING, refusal, lifecycle('started'), { ...aborted, is_error: true });
    expect(pendingEnd(state)).toMatchObject({
      outcome: 'errored',
      error: { code: 'model_not_found', message: "Model 'x' not found" },
    });
  });
});

describe('a login', () => {
  const retry = { type: 'system', subtype: 'api_retry', error: 'authentication_failed' };
  const failure = { ...success, is_error: true, api_error_status: 401, result: 'Failed to authenticate.' };
  const answer = { type: 'assistant', message: { content: [] } };

  it('is refused from the first retry to the next answer of the model', () => {
    expect(read(RUNNING, retry).state.isLoginRejected).toBe(true);
    expect(read(RUNNING, retry, { ...answer, error: 'authentication_failed' }).state.isLoginRejected).toBe(
      true,
    );
    expect(read(RUNNING, retry, answer).state.isLoginRejected).toBe(false);
  });

  it('that ended a turn leaves the turn open to be carried on', () => {
    const { state, end } = read(RUNNING, retry, failure, lifecycle('cancelled'), idle);
    expect(end).toMatchObject({ outcome: 'errored', error: { code: 'auth' } });
    expect(isHeldBack(state)).toBe(true);
    expect(mayBeCarriedOn(state)).toBe(true);
  });
});

describe('how far the agent is with a message', () => {
  const stageAfter = (...lines: object[]) => read(RUNNING, ...lines).state.turn?.stage;
  const said = (error?: string) => ({ type: 'assistant', message: { content: [] }, error });

  it('is what it last said of it', () => {
    expect(stageAfter()).toBe('given');
    expect(stageAfter(lifecycle('queued'))).toBe('seen');
    expect(stageAfter(lifecycle('queued'), echo)).toBe('recorded');
    expect(stageAfter(lifecycle('queued'), echo, lifecycle('started'))).toBe('started');
    expect(stageAfter(lifecycle('started'), echo)).toBe('started');
    expect(stageAfter(lifecycle('started'), said('overloaded'))).toBe('answered');
    expect(stageAfter(lifecycle('started'), said(), said('overloaded'))).toBe('served');
    expect(stageAfter(lifecycle('started'), said(), lifecycle('completed'))).toBe('finished');
  });

  it('does not change once its result is there', () => {
    expect(stageAfter(lifecycle('started'), said(), success, lifecycle('cancelled'))).toBe('served');
  });

  it('is not told by an answer to something else', () => {
    expect(stageAfter(said())).toBe('given');
    expect(stageAfter(lifecycle('queued'), said())).toBe('seen');
  });

  it('has begun where another process left off', () => {
    const given = { uuid: UUID, isEchoed: true, isCarriedOn: true };
    expect(withTurn(freshState('s', null), given).turn?.stage).toBe('started');
  });
});

describe('a process that was found', () => {
  const found = { ...foundState('s'), greeting: 'ours' };
  const hello = (id: string, response: object) => ({
    type: 'control_response',
    response: { subtype: 'success', request_id: id, response, pending_permission_requests: [] },
  });

  it('is known again when it answers our greeting, not when an older answer is read', () => {
    expect(read(found, hello('older', {})).state.greeting).toBe('ours');
    expect(read(found, hello('ours', {})).state.greeting).toBeNull();
  });

  it('says what it does', () => {
    const said = { session_state: 'running', current_permission_mode: 'plan' };
    expect(read(found, hello('ours', said)).state).toMatchObject({
      session: 'running',
      permissionMode: 'plan',
    });
  });
});

describe('a session state that nobody knows', () => {
  const napping = { ...idle, state: 'napping' };

  it('keeps nobody waiting: a process without a message counts as one that rests', () => {
    const { state } = read(freshState('s', null), running, napping);
    expect([state.session, worksByItself(state), isAtRest(state)]).toEqual(['unfamiliar', false, true]);
  });

  it('does not end a turn that has no result yet', () => {
    expect(read(RUNNING, echo, napping).ends).toEqual([]);
    expect(pendingEnd(read(RUNNING, lifecycle('started'), success, napping).state)?.outcome).toBe(
      'completed',
    );
  });
});

describe('what a line brings', () => {
  it('is kept even if nobody knows its type', () => {
    expect(read(RUNNING, { type: 'brand_new', a: 1 }).events).toEqual([
      { timestamp: NOW.toISOString(), type: 'claude-brand_new', payload: { type: 'brand_new', a: 1 } },
    ]);
    expect(read(RUNNING, { no: 'type' }).events.map(({ type }) => type)).toEqual(['claude-unknown']);
  });

  it('is nothing for the second echo of one message', () => {
    expect(read(RUNNING, echo).events).toHaveLength(1);
    expect(read(RUNNING, echo, echo).events).toEqual([]);
    expect(read(withTurn(freshState('s', null), { uuid: UUID, isEchoed: true }), echo).events).toEqual([]);
  });

  it('is nothing for the list of tasks that our own greeting called forth', () => {
    const hello = {
      type: 'control_response',
      response: { subtype: 'success', request_id: 'h', response: {}, pending_permission_requests: [] },
    };
    const tasks = (...ids: string[]) => ({
      type: 'system',
      subtype: 'background_tasks_changed',
      tasks: ids.map((id) => ({ task_id: id })),
    });
    expect(read(RUNNING, hello, tasks()).events).toEqual([]);
    expect(read(RUNNING, hello, tasks('a')).events).toHaveLength(1);
    expect(read(foundState('s'), hello, tasks('a')).events).toEqual([]);
    expect(read(RUNNING, hello, tasks(), tasks()).events).toHaveLength(1);
  });

  it.each([
    { prompt_submit_outcome: { kind: 'blocked_by_hook', reason: 'No secrets.' } },
    { prompt_submit_outcome: { kind: 'stopped_by_hook', reason: 'No secrets.' } },
    { content: 'UserPromptSubmit operation blocked by hook:\nNo secrets.\n\n\nOriginal prompt: hi\nthere' },
  ])('ends a turn as an error whose prompt a hook blocked: %j', (said) => {
    const blocked = { type: 'system', subtype: 'informational', ...said };
    expect(read(RUNNING, lifecycle('started'), blocked, success, idle).end).toMatchObject({
      outcome: 'errored',
      error: { code: 'prompt_blocked', message: 'A hook kept the prompt from the model: No secrets.' },
    });
  });

  it('lets a turn go on of which a hook only says something', () => {
    const said = { type: 'system', subtype: 'informational', content: 'Good luck.' };
    expect(read(RUNNING, lifecycle('started'), said, success, idle).end?.outcome).toBe('completed');
  });

  it('is a new session where it names one', () => {
    expect(read(RUNNING, { ...running, session_id: 'other' }).state.sessionId).toBe('other');
  });

  it('tells first what the agent has forgotten, once', () => {
    const forgetful = withTurn(freshState('s2', 'default'), { uuid: UUID, isEchoed: false, notice: 'Gone.' });
    const { events, state } = read(forgetful, running);
    expect(events).toMatchObject([
      { type: 'session-gap', payload: { reason: 'context_lost', sessionId: 's2', message: 'Gone.' } },
      { type: 'claude-system' },
    ]);
    expect(read(state, running).events).toHaveLength(1);
  });

  it.each([
    'No conversation found with session ID: x',
    'Failed to resume session: EISDIR: illegal operation on a directory, read',
  ])('is no event when there was nothing to resume: %s', (error) => {
    const missing = { type: 'result', subtype: 'error_during_execution', errors: [error] };
    const { events, state } = read(RUNNING, { ...missing, session_id: 'stray' });
    expect([events, state]).toEqual([[], { ...RUNNING, isConversationMissing: true }]);
  });

  it('is a question that nobody can answer, where it is none of ours', () => {
    const asked = { type: 'control_request', request_id: 'r', request: { subtype: 'elicitation' } };
    expect(read(RUNNING, asked).signal).toEqual({
      kind: 'unsupported',
      requestId: 'r',
      subtype: 'elicitation',
    });
  });
});

describe('what is known of a process', () => {
  it('are its open tools, since they were called', () => {
    const { state } = read(RUNNING, toolUse('a'), toolUse('b', 'a'));
    expect([state.openTools.length, toolsOpenedSince(state)]).toEqual([
      2,
      Date.parse('2026-11-22T11:59:00.000Z'),
    ]);
    expect(read(state, toolResult('b'), toolResult('a')).state.openTools).toEqual([]);
    expect(toolsOpenedSince(RUNNING)).toBeNull();
  });

  it('are the tools of its sub-agents, even after its own result', () => {
    expect(
      read(RUNNING, toolUse('a'), toolUse('b', 'x'), success).state.openTools.map(({ id }) => id),
    ).toEqual(['b']);
    expect(read(RUNNING, toolUse('b', 'x'), idle).state.openTools).toEqual([]);
  });

  it('is that it works by itself when it runs without a message', () => {
    const { state } = read(freshState('s', null), running);
    expect([worksByItself(state), worksByItself(read(state, idle).state), worksByItself(RUNNING)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is that it rests when nothing runs in its background either', () => {
    const task = { type: 'system', subtype: 'background_tasks_changed', tasks: [{ task_id: 'a' }] };
    expect(isAtRest(read(freshState('s', null), idle).state)).toBe(true);
    expect(isAtRest(read(freshState('s', null), task, idle).state)).toBe(false);
    expect(isAtRest(freshState('s', null))).toBe(false);
  });

  it('is its mode, as last printed', () => {
    const status = { type: 'system', subtype: 'status', status: null, permissionMode: 'plan' };
    expect(read(RUNNING, status, { type: 'system', subtype: 'status' }).state.permissionMode).toBe('plan');
  });
});

describe('a line', () => {
  it.each([
    ['{"type":"assistant"', 'damaged'],
    ['{"a":1}{"b":2}', 'damaged'],
    ['Debugger attached.', 'noise'],
    ['', 'noise'],
    ['[1]', 'noise'],
  ])('like %s is %s', (text, kind) => {
    expect(parseLine(text).kind).toBe(kind);
  });

  it('with values of unexpected types is still a message', () => {
    const { events } = read(RUNNING, {
      type: 'result',
      subtype: 3,
      is_error: 'no',
      usage: null,
      errors: 'x',
    });
    expect(events).toHaveLength(1);
  });
});
