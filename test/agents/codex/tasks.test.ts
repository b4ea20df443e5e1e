import { describe, expect, it } from 'vitest';
import { codec, turnCompleted, working } from './codec-harness.ts';
import { replay } from './replay.ts';

const command = (id: string, fields: object = {}) => ({
  type: 'commandExecution',
  id,
  command: "/bin/bash -lc 'sleep 9'",
  processId: `p-${id}`,
  ...fields,
});
const item = (how: 'started' | 'completed', one: object, threadId = 'thread-1') => ({
  method: `item/${how}`,
  params: { threadId, turnId: 't1', item: one, startedAtMs: 1_000, completedAtMs: 9_000 },
});
const printed = (itemId: string, delta: string, threadId = 'thread-1') => ({
  method: 'item/commandExecution/outputDelta',
  params: { threadId, itemId, delta },
});
const childTurn = (status: 'inProgress' | 'completed' | 'interrupted') => ({
  method: status === 'inProgress' ? 'turn/started' : 'turn/completed',
  params: { threadId: 'child', turn: { id: 'c-t1', status, startedAt: 1, completedAt: 2 } },
});
const named = {
  type: 'subAgentActivity',
  id: 'x',
  kind: 'started',
  agentThreadId: 'child',
  agentPath: '/root/sub1',
};

const LEFT = {
  id: 'a',
  kind: 'shell',
  title: 'sleep 9',
  state: 'running',
  startedAt: '1970-01-01T00:00:01.000Z',
  note: { thread: 'thread-1', process: 'p-a' },
};

/** A server that rests, with a command that its turn left. */
const leaving = () =>
  working().print(item('started', command('a')), printed('a', 'one\n'), turnCompleted({}));

describe('a command of Codex that goes on', () => {
  it('is a tool of its turn, and a task from the end of that on', () => {
    const driven = working().print(item('started', command('a')));
    expect([driven.standing.tasks, driven.standing.openTools]).toEqual([[], 1]);
    driven.print(turnCompleted({}));
    expect([driven.standing.tasks, driven.standing.openTools]).toEqual([[LEFT], 0]);
    expect(driven.ends).toEqual([{ outcome: 'completed' }]);
  });

  it('keeps its server, but not its chat, at work', () => {
    expect(leaving().standing).toMatchObject({ activity: 'working', selfDirected: false });
    const over = leaving().print(item('completed', command('a', { exitCode: 0 })));
    expect(over.standing).toMatchObject({ activity: 'resting', selfDirected: false });
  });

  it.each([
    [0, 'completed'],
    [1, 'failed'],
    [-1, 'failed'],
  ])('that ends with %i has %s, and all that it printed', (exitCode, state) => {
    const driven = leaving().print(item('completed', command('a', { exitCode, aggregatedOutput: 'all' })));
    expect(driven.standing.tasks).toEqual([{ ...LEFT, state, endedAt: '1970-01-01T00:00:09.000Z' }]);
    expect(codec.taskOutput?.(LEFT as never, { chatId: 'c', state: driven.state })).toMatchObject({
      text: 'all',
    });
  });

  it('tells what it prints meanwhile', () => {
    const { state } = leaving().print(printed('a', 'two\n'), printed('other', 'three\n'));
    expect(codec.taskOutput?.(LEFT as never, { chatId: 'c', state })).toMatchObject({ text: 'one\ntwo\n' });
    expect(codec.taskOutput?.(LEFT as never, { chatId: 'c', state: null })).toBeNull();
  });

  it('is ended by the number of its terminal when that is asked', () => {
    const driven = leaving().say({ type: 'stopTask', taskId: 'a' });
    expect(JSON.parse(driven.written[0]!)).toEqual({
      id: 'stop-a',
      method: 'thread/backgroundTerminals/terminate',
      params: { threadId: 'thread-1', processId: 'p-a' },
    });
  });

  it('is no task when its turn was interrupted', () => {
    const driven = working()
      .print(item('started', command('a')))
      .say({ type: 'interrupt' });
    driven.print(turnCompleted({ status: 'interrupted' }), { id: 'clean-thread-1', result: {} });
    expect([driven.ends, driven.standing.tasks]).toEqual([[{ outcome: 'interrupted' }], []]);
  });

  it('is spared by the interrupt of a later turn, whose own command is ended', () => {
    const driven = leaving();
    const { state } = working();
    driven.state = { ...state, tasks: driven.state.tasks, tails: driven.state.tails };
    driven.print(item('started', command('b'))).say({ type: 'interrupt' });
    driven.print(turnCompleted({ status: 'interrupted' }));
    expect(driven.look()).toEqual([
      'turn/interrupt interrupt-t1',
      'thread/backgroundTerminals/terminate clean-b',
    ]);
    driven.print({ id: 'clean-b', result: { terminated: true } });
    expect(driven.ends).toEqual([{ outcome: 'completed' }, { outcome: 'interrupted' }]);
    expect(driven.standing.tasks).toEqual([LEFT]);
  });

  it('is told once in the history, also to an engine that takes the server up', () => {
    const head = leaving().state;
    const tasks = [LEFT] as never;
    const found = codec.found({ policy: 'ask', sessionId: 'thread-1', head, turn: null, tasks });
    const step = codec.translate(found, JSON.stringify(item('completed', command('a', { exitCode: 0 }))), {
      now: new Date(0),
      runId: 'r',
      policy: 'ask',
      openedAt: 0,
    });
    expect(step).toMatchObject({ said: [], state: { tasks: [{ id: 'a', state: 'completed' }] } });
  });
});

describe('a sub-agent of Codex', () => {
  const begun = () => working().print(item('started', named), childTurn('inProgress'));

  it('is a task under the id of its thread, as long as it has a turn', () => {
    const driven = begun();
    expect(driven.standing.tasks).toMatchObject([
      { id: 'child', kind: 'agent', title: '/root/sub1', state: 'running' },
    ]);
    driven.print(childTurn('completed'));
    expect(driven.standing.tasks).toMatchObject([
      { state: 'completed', endedAt: '1970-01-01T00:00:02.000Z' },
    ]);
    expect(driven.ends).toEqual([]);
  });

  it('counts its tokens, and tells what it says', () => {
    const usage = { total: { totalTokens: 110 }, last: {} };
    const driven = begun().print(
      { method: 'thread/tokenUsage/updated', params: { threadId: 'child', tokenUsage: usage } },
      { method: 'item/agentMessage/delta', params: { threadId: 'child', itemId: 'm', delta: 'hi' } },
    );
    expect(driven.standing.tasks).toMatchObject([{ tokens: 110 }]);
    const task = driven.standing.tasks![0]!;
    expect(codec.taskOutput?.(task, { chatId: 'c', state: driven.state })).toMatchObject({ text: 'hi' });
  });

  it('is interrupted when it is to stop, with what it runs', () => {
    const driven = begun()
      .print(item('started', command('a'), 'child'))
      .say({ type: 'stopTask', taskId: 'child' });
    expect(driven.look()).toEqual(['turn/interrupt stop-child']);
    driven.print(childTurn('interrupted'));
    expect(driven.look()).toEqual(['thread/backgroundTerminals/clean clean-child']);
    expect([driven.standing.tasks?.[0]?.state, driven.ends]).toEqual(['stopped', []]);
  });

  it('runs again when it is given more to do', () => {
    const driven = begun().print(childTurn('completed'), childTurn('inProgress'));
    expect(driven.standing.tasks).toMatchObject([{ title: '/root/sub1', state: 'running' }]);
    expect(driven.standing.tasks?.[0]).not.toHaveProperty('endedAt');
  });

  it('is at work for an engine that takes the server up', () => {
    const { state: head, standing } = begun().print(turnCompleted({}));
    const found = codec.found({
      policy: 'ask',
      sessionId: 'thread-1',
      head: { ...head, children: {}, tasks: [] },
      turn: null,
      tasks: standing.tasks ?? [],
    });
    expect(found.children).toEqual({ child: 'c-t1' });
  });

  it('in a recording begins and completes, which ends no turn but its own', () => {
    const { state, ends } = replay('sub-agent');
    expect(state.tasks).toMatchObject([{ title: '/root/sub1', state: 'completed', tokens: 110 }]);
    expect(ends).toHaveLength(1);
  });
});
