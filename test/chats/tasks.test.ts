import { describe, expect, it } from 'vitest';
import { Tasks } from '../../src/chats/tasks.ts';
import type { Gate } from '../../src/chats/gate.ts';
import type { TaskRecord } from '../../src/contract/tasks.ts';
import { CHAT_ID, task } from '../support/chat-words.ts';
import { recordOf } from '../support/start-chat.ts';

const LATER = '2026-01-01T00:00:07.000Z';

/** Chats of an agent that tells its tasks, or of one that does not. */
function open({
  tasks,
  tellsTasks = true,
  text = '',
}: {
  tasks?: TaskRecord[];
  tellsTasks?: boolean;
  text?: string;
}) {
  const sent: unknown[] = [];
  const gate = {
    recordOf: () => ({ ...recordOf({}), ...(tasks && { tasks }) }),
    actorOf: () => ({ send: (event: unknown) => sent.push(event) }),
    read: (answer: unknown) => Promise.resolve(answer),
    committed: (answer: unknown) => Promise.resolve(answer),
  } as unknown as Gate;
  const executor = { outputOf: () => (text === '' ? null : { text, changedAt: LATER }) };
  const commands = new Tasks({
    gate,
    drivers: new Map([['test', { tellsTasks }]]),
    executors: new Map([[CHAT_ID, executor]]),
    redact: (shown) => shown.replaceAll('hunter2', '[redacted]'),
  });
  return { commands, sent };
}

describe('the tasks of a chat', () => {
  it('are none before its agent ran anything', async () => {
    expect(await open({}).commands.list(CHAT_ID)).toEqual([]);
  });

  it('are shown with the end of what they printed, without secrets and notes of the driver', async () => {
    const text = `${'x'.repeat(9_000)} hunter2`;
    const { commands } = open({ tasks: [task('t1', { note: { a: 'b' } })], text });

    const [shown] = await commands.list(CHAT_ID);

    expect(shown).toEqual({ ...task('t1'), lastActivityAt: LATER, outputTail: expect.any(String) });
    expect(shown?.outputTail).toHaveLength(8_000);
    expect(shown?.outputTail).toMatch(/x \[redacted\]$/);
  });

  it('without an output were active last when they ended, or began', async () => {
    const ended = task('t2', { state: 'completed', endedAt: LATER });
    const shown = await open({ tasks: [task('t1'), ended] }).commands.list(CHAT_ID);

    expect(shown.map(({ lastActivityAt }) => lastActivityAt)).toEqual([task('t1').startedAt, LATER]);
  });

  it('are refused where the agent does not tell them, rather than said to be none', async () => {
    const { commands } = open({ tellsTasks: false });

    for (const refused of [commands.list(CHAT_ID), commands.stop(CHAT_ID, 't1')])
      await expect(refused).rejects.toMatchObject({ code: 'UNSUPPORTED', context: { feature: 'tasks' } });
  });

  it('are stopped one by one, or all of them', async () => {
    const { commands, sent } = open({ tasks: [task('t1'), task('t2')] });

    await commands.stop(CHAT_ID, 't2');
    await commands.stopAll(CHAT_ID);

    expect(sent).toEqual(['t2', 't1', 't2'].map((taskId) => ({ type: 'task.stop', taskId })));
  });

  it('cannot be stopped when nobody knows them', async () => {
    await expect(open({ tasks: [task('t1')] }).commands.stop(CHAT_ID, 'foreign')).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
      context: { chatId: CHAT_ID, taskId: 'foreign' },
    });
  });
});
