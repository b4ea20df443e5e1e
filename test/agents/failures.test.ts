import { describe, expect, it } from 'vitest';
import { awaits } from '../../src/agents/claude/codec.ts';
import { freshState } from '../../src/agents/claude/state.ts';
import { exited, unavailable, unresponsive, type Exit } from '../../src/agents/failures.ts';

const AGENT = { title: 'Some Agent', remedy: 'install it' };

describe('a process that is gone', () => {
  const told = (changes: Partial<Exit>) =>
    exited(AGENT, { exitCode: 1, reason: '', isSilent: false, program: '/bin/agent', ...changes });

  it.each([
    [{}, 'Some Agent exited with code 1.'],
    [{ exitCode: null }, 'Some Agent was killed.'],
    [{ reason: 'it hurts' }, 'Some Agent exited with code 1: it hurts'],
    [{ exitCode: 127 }, 'Some Agent exited with code 127.'],
  ])('is told with what is known of its end: %j', (changes, message) => {
    expect(told(changes)).toEqual({ code: 'agent_exited', message });
  });

  it('could not be executed, if the shell says so before it said anything', () => {
    expect(told({ exitCode: 127, isSilent: true })).toEqual(unavailable(AGENT, '/bin/agent'));
  });
});

it('a program that is not there is told with what to do about it', () => {
  const code = 'agent_unavailable';
  expect(unavailable(AGENT, null)).toEqual({
    code,
    message: 'Some Agent cannot run here. It was not found: install it.',
  });
  expect(unavailable(AGENT, '/bin/agent')).toEqual({
    code,
    message: 'Some Agent cannot run here. /bin/agent cannot be executed: install it.',
  });
});

it('a process that does not answer is told with what it was asked', () => {
  expect(unresponsive(AGENT, 'a ping')).toEqual({
    code: 'agent_unresponsive',
    message: 'Some Agent did not answer a ping in time, so the process was ended.',
  });
});

it('Claude Code that does not answer may not reach the model that it was to try out', () => {
  const state = freshState('s', null);
  expect(awaits(state)).toBe('');
  expect(awaits({ ...state, preparing: { turnId: 'u', open: [], refusal: null } })).toMatchObject({
    code: 'network',
  });
});
