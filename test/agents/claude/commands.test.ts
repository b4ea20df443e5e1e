import { describe, expect, it } from 'vitest';
import { lines } from '../../../src/agents/claude/commands.ts';
import { freshState, withTurn, type ClaudeState, type ClaudeTurn } from '../../../src/agents/claude/state.ts';
import type { ProtocolCommand } from '../../../src/agents/codec.ts';
import { messageOf } from './message.ts';
import { MOMENT } from './replay.ts';

const RESTING: ClaudeState = { ...freshState('s', null), session: 'idle' };
const TURN = withTurn(RESTING, { uuid: 'u' });
const COMPLETED = { outcome: 'completed' as const };
const REFUSED = { outcome: 'errored' as const, error: { code: 'auth', message: 'no' } };

function stateOf(progress: Partial<ClaudeTurn>, known: Partial<ClaudeState> = {}): ClaudeState {
  return { ...TURN, ...known, turn: TURN.turn && { ...TURN.turn, ...progress } };
}

function told(state: ClaudeState, command: ProtocolCommand) {
  const { lines: written = [], ...step } = lines(state, command, MOMENT);
  return { ...step, requests: written.map((line) => JSON.parse(line) as { request?: unknown }) };
}

describe('a command', () => {
  it.each([
    ['interrupt', { subtype: 'interrupt', cancel_queued: true }],
    ['ping', { subtype: 'get_binary_version' }],
    ['leave', { subtype: 'end_session' }],
  ] as const)('%s is a request to the agent', (type, request) => {
    const { requests, state } = told(TURN, { type });
    expect([requests.map((one) => one.request), state]).toEqual([[request], TURN]);
  });

  it('to greet asks what it does, under an id of its own', () => {
    const { requests, state } = told(RESTING, { type: 'greet' });
    const id = expect.stringMatching(/^run-\d+-hello$/) as string;
    expect(requests).toEqual([
      { type: 'control_request', request_id: id, request: { subtype: 'initialize' } },
    ]);
    expect(state.greeting).toEqual(id);
  });

  it('to give a message makes it the turn', () => {
    const delivery = { runId: 'run', sessionId: 's', note: { start: 'none' } };
    const { state } = told(RESTING, { type: 'give', message: messageOf({}), delivery, line: '' });
    expect(state.turn).toMatchObject({ uuid: 'u', stage: 'given', isWarm: true });
  });

  it('to answer writes the answer under the id that the agent gave; what is settled is asked no more', () => {
    const ask = { type: 'control_request' as const, request_id: 'r1', request: { subtype: 'can_use_tool' } };
    const request = { id: 'run:"r1"', kind: 'permission' as const, openedAt: '', expiresAt: '' };
    const answer = { decision: 'deny' as const, message: 'No.' };
    const { requests } = told({ ...TURN, asks: [ask] }, { type: 'answer', id: 'r1', request, answer });
    expect(requests).toMatchObject([{ response: { request_id: 'r1', response: { message: 'No.' } } }]);
    expect(told({ ...TURN, asks: [ask] }, { type: 'settled', id: 'r1' }).state.asks).toEqual([]);
  });
});

describe('half a second of silence', () => {
  it('ends a turn whose result was printed', () => {
    expect(told(stateOf({ end: COMPLETED }), { type: 'elapsed' })).toMatchObject({
      end: COMPLETED,
      state: { turn: null },
    });
  });

  it('ends neither a turn that goes on nor one that may be carried on', () => {
    for (const state of [TURN, stateOf({ end: REFUSED })]) {
      expect(told(state, { type: 'elapsed' })).toEqual({ state, requests: [] });
    }
  });
});

describe('a refused login', () => {
  const refused = (progress: Partial<ClaudeTurn> = {}) =>
    stateOf({ stage: 'answered', ...progress }, { isLoginRejected: true, login: 'reported' });
  const login = (outcome: 'renewed' | 'replaced' | 'refused', isOutdated = false) =>
    ({ type: 'login', outcome, isOutdated, login: { tokens: null, environment: {} } }) as const;

  it('that was renewed is read again by the agent itself', () => {
    const { requests, isReplaced, end } = told(refused(), login('renewed'));
    expect([requests, isReplaced, end]).toEqual([[], undefined, undefined]);
  });

  it.each([
    ['had given up meanwhile', refused({ end: REFUSED }), login('renewed')],
    ['cannot know of the new one', refused(), login('renewed', true)],
  ])('is carried on by another process when this one %s', (_, state, command) => {
    expect(told(state, command)).toMatchObject({
      isReplaced: true,
      state: { replaced: { isNextLogin: false } },
    });
  });

  it('is carried on once more only with the next login there is', () => {
    const again = refused({ end: REFUSED, isCarriedOn: true });
    expect(told(again, login('replaced'))).toMatchObject({ state: { replaced: { isNextLogin: true } } });
    expect(told(again, login('renewed'))).toMatchObject({
      end: { error: { code: 'claude_login_required' } },
    });
  });

  it('ends the turn, saying that someone has to log in, when there is no other', () => {
    expect(told(refused({ end: REFUSED }), login('refused'))).toMatchObject({
      end: { outcome: 'errored', error: { code: 'claude_login_required' } },
      state: { turn: null },
    });
  });

  it('interrupts a turn that goes on without one', () => {
    const { requests, state } = told(refused(), login('refused'));
    expect(requests).toMatchObject([{ request: { subtype: 'interrupt' } }]);
    expect(state.turn?.rejection?.code).toBe('claude_login_required');
  });

  it('is reported again by the next engine', () => {
    expect(told(refused(), { type: 'greet' })).toMatchObject({ isLoginRefused: true });
  });

  it('does not keep a turn that nobody wants any more', () => {
    expect(told(refused({ end: REFUSED }), { type: 'interrupt' })).toMatchObject({
      end: { outcome: 'interrupted' },
      state: { turn: null },
      requests: [],
    });
  });
});
