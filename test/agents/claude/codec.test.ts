import { describe, expect, it } from 'vitest';
import { found } from '../../../src/agents/claude/codec.ts';
import { foundState, freshState, withTurn } from '../../../src/agents/claude/state.ts';
import { messageOf } from './message.ts';

const message = messageOf({});
const NOTE = { model: 'm', effort: 'low', start: 'new', isEchoed: false, carriesOn: false };

function foundWith(note: object) {
  const delivery = { runId: 'run', sessionId: 's', notice: null, note: { ...NOTE, ...note } };
  return found({ policy: 'ask', sessionId: 'other', head: null, turn: { message, delivery, line: '' } });
}

describe('a process that an earlier engine left', () => {
  it('is one of which little is known, where it rested', () => {
    expect(found({ policy: 'ask', sessionId: 's', head: null, turn: null })).toEqual(foundState('s'));
  });

  it('works on the turn that it was launched for, as its delivery says', () => {
    const fresh = { ...freshState('s', 'default'), settings: { model: 'm', effort: 'low' as const } };
    expect(foundWith({})).toEqual(withTurn(fresh, { uuid: 'u' }));
  });

  it('had a life before the turn, where it was not launched for it', () => {
    expect(foundWith({ start: 'none' })).toMatchObject({
      tasks: null,
      totalCostUsd: null,
      permissionMode: null,
      turn: { isWarm: true },
    });
  });

  it('may have been given its message by an earlier version', () => {
    const delivery = { runId: 'run', sessionId: 's', notice: null, note: {}, start: 'none', model: null };
    const turn = { message, delivery, line: '' };
    const state = found({ policy: 'ask', sessionId: 's', head: null, turn });
    expect(state).toMatchObject({ settings: { model: null }, turn: { isWarm: true } });
  });

  it('may go on with the turn of another, which was echoed', () => {
    expect(foundWith({ carriesOn: true, isEchoed: true })).toMatchObject({
      echoed: ['u'],
      turn: { stage: 'started', isCarriedOn: true },
    });
  });
});
