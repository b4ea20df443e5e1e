import { describe, expect, it } from 'vitest';
import { newMessage } from '../claude/stand-in.ts';
import { codec, turnCompleted, working, type Driven } from './codec-harness.ts';

const MESSAGE = newMessage('hello', { turnId: 'c1', goalMode: true });
const SET = { id: 'goal-c1', result: { goal: { objective: 'hello', status: 'active' } } };

describe('a message with a goal', () => {
  it('sets it once its turn goes on, and not before', () => {
    const driven = working(newMessage('hello', { turnId: 'c1' }));
    expect(driven.look()).toEqual([]);
    const pursued = started();
    expect(pursued.state.turn?.goal).toEqual({ objective: 'hello', status: 'asked' });
  });

  it('takes the turns that the server begins by itself, until the goal is over', () => {
    const driven = started().print(SET, turnCompleted({}));
    expect([driven.ends, driven.standing.activity]).toEqual([[], 'working']);
    driven.print(startOf('t2'), goal('active'), turnCompleted({ id: 't2' }), startOf('t3'));
    driven.print(goal('complete'), turnCompleted({ id: 't3' }));
    expect(driven.ends).toMatchObject([{ outcome: 'completed' }]);
    expect([driven.look(), driven.standing.activity]).toEqual([[], 'resting']);
  });

  it.each(['blocked', 'budgetLimited'])('ends when the goal is %s between two turns', (status) => {
    const driven = started().print(SET, turnCompleted({}), goal(status));
    expect(driven.ends).toMatchObject([{ outcome: 'completed' }]);
  });

  it('pursues it no more when it is interrupted in a turn', () => {
    const driven = started().print(SET).say({ type: 'interrupt' });
    expect(driven.look()).toEqual(['thread/goal/clear drop-goal-c1', 'turn/interrupt interrupt-t1']);
    driven.print(turnCompleted({ status: 'interrupted' }), answer('clean-thread-1'));
    expect(driven.ends).toMatchObject([{ outcome: 'interrupted' }]);
  });

  it('pursues it no more when it is interrupted between two turns', () => {
    const driven = started().print(SET, turnCompleted({})).say({ type: 'interrupt' });
    expect(driven.look()).toEqual([
      'thread/goal/clear drop-goal-c1',
      'thread/backgroundTerminals/clean clean-thread-1',
    ]);
    driven.print(answer('drop-goal-c1'), answer('clean-thread-1'));
    expect(driven.ends).toMatchObject([{ outcome: 'interrupted' }]);
  });

  it('pursues it no more when one of its turns fails', () => {
    const driven = started().print(SET, turnCompleted({ status: 'failed' }));
    expect([driven.look(), driven.ends]).toEqual([['thread/goal/clear drop-goal-c1'], []]);
    driven.print(answer('drop-goal-c1'));
    expect(driven.ends).toMatchObject([{ outcome: 'errored' }]);
  });

  it('is not carried out without it', () => {
    const driven = started().print({ id: 'goal-c1', error: { message: 'too long' } });
    expect(driven.look()).toEqual(['turn/interrupt interrupt-t1']);
    driven.print(turnCompleted({ status: 'interrupted' }), answer('clean-thread-1'));
    const message = 'Codex did not take the goal: too long';
    expect(driven.ends).toMatchObject([{ outcome: 'errored', error: { code: 'agent_error', message } }]);
  });

  it('is not given again when the server dies between two turns', () => {
    const { state } = started().print(SET, turnCompleted({}));
    const ending = { now: new Date(), isFound: true, isWritten: true, isAsked: false };
    const gone = codec.conclude(state, {
      ...ending,
      isUnresponsive: false,
      complaint: '',
      isSelfDirected: false,
    });
    expect(gone.outcome).toEqual({ kind: 'ended', end: { outcome: 'lost' } });
  });
});

function started(): Driven {
  const driven = working(MESSAGE);
  driven.look();
  return driven;
}

function startOf(id: string) {
  return { method: 'turn/started', params: { threadId: 'thread-1', turn: { id } } };
}

function goal(status: string) {
  const params = { threadId: 'thread-1', goal: { objective: 'hello', status } };
  return { method: 'thread/goal/updated', params };
}

function answer(id: string) {
  return { id, result: {} };
}
