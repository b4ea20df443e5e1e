import { describe, expect, it } from 'vitest';
import { plus } from '../../../machines/chat.usage.ts';
import { pendingEnd } from '../../../src/agents/claude/state.ts';
import { replay } from './replay.ts';

const BEGUN = [
  'session_state_changed running',
  'command_lifecycle queued',
  'command_lifecycle started',
  'init',
  'status requesting',
  'user echo',
];
const FINISHED = [
  'assistant',
  'result',
  'command_lifecycle completed',
  'session_state_changed idle',
  '-> completed',
];
const ASKED = ['assistant', 'session_state_changed requires_action', 'session_state_changed running'];

/** What a chat is told of each recording, line by line. */
const STORIES: Record<string, string[]> = {
  basic: [...BEGUN, ...FINISHED, ...BEGUN, ...FINISHED],
  'ask-user-question': [...BEGUN, ...ASKED, 'user', 'status requesting', ...FINISHED],
  plan: [
    ...BEGUN,
    'assistant',
    'user',
    'status requesting',
    ...FINISHED,
    ...BEGUN,
    ...ASKED,
    'user',
    'status requesting',
    ...FINISHED,
    ...BEGUN,
    ...ASKED,
    'status',
    'user',
    'status requesting',
    ...FINISHED,
  ],
  'background-task': [
    ...BEGUN,
    'assistant',
    'background_tasks_changed',
    'task_started',
    'user',
    'status requesting',
    ...FINISHED,
    'task_updated',
    'task_notification completed',
    'background_tasks_changed',
    'session_state_changed running',
    'by itself',
    'init',
    'status requesting',
    'assistant',
    'result',
    'session_state_changed idle',
    'at rest',
  ],
  'interrupt-tool': [
    ...BEGUN,
    'assistant',
    'user',
    'user',
    'result',
    'command_lifecycle cancelled',
    'session_state_changed idle',
    '-> interrupted',
    ...BEGUN,
    ...FINISHED,
  ],
  'permission-interrupted': [
    ...BEGUN,
    ...ASKED,
    'user',
    'user',
    'result',
    'command_lifecycle cancelled',
    'session_state_changed idle',
    '-> interrupted',
    ...BEGUN,
    ...FINISHED,
  ],
  'kill-midtool-resume': [...BEGUN, 'assistant', ...BEGUN, ...FINISHED],
  'resend-after-crash': [
    ...BEGUN.filter((name) => name !== 'status requesting'),
    'assistant',
    'rate_limit_event',
    'command_lifecycle completed',
    'session_state_changed idle',
    '-> lost',
    ...BEGUN.filter((name) => name !== 'status requesting'),
    'assistant',
    'rate_limit_event',
    'result',
  ],
  'api-529-retry': [...BEGUN.slice(0, 5), 'api_retry', 'api_retry', 'user echo', ...FINISHED],
  'api-400': [
    ...BEGUN,
    'assistant',
    'result',
    'command_lifecycle cancelled',
    'session_state_changed idle',
    '-> errored',
  ],
};

describe('translating a recording', () => {
  it.each(Object.keys(STORIES))('tells the story of %s', (name) => {
    expect(replay(name).story).toEqual(STORIES[name]);
  });

  it('keeps each message as it was printed', () => {
    const events = replay('basic').steps.flatMap(({ said = [] }) => said);
    const init = events.find(({ payload }) => payload['subtype'] === 'init');
    expect(init).toMatchObject({
      type: 'claude-system',
      payload: { type: 'system', claude_code_version: '2.1.330', permissionMode: 'default' },
    });
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set([
        'claude-system',
        'claude-command_lifecycle',
        'claude-user',
        'claude-assistant',
        'claude-result',
      ]),
    );
  });

  it('shows tokens as they come, apart from what is kept', () => {
    const partials = replay('basic').steps.flatMap(({ partial }) => partial ?? []);
    expect(partials).toHaveLength(16);
    expect(new Set(partials.map(({ type }) => type))).toEqual(new Set(['claude-stream_event']));
  });

  it('counts what each turn cost, not what the process cost', () => {
    const usage = {
      inputTokens: 10,
      outputTokens: 20,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      contextTokens: 11,
      model: expect.any(String),
      costUsd: expect.closeTo(0.00033),
    };
    const { steps, ends } = replay('basic');
    const spent = steps.flatMap(({ spent: used }) => (used === undefined ? [] : [used]));
    expect(ends).toEqual([{ outcome: 'completed' }, { outcome: 'completed' }]);
    expect([spent.slice(0, 2), spent.slice(2)].map((all) => all.reduce(plus, {}))).toEqual([usage, usage]);
  });

  it('hands questions over, and takes them back', () => {
    const asked = replay('permission-interrupted').steps.map(({ standing }) => standing.asks.length);
    expect(asked.filter((count, index) => count !== asked[index - 1])).toEqual([0, 1, 0]);
  });

  it('names the failure of a model that refuses the credentials', () => {
    const { state, ends } = replay('oauth-401-not-fixed');
    expect(ends.map(({ outcome }) => outcome)).toEqual(['completed']);
    expect(pendingEnd(state)).toMatchObject({
      outcome: 'errored',
      error: { code: 'auth', message: expect.stringContaining('401') },
    });
  });

  it('names a conversation that became too long', () => {
    expect(replay('api-400').ends).toMatchObject([
      { outcome: 'errored', error: { code: 'context_too_long' } },
    ]);
  });

  it('leaves no tool open at the end', () => {
    const open = Object.keys(STORIES).map((name) => replay(name).state.openTools);
    expect(open.flat()).toEqual([]);
  });
});
