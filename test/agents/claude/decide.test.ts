import { describe, expect, it } from 'vitest';
import { conclude, decide } from '../../../src/agents/claude/decide.ts';
import { freshState, withTurn, type ClaudeState, type ClaudeTurn } from '../../../src/agents/claude/state.ts';
import type { Ending } from '../../../src/agents/step.ts';
import { CIRCUMSTANCES, replay } from './replay.ts';

const ENDING: Ending = {
  isFound: false,
  isWritten: true,
  isAsked: false,
  isSelfDirected: false,
  isUnresponsive: false,
  complaint: '',
};
const FOUND = { isFound: true };
const RESTING: ClaudeState = { ...freshState('s', null), session: 'idle' };
const TURN = withTurn(RESTING, { uuid: 'u' });
const END = { outcome: 'completed' as const };

function stateOf(progress: Partial<ClaudeTurn>, known: Partial<ClaudeState> = {}): ClaudeState {
  return { ...TURN, ...known, turn: TURN.turn && { ...TURN.turn, ...progress } };
}

function after(
  progress: Partial<ClaudeTurn>,
  ending: Partial<Ending> = {},
  known: Partial<ClaudeState> = {},
) {
  return conclude(stateOf(progress, known), { ...ENDING, ...ending }).outcome;
}

describe('where a process stands', () => {
  const standingOf = (state: ClaudeState) => decide(state, CIRCUMSTANCES);

  it('is told in the course of a recording', () => {
    const { steps } = replay('background-task');
    const activities = steps.map(({ standing }) => `${standing.activity}, ${standing.selfDirected}`);
    expect(activities.filter((activity, index) => activity !== activities[index - 1])).toEqual([
      'resting, false',
      'working, null',
      'working, false',
      'resting, false',
      'working, true',
      'resting, false',
    ]);
  });

  it('is at work while it has a message, whatever its session says', () => {
    expect(standingOf(TURN)).toMatchObject({ activity: 'working', selfDirected: null });
  });

  it('is rest only if nothing runs in the background either', () => {
    expect(standingOf(RESTING).activity).toBe('resting');
    expect(standingOf({ ...RESTING, tasks: [{}] })).toMatchObject({
      activity: 'working',
      selfDirected: false,
    });
    expect(standingOf({ ...RESTING, tasks: null }).activity).toBe('resting');
  });

  it('is rest in a state that nobody knows, so that nobody waits for it', () => {
    expect(standingOf({ ...RESTING, session: 'unfamiliar' })).toMatchObject({
      activity: 'resting',
      selfDirected: false,
    });
  });

  it('has no session before the first message of a new one', () => {
    const opening = { isNew: true, notice: null, carriesOn: false };
    expect(standingOf({ ...RESTING, opening }).sessionId).toBeNull();
    expect(standingOf({ ...RESTING, opening: { ...opening, isNew: false } }).sessionId).toBe('s');
  });

  it('tells since when tools are open', () => {
    const openTools = [7, 5].map((openedAt) => ({ id: `${openedAt}`, name: 'Bash', parent: null, openedAt }));
    expect(standingOf({ ...TURN, openTools })).toMatchObject({ openTools: 2, toolsOpenedSince: 5 });
    expect(standingOf(TURN).toolsOpenedSince).toBeNull();
  });

  it('wants to hear of half a second of silence behind a result, unless the turn may be carried on', () => {
    const refused = { outcome: 'errored' as const, error: { code: 'auth', message: 'no' } };
    expect(standingOf(stateOf({ end: END })).waitsMs).toBe(500);
    expect(standingOf(stateOf({ end: refused })).waitsMs).toBeUndefined();
    expect(standingOf(TURN).waitsMs).toBeUndefined();
  });
});

describe('what becomes of a message whose process is gone', () => {
  it('is its end, if that was printed', () => {
    expect(after({ end: END }, FOUND)).toEqual({ kind: 'ended', end: END });
    expect(after({ stage: 'withdrawn' })).toEqual({ kind: 'ended', end: { outcome: 'interrupted' } });
  });

  it('is cut off, if the agent was at work on it', () => {
    expect(after({ stage: 'seen' })).toEqual({ kind: 'cutOff' });
    expect(after({})).toEqual({ kind: 'cutOff' });
    expect(after({ stage: 'seen', isWarm: true })).toEqual({ kind: 'cutOff' });
  });

  it('is given again, if the process rested before and never mentioned it, or it was not written', () => {
    expect(after({ isWarm: true })).toEqual({ kind: 'again' });
    expect(after({}, { isWritten: false })).toEqual({ kind: 'again' });
  });

  it('is given again, if agent and engine died before an answer', () => {
    expect(after({ stage: 'started' }, FOUND)).toEqual({ kind: 'again' });
    expect(after({ stage: 'started' }, {}, { greeting: 'unanswered' })).toEqual({ kind: 'again' });
  });

  it('is lost, if agent and engine died after an answer had begun', () => {
    expect(after({ stage: 'answered' }, FOUND)).toEqual({ kind: 'ended', end: { outcome: 'lost' } });
  });

  it('is given again, if there was nothing to resume', () => {
    expect(after({}, {}, { isConversationMissing: true })).toEqual({ kind: 'again' });
  });

  it('is not given again to please a chat that wants its end', () => {
    expect(after({}, { ...FOUND, isAsked: true })).toEqual({ kind: 'cutOff' });
    expect(after({}, { isAsked: true }, { isConversationMissing: true })).toEqual({ kind: 'cutOff' });
  });
});

describe('what becomes of a chat without a message whose process is gone', () => {
  it('is rest, unless the agent was at work by itself', () => {
    const of = (ending: Partial<Ending>) => conclude(RESTING, { ...ENDING, ...ending }).outcome;
    expect(of({})).toEqual({ kind: 'rested' });
    expect(of({ isSelfDirected: true })).toEqual({ kind: 'cutOff' });
    expect(of({ isSelfDirected: true, isFound: true })).toEqual({ kind: 'rested' });
  });

  it('keeps nothing of the process open, and what was echoed', () => {
    const tool = { id: 'a', name: 'Bash', parent: null, openedAt: 0 };
    const busy = { ...TURN, echoed: ['u'], openTools: [tool], tasks: [{}] };
    expect(conclude(busy, ENDING).state).toEqual({ ...RESTING, echoed: ['u'] });
  });
});

describe('what becomes of a message whose login was refused when its process went', () => {
  const refused = (
    progress: Partial<ClaudeTurn>,
    ending: Partial<Ending>,
    known: Partial<ClaudeState> = {},
  ) =>
    conclude(stateOf({ stage: 'answered', ...progress }, { isLoginRejected: true, ...known }), {
      ...ENDING,
      ...ending,
    });
  const end = { outcome: 'errored' as const, error: { code: 'auth', message: 'no' } };
  const replaced = { replaced: { isNextLogin: false } };

  it('is carried on, if the process was ended for that, or died with its engine, or had given up', () => {
    for (const one of [refused({}, {}, replaced), refused({}, FOUND), refused({ end }, {})]) {
      expect([one.outcome, one.state.carriesOn]).toEqual([{ kind: 'again' }, true]);
    }
  });

  it('is not carried on a second time, unless the model answered in between', () => {
    expect(refused({ end, isCarriedOn: true }, {}, replaced).outcome).toEqual({ kind: 'ended', end });
    const served = refused({ end, isCarriedOn: true, stage: 'served' }, {}, replaced);
    expect(served.state.carriesOn).toBe(true);
  });

  it('is carried on a second time with the next login there is', () => {
    const next = refused({ end, isCarriedOn: true }, {}, { replaced: { isNextLogin: true } });
    expect(next.state.carriesOn).toBe(true);
  });

  it('is not carried on once someone was asked to log in, nor for a chat that wants its end', () => {
    const rejection = { code: 'claude_login_required', message: 'no' };
    expect(refused({ rejection }, {}, replaced).outcome).toEqual({ kind: 'cutOff' });
    expect(refused({}, { isAsked: true }, replaced).outcome).toEqual({ kind: 'cutOff' });
  });
});
