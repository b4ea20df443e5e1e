import { describe, expect, it } from 'vitest';
import { failures } from '../../../src/agents/claude/failures.ts';
import { freshState } from '../../../src/agents/claude/state.ts';

const STATE = freshState('s', null);
const RUNNING = { ...STATE, session: 'running' as const };

describe('a process of Claude Code that is gone', () => {
  const told = (changes: Partial<Parameters<typeof failures.exited>[0]>) =>
    failures.exited({ exitCode: 1, said: '', state: RUNNING, program: '/bin/claude', ...changes });

  it.each([
    [{}, 'Claude Code exited with code 1.'],
    [{ exitCode: null }, 'Claude Code was killed.'],
    [{ said: 'it hurts' }, 'Claude Code exited with code 1: it hurts'],
    [
      { said: 'it hurts', state: { ...RUNNING, startupFailure: 'No root.' } },
      'Claude Code exited with code 1: No root.',
    ],
  ])('is told with what is known of its end: %j', (changes, message) => {
    expect(told(changes)).toEqual({ code: 'agent_exited', message });
  });

  it('could not be executed, if the shell says so before it said anything', () => {
    expect(told({ exitCode: 127, state: STATE }).code).toBe('agent_unavailable');
    expect(told({ exitCode: 127 }).code).toBe('agent_exited');
  });
});

describe('a process of Claude Code that does not answer', () => {
  it('is unresponsive, or cannot reach the model that it was to try out', () => {
    const preparing = { turnId: 'u', open: [], refusal: null };
    expect(failures.unresponsive(STATE).code).toBe('agent_unresponsive');
    expect(failures.unresponsive({ ...STATE, preparing }).code).toBe('network');
  });
});
