import { describe, expect, it } from 'vitest';
import { isHeldBack, mayBeCarriedOn } from '../../../src/agents/claude/decide.ts';
import {
  type ClaudeState,
  foundState,
  freshState,
  pendingEnd,
  withTurn,
} from '../../../src/agents/claude/state.ts';
import { translate } from '../../../src/agents/claude/translate.ts';
import { isByItself, MOMENT, read } from './replay.ts';

const UUID = '0c2a1ad7-0e5d-4d6c-a3b5-6e5a8a3f1b11';
const RUNNING = withTurn(freshState('s', 'default'), { uuid: UUID });

const idle = { type: 'system', subtype: 'session_state_changed', state: 'idle' };
const running = { ...idle, state: 'running' };
const lifecycle = (state: string) => ({ type: 'command_lifecycle', command_uuid: UUID, state });
const echo = { type: 'user', uuid: UUID, isReplay: true, message: { content: 'hi' } };
const success = { type: 'result', subtype: 'success', is_error: false, user_message_uuids: [UUID] };
const answer = { type: 'assistant', message: { content: [] } };
const hello = (id: string, response: object = {}, pending: object[] = []) => ({
  type: 'control_response',
  response: { subtype: 'success', request_id: id, response, pending_permission_requests: pending },
});
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

/** How the turn ended by the last line, if it did. */
function endOf(...lines: object[]) {
  return read(RUNNING, ...lines).end?.outcome;
}

describe('the end of a turn', () => {
  it('is the rest of the session after its result', () => {
    expect(endOf(running, lifecycle('started'), success)).toBeUndefined();
    const { end, state } = read(RUNNING, running, lifecycle('started'), success, idle);
    expect([end?.outcome, state.turn]).toEqual(['completed', null]);
  });

  it('is known from its result on, in case the session never rests', () => {
    expect(pendingEnd(read(RUNNING, running).state)).toBeNull();
    expect(pendingEnd(read(RUNNING, running, success).state)?.outcome).toBe('completed');
  });

  it('is not the rest that belongs to an earlier turn', () => {
    expect(endOf(idle)).toBeUndefined();
    expect(endOf(lifecycle('queued'), idle)).toBeUndefined();
  });

  it('is not the result of a turn that the agent started by itself', () => {
    const own = { ...success, user_message_uuids: undefined, origin: { kind: 'task-notification' } };
    expect(endOf(lifecycle('started'), own, idle)).toBeUndefined();
  });

  it('may be a result that names no message', () => {
    const unnamed = { ...success, user_message_uuids: undefined };
    expect(endOf(lifecycle('started'), unnamed, idle)).toBe('completed');
  });

  it.each(['cancelled', 'discarded', 'refused'])(
    'is an interruption when the message was %s unread',
    (name) => {
      expect(endOf(lifecycle('queued'), lifecycle(name), idle)).toBe('interrupted');
    },
  );

  it.each([
    { how: 'echoed', lines: [echo] },
    { how: 'called completed', lines: [lifecycle('completed')] },
  ])('is a loss when a message that was given again is only $how', ({ lines }) => {
    expect(endOf(...lines, idle)).toBe('lost');
  });

  it('is a completion when its result was never printed', () => {
    expect(read(RUNNING, lifecycle('started'), lifecycle('completed'), idle).end).toEqual({
      outcome: 'completed',
    });
  });
});

describe('how far the agent is with a message', () => {
  const stageAfter = (...lines: object[]) => read(RUNNING, ...lines).state.turn?.stage;
  const failed = { ...answer, error: 'overloaded' };

  it('is what it last said of it', () => {
    expect(stageAfter()).toBe('given');
    expect(stageAfter(lifecycle('queued'))).toBe('seen');
    expect(stageAfter(lifecycle('queued'), echo)).toBe('recorded');
    expect(stageAfter(lifecycle('queued'), echo, lifecycle('started'))).toBe('started');
    expect(stageAfter(lifecycle('started'), echo)).toBe('started');
    expect(stageAfter(lifecycle('started'), failed)).toBe('answered');
    expect(stageAfter(lifecycle('started'), answer, failed)).toBe('served');
    expect(stageAfter(lifecycle('started'), answer, lifecycle('completed'))).toBe('finished');
  });

  it('does not change once its result is there', () => {
    expect(stageAfter(lifecycle('started'), answer, success, lifecycle('cancelled'))).toBe('served');
  });

  it('is not told by an answer to something else', () => {
    expect(stageAfter(answer)).toBe('given');
    expect(stageAfter(lifecycle('queued'), answer)).toBe('seen');
  });

  it('has begun where another process left off', () => {
    expect(withTurn(freshState('s', null), { uuid: UUID, isCarriedOn: true }).turn?.stage).toBe('started');
  });
});

describe('a login', () => {
  const retry = { type: 'system', subtype: 'api_retry', error: 'authentication_failed' };
  const failure = { ...success, is_error: true, api_error_status: 401, result: 'Failed to authenticate.' };

  it('is refused from the first retry to the next answer of the model', () => {
    expect(read(RUNNING, retry).state.isLoginRejected).toBe(true);
    expect(read(RUNNING, retry, { ...answer, error: 'authentication_failed' }).state.isLoginRejected).toBe(
      true,
    );
    expect(read(RUNNING, retry, answer).state.isLoginRejected).toBe(false);
  });

  it('is reported once for each refusal', () => {
    expect(read(RUNNING, retry).isLoginRefused).toBe(true);
    expect(read(RUNNING, retry, retry).isLoginRefused).toBeUndefined();
    expect(read(RUNNING, retry, answer, retry).isLoginRefused).toBe(true);
  });

  it('that ended a turn leaves the turn open to be carried on', () => {
    const { state, end } = read(RUNNING, retry, failure, lifecycle('cancelled'), idle);
    expect([end, isHeldBack(state), mayBeCarriedOn(state, false)]).toEqual([undefined, true, true]);
  });
});

describe('what a line brings', () => {
  it('is kept even if nobody knows its type', () => {
    expect(read(RUNNING, { type: 'brand_new', a: 1 }).said).toEqual([
      { type: 'claude-brand_new', payload: { type: 'brand_new', a: 1 } },
    ]);
    expect(read(RUNNING, { no: 'type' }).said?.map(({ type }) => type)).toEqual(['claude-unknown']);
  });

  it('is nothing for the second echo of one message', () => {
    const blocks = [{ type: 'text', text: 'hi' }];
    const told = { ...echo, message: { content: blocks } };
    expect(read(RUNNING, echo).said).toEqual([{ type: 'claude-user', payload: told }]);
    expect(read(RUNNING, told).said).toEqual([{ type: 'claude-user', payload: told }]);
    expect(read(RUNNING, echo, echo).said).toEqual([]);
    const again = withTurn({ ...freshState('s', null), echoed: [UUID] }, { uuid: UUID });
    expect(read(again, echo).said).toEqual([]);
  });

  it('is nothing for the list of tasks that our own greeting called forth', () => {
    const tasks = (...ids: string[]) => ({
      type: 'system',
      subtype: 'background_tasks_changed',
      tasks: ids.map((id) => ({ task_id: id })),
    });
    expect(read(RUNNING, hello('h'), tasks()).said).toEqual([]);
    expect(read(RUNNING, hello('h'), tasks('a')).said).toHaveLength(1);
    expect(read(foundState('s'), hello('h'), tasks('a')).said).toEqual([]);
    expect(read(RUNNING, hello('h'), tasks(), tasks()).said).toHaveLength(1);
  });

  it.each([
    { prompt_submit_outcome: { kind: 'blocked_by_hook', reason: 'No secrets.' } },
    { prompt_submit_outcome: { kind: 'stopped_by_hook', reason: 'No secrets.' } },
    { content: 'UserPromptSubmit operation blocked by hook:\nNo secrets.\n\n\nOriginal prompt: hi\nthere' },
  ])('ends a turn as an error whose prompt a hook blocked: %j', (informed) => {
    const blocked = { type: 'system', subtype: 'informational', ...informed };
    expect(read(RUNNING, lifecycle('started'), blocked, success, idle).end).toMatchObject({
      outcome: 'errored',
      error: { code: 'prompt_blocked', message: 'A hook kept the prompt from the model: No secrets.' },
    });
  });

  it('lets a turn go on of which a hook only says something', () => {
    const informed = { type: 'system', subtype: 'informational', content: 'Good luck.' };
    expect(endOf(lifecycle('started'), informed, success, idle)).toBe('completed');
  });

  it('is a new session where it names one', () => {
    expect(read(RUNNING, { ...running, session_id: 'other' }).state.sessionId).toBe('other');
  });

  it.each([
    'No conversation found with session ID: x',
    'Failed to resume session: EISDIR: illegal operation on a directory, read',
  ])('is no event when there was nothing to resume: %s', (error) => {
    const missing = { type: 'result', subtype: 'error_during_execution', errors: [error] };
    const { said, state } = read(RUNNING, { ...missing, session_id: 'stray' });
    expect([said, state]).toEqual([undefined, { ...RUNNING, isConversationMissing: true }]);
  });

  it('is a token that is shown and not kept, or the answer to a ping', () => {
    const token = { type: 'stream_event', event: {} };
    expect(read(RUNNING, token)).toEqual({
      state: RUNNING,
      partial: { type: 'claude-stream_event', payload: token },
      isStirring: true,
    });
    const pong = { type: 'control_response', response: { subtype: 'success', request_id: 'a-ping' } };
    expect(read(RUNNING, pong)).toEqual({ state: RUNNING, isPong: true });
  });
});

describe('a conversation that was cleared', () => {
  it('is a gap behind what the agent printed, and goes on in the session that it names then', () => {
    const reset = { type: 'conversation_reset', session_id: 's', new_conversation_id: 'n' };
    const message = 'The conversation was cleared: the agent knows nothing of what was said before.';
    expect(read(RUNNING, reset).said).toEqual([
      { type: 'claude-conversation_reset', payload: reset },
      { type: 'session-gap', payload: { reason: 'context_lost', sessionId: 's', message } },
    ]);
    expect(read(RUNNING, reset, { ...running, session_id: 't' }).state.sessionId).toBe('t');
  });
});

describe('what a process waits for', () => {
  const asked = (id: string, tool = 'Bash') => ({
    type: 'control_request',
    request_id: id,
    request: { subtype: 'can_use_tool', tool_name: tool, input: {}, tool_use_id: `tool-${id}` },
  });
  const idsOf = ({ asks }: ClaudeState) => asks.map(({ request_id: id }) => id);

  it('are its questions, until it takes them back, uses the tool, rests, or lists others', () => {
    const { state } = read(RUNNING, asked('a'), asked('b'), asked('a'));
    expect(idsOf(state)).toEqual(['b', 'a']);
    expect(idsOf(read(state, { type: 'control_cancel_request', request_id: 'a' }).state)).toEqual(['b']);
    expect(idsOf(read(state, toolResult('tool-b')).state)).toEqual(['a']);
    expect(idsOf(read(state, idle).state)).toEqual([]);
    expect(idsOf(read(state, hello('h', {}, [asked('c')])).state)).toEqual(['c']);
  });
});

describe('a process that was found', () => {
  const found = { ...foundState('s'), greeting: 'ours' };

  it('is known again when it answers our greeting, not when an older answer is read', () => {
    expect(read(found, hello('older')).state.greeting).toBe('ours');
    expect(read(found, hello('ours')).state.greeting).toBeNull();
  });

  it('is known by any answer to it, and keeps its questions where that tells of none', () => {
    const asks = [{ type: 'control_request' as const, request_id: 'a', request: { subtype: 'x' } }];
    const refused = { type: 'control_response', response: { subtype: 'error', request_id: 'ours' } };
    expect(read({ ...found, asks }, refused).state).toMatchObject({ greeting: null, asks });
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

  it('does not count as work', () => {
    const { state } = read(freshState('s', null), running, napping);
    expect([state.session, isByItself(state)]).toEqual(['unfamiliar', false]);
  });

  it('is that of a process that does not say what it does, too', () => {
    expect(read(foundState('s'), hello('ours')).state.session).toBe('unfamiliar');
    expect(read(freshState('s', null), running, hello('ours')).state.session).toBe('running');
  });

  it('does not end a turn that has no result yet', () => {
    expect(endOf(echo, napping)).toBeUndefined();
    expect(pendingEnd(read(RUNNING, lifecycle('started'), success, napping).state)?.outcome).toBe(
      'completed',
    );
  });
});

describe('what is known of a process', () => {
  const openTools = (...lines: object[]) => read(RUNNING, ...lines).state.openTools.map(({ id }) => id);

  it('are its open tools, since they were called', () => {
    const { state } = read(RUNNING, toolUse('a'), toolUse('b', 'a'));
    const openedAt = Date.parse('2026-11-22T11:59:00.000Z');
    expect(state.openTools).toEqual([
      { id: 'a', name: 'Bash', parent: null, openedAt },
      { id: 'b', name: 'Bash', parent: 'a', openedAt },
    ]);
    expect(openTools(toolUse('a'), toolUse('b', 'a'), toolResult('b'), toolResult('a'))).toEqual([]);
  });

  it('are the tools of its sub-agents, even after its own result', () => {
    expect(openTools(toolUse('a'), toolUse('b', 'x'), success)).toEqual(['b']);
    expect(openTools(toolUse('b', 'x'), idle)).toEqual([]);
  });

  it('is that it works by itself when it runs without a message', () => {
    const { state } = read(freshState('s', null), running);
    expect([isByItself(state), isByItself(read(state, idle).state), isByItself(RUNNING)]).toEqual([
      true,
      false,
      false,
    ]);
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
    expect(translate(RUNNING, text, MOMENT)).toBe(kind);
  });

  it('with values of unexpected types is still a message', () => {
    const odd = { type: 'result', subtype: 3, is_error: 'no', usage: null, errors: 'x' };
    expect(read(RUNNING, odd).said).toHaveLength(1);
  });
});
