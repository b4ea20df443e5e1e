import { describe, expect, it } from 'vitest';
import { newsOf, withTask } from '../../../machines/chat.tasks.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import {
  CHAT_ID,
  CRASHED,
  RUN_ID,
  ended,
  prepared,
  runs,
  said,
  submit,
  task,
} from '../../support/chat-words.ts';
import { recordOf, startChat } from '../../support/start-chat.ts';

const END = { endedAt: '2026-01-01T00:00:09.000Z' };

function startWith(...tasks: ReturnType<typeof task>[]) {
  const harness = startChat({ record: { ...recordOf({}), tasks } });
  return { ...harness, known: () => harness.chat.getSnapshot().context.record.tasks };
}

describe('what an agent runs beside its turns', () => {
  it('is told when it begins, and once when it ends, however often the agent names it', () => {
    const { take, emitted } = startChat();
    const over = task('t1', { state: 'completed', ...END });

    take(runs(task('t1')), runs(task('t1')), runs(over), runs({ ...over, endedAt: PAST }), runs());

    expect(storyOf(emitted).filter((line) => line.startsWith('task'))).toEqual([
      'task t1 running',
      'task t1 completed',
    ]);
  });

  it('is told whole, without what its agent alone can make of it', () => {
    const { take, emitted } = startChat();

    take(runs(task('t1', { kind: 'agent', tokens: 7, note: { turn: 'native' } })));

    expect(emitted).toContainEqual({
      type: 'chat.task.changed',
      payload: { chatId: CHAT_ID, task: task('t1', { kind: 'agent', tokens: 7 }) },
      record: { taskNote: { turn: 'native' } },
    });
  });

  it('is told behind what was said with it, and before the end of its turn', () => {
    const { take, emitted } = startChat();

    take(submit('m1'), prepared('m1'), { ...ended('m1'), tasks: [task('t1')] });

    const story = storyOf(emitted).filter((line) => !line.startsWith('noted'));
    expect(story.slice(-2)).toEqual(['task t1 running', 'completed m1 completed']);
  });

  it('ends no turn with its own end', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), runs(task('t1')), runs(task('t1', { state: 'completed', ...END })));

    expect(chat.getSnapshot().matches({ running: 'working' })).toBe(true);
  });

  it('is lost when its agent knows nothing of it any more, which is told once', () => {
    const { take, emitted, known } = startWith(task('t1'), task('t0', { state: 'completed', ...END }));

    take(runs(), CRASHED, runs());

    expect(storyOf(emitted).filter((line) => line.startsWith('task'))).toEqual(['task t1 lost']);
    expect(known()).toMatchObject([
      { id: 't1', state: 'lost' },
      { id: 't0', state: 'completed' },
    ]);
  });

  it('is lost with a home that was copied or restored elsewhere, and with a chat that is given up', () => {
    const record = { ...recordOf({}), tasks: [task('t1')] };

    const copied = startChat({ record, origin: { kind: 'copied' } });
    const moved = startChat({ record, origin: { kind: 'moved' } });
    const givenUp = startChat({ record, origin: { kind: 'givenUp', reason: 'It broke.' } });

    for (const { emitted } of [copied, moved, givenUp]) expect(storyOf(emitted)).toContain('task t1 lost');
  });

  it('is known to the agent that takes the chat up, as long as it runs', () => {
    const [running, stopping] = [task('t1', { note: { a: 'b' } }), task('t2', { state: 'stopping' })];
    const { sessions } = startWith(running, stopping, task('t0', { state: 'failed' }));

    expect(sessions[0]?.tasks).toEqual([running, stopping]);
  });

  it('may run again, as a sub-agent does that is given more to do', () => {
    const over = task('t1', { kind: 'agent', state: 'completed', ...END });
    const { take, emitted } = startWith(over);

    take(runs(over), runs(task('t1', { kind: 'agent' })));

    expect(storyOf(emitted).filter((line) => line.startsWith('task'))).toEqual(['task t1 running']);
  });
});

describe('stopping a task', () => {
  it('is on record before the agent hears of it, and stays so until it has ended', () => {
    const { take, emitted, commands, known } = startWith(task('t1'));

    take({ type: 'task.stop', taskId: 't1' }, runs(task('t1', { tokens: 3 })));

    expect(storyOf(emitted).slice(0, 1)).toEqual(['task t1 stopping']);
    expect(ordersOf(commands)).toEqual(['stopTask t1']);
    expect(known()).toMatchObject([{ state: 'stopping', tokens: 3 }]);
  });

  it.each([
    ['failed', 'stopped'],
    ['stopped', 'stopped'],
    ['completed', 'completed'],
  ] as const)('that ends %s makes it %s', (state, told) => {
    const { take, known } = startWith(task('t1', { state: 'stopping' }));

    take(runs(task('t1', { state, ...END })));

    expect(known()).toMatchObject([{ state: told, ...END }]);
  });

  it.each([
    ['that nobody knows', 'foreign'],
    ['that has ended', 't0'],
    ['that was told to end', 't2'],
  ])('%s says nothing to the agent', (_, taskId) => {
    const tasks = [task('t0', { state: 'completed' }), task('t2', { state: 'stopping' })];
    const { take, emitted, commands } = startWith(...tasks);

    take({ type: 'task.stop', taskId });

    expect([emitted, commands]).toEqual([[], []]);
  });

  it('is possible while a turn runs, and ends only the task', () => {
    const { take, chat, commands } = startWith(task('t1'));

    take(submit('m1'), prepared('m1'), said('m1'), { type: 'task.stop', taskId: 't1' });

    expect(ordersOf(commands).at(-1)).toBe('stopTask t1');
    expect(chat.getSnapshot().matches({ running: 'working' })).toBe(true);
  });
});

describe('the tasks on record', () => {
  it('are at most a hundred: those that ended first go first', () => {
    const ids = Array.from({ length: 101 }, (_, index) => `t${index}`);
    const all = ids.reduce<ReturnType<typeof task>[]>((known, id) => {
      const one = task(id, { state: id === 't0' ? 'running' : 'completed' });
      return withTask(known, one);
    }, []);

    expect(all.map(({ id }) => id)).toEqual(['t0', ...ids.slice(2)]);
  });

  it('take a line with the position of what told them', () => {
    const { take, chat } = startChat();

    take(runs(task('t1')));

    expect(chat.getSnapshot().context.record.position).toEqual({ runId: RUN_ID, offset: 10 });
  });

  it('of a chat of an earlier version are none', () => {
    expect(newsOf(recordOf({}), [])).toEqual([]);
  });
});

const PAST = '2026-01-01T00:00:01.000Z';
