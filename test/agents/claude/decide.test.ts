import { describe, expect, it } from 'vitest';
import { conclusionOf, type Circumstances } from '../../../src/agents/claude/decide.ts';
import { freshState, withTurn, type ClaudeState, type ClaudeTurn } from '../../../src/agents/claude/state.ts';

const PLAIN: Circumstances = {
  isReplaced: false,
  isNextLogin: false,
  isExitAwaited: false,
  isSelfDirected: false,
};
/** It was found, and has not said anything since. */
const FOUND: Partial<ClaudeState> = { greeting: 'hello' };
const RESTING = freshState('s', null);
const TURN = withTurn(RESTING, { uuid: 'u', isEchoed: false });

function after(
  progress: Partial<ClaudeTurn>,
  known: Partial<ClaudeState>,
  circumstances: Partial<Circumstances> = {},
) {
  const turn = TURN.turn && { ...TURN.turn, ...progress };
  return conclusionOf({ ...TURN, ...known, turn }, { ...PLAIN, ...circumstances });
}

describe('what becomes of a message whose process is gone', () => {
  it('is its end, if that was printed', () => {
    const end = { outcome: 'completed' as const };
    expect(after({ end }, FOUND)).toEqual({ kind: 'ended', end });
  });

  it('is cut off, if the agent was at work on it', () => {
    expect(after({ stage: 'seen' }, {})).toEqual({ kind: 'cutOff' });
    expect(after({}, {})).toEqual({ kind: 'cutOff' });
    expect(after({ stage: 'seen', isWarm: true }, {})).toEqual({ kind: 'cutOff' });
  });

  it('is given again, if the process rested before and never mentioned it', () => {
    const again = { start: 'resume', isEchoed: false, carriesOn: false };
    expect(after({ isWarm: true }, {})).toEqual({ kind: 'again', again });
  });

  it('is given again, if agent and engine died before an answer', () => {
    const again = { start: 'resume', isEchoed: false, carriesOn: false };
    expect(after({ stage: 'started' }, FOUND)).toEqual({ kind: 'again', again });
  });

  it('is lost, if agent and engine died after an answer had begun', () => {
    const end = { outcome: 'lost' };
    expect(after({ stage: 'answered' }, FOUND)).toEqual({ kind: 'ended', end });
  });

  it('starts its session anew, if there was nothing to resume', () => {
    const again = { start: 'new', isEchoed: false, carriesOn: false };
    expect(after({}, { isConversationMissing: true })).toEqual({ kind: 'again', again });
  });

  it('starts its session anew with the prompt that was echoed, if nothing of it was kept', () => {
    const state = { ...withTurn(RESTING, { uuid: 'u', isEchoed: true }), isConversationMissing: true };
    const again = { start: 'new', isEchoed: true, carriesOn: false };
    expect(conclusionOf(state, PLAIN)).toEqual({ kind: 'again', again });
  });

  it('is not given again to please a chat that wants its end', () => {
    expect(after({}, FOUND, { isExitAwaited: true })).toEqual({ kind: 'cutOff' });
  });
});

describe('what becomes of a chat without a message whose process is gone', () => {
  it('is rest, unless the agent was at work by itself', () => {
    expect(conclusionOf(RESTING, PLAIN)).toEqual({ kind: 'rested' });
    expect(conclusionOf(RESTING, { ...PLAIN, isSelfDirected: true })).toEqual({ kind: 'cutOff' });
    const found = { ...RESTING, ...FOUND };
    expect(conclusionOf(found, { ...PLAIN, isSelfDirected: true })).toEqual({ kind: 'rested' });
  });
});

describe('what becomes of a message whose login was refused when its process went', () => {
  const refused: Partial<ClaudeState> = { isLoginRejected: true };
  const rejected = (progress: Partial<ClaudeTurn>, circumstances: Partial<Circumstances>) =>
    after({ stage: 'answered', ...progress }, refused, circumstances);
  const carriedOn = { kind: 'again', again: { start: 'resume', isEchoed: true, carriesOn: true } };
  const end = { outcome: 'errored' as const, error: { code: 'auth', message: 'no' } };

  it('is carried on, if the process was ended for that, or died with its engine, or had given up', () => {
    expect(rejected({}, { isReplaced: true })).toEqual(carriedOn);
    expect(after({ stage: 'answered' }, { ...refused, ...FOUND })).toEqual(carriedOn);
    expect(rejected({ end }, {})).toEqual(carriedOn);
  });

  it('is not carried on a second time, unless the model answered in between', () => {
    const again = { isReplaced: true };
    expect(rejected({ end, isCarriedOn: true }, again)).toEqual({ kind: 'ended', end });
    expect(rejected({ end, isCarriedOn: true, stage: 'served' }, again)).toEqual(carriedOn);
  });

  it('is carried on a second time with the next login there is', () => {
    const again = { isReplaced: true, isNextLogin: true };
    expect(rejected({ end, isCarriedOn: true }, again)).toEqual(carriedOn);
  });

  it('is not carried on once someone was asked to log in, nor for a chat that wants its end', () => {
    const rejection = { code: 'claude_login_required', message: 'no' };
    expect(rejected({ rejection }, { isReplaced: true })).toEqual({ kind: 'cutOff' });
    expect(rejected({}, { isReplaced: true, isExitAwaited: true })).toEqual({ kind: 'cutOff' });
  });
});
