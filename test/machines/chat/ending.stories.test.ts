import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../machines/chat.events.ts';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import { CRASHED, asked, ended, interrupt, prepared, said, submit } from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import type { ChatStep } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const DELETE: ChatEvent = { type: 'chat.delete' };
const SHUTDOWN: ChatEvent = { type: 'chat.shutdown' };
const WORKING: ChatStep[] = [submit('m1'), prepared('m1'), submit('m2')];

describe('deleting a chat', () => {
  const PHASES: [string, ChatStep[], string[]][] = [
    ['at rest', [], []],
    ['that holds messages', [{ type: 'turns.hold' }, submit('m1')], ['dropped m1 chatDeleted']],
    [
      'while a message is starting',
      [submit('m1'), submit('m2')],
      ['dropped m1 chatDeleted', 'dropped m2 chatDeleted'],
    ],
    ['while the agent works', WORKING, ['completed m1 interrupted', 'dropped m2 chatDeleted']],
    [
      'while the agent is probed',
      [...WORKING, 600_000],
      ['completed m1 interrupted', 'dropped m2 chatDeleted'],
    ],
    [
      'while a request waits',
      [...WORKING, asked('r1')],
      ['closed r1 withdrawn', 'completed m1 interrupted', 'dropped m2 chatDeleted'],
    ],
    [
      'while its turn is interrupted',
      [...WORKING, interrupt()],
      ['completed m1 interrupted', 'dropped m2 chatDeleted'],
    ],
    ['while its agent works by itself', [said(null, { selfDirected: true })], ['noted selfDirected']],
  ];

  it.each(PHASES)('%s ends its turn, drops what waited and says so last', (_, steps, ends) => {
    const { chat, emitted, take } = startChat();
    take(...steps);
    const before = emitted.length;

    take(DELETE, CRASHED);

    expect(storyOf(emitted.slice(before))).toEqual([...ends, 'deleted']);
    expect(leafOf(chat.getSnapshot())).toBe('deleted');
  });

  it('waits until the process is gone, however the turn ends meanwhile', () => {
    const { chat, emitted, commands, take } = startChat();

    take(...WORKING, DELETE, said('m1'), ended('m1', { outcome: 'interrupted' }));
    expect(leafOf(chat.getSnapshot())).toBe('stopping');
    take(CRASHED);

    expect(storyOf(emitted).slice(3)).toEqual([
      'said m1',
      'noted position',
      'completed m1 interrupted',
      'dropped m2 chatDeleted',
      'deleted',
    ]);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'stop']);
  });

  it('takes no more commands, so nothing is accepted that nobody would end', () => {
    const { emitted, take } = startChat();

    take(...WORKING, DELETE);
    take(
      submit('m3'),
      { type: 'message.withdraw', messageId: 'm2' },
      { type: 'queue.clear' },
      SHUTDOWN,
      CRASHED,
    );

    expect(storyOf(emitted).slice(3)).toEqual([
      'completed m1 interrupted',
      'dropped m2 chatDeleted',
      'deleted',
    ]);
  });
});

describe('shutting a chat down', () => {
  it('ends its turn as interrupted and keeps what waits', () => {
    const { chat, emitted, commands, take } = startChat();

    take(...WORKING, SHUTDOWN, CRASHED);

    expect(storyOf(emitted).slice(3)).toEqual(['completed m1 interrupted']);
    expect(ordersOf(commands).at(-1)).toBe('stop');
    expect(chat.getSnapshot().context.record.queue.map(({ messageId }) => messageId)).toEqual(['m2']);
    expect(leafOf(chat.getSnapshot())).toBe('stopped');
  });

  it('keeps a message that was starting, at the head of the queue', () => {
    const { chat, emitted, commands, take } = startChat();

    take(submit('m1'), submit('m2'), SHUTDOWN, prepared('m1'), CRASHED);

    expect(storyOf(emitted)).toEqual(['accepted m1 at 0', 'accepted m2 at 1']);
    expect(ordersOf(commands)).toEqual(['prepare m1', 'abandon', 'stop']);
    expect(chat.getSnapshot().context.record.queue.map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
  });

  it('lets a turn that just finished count as completed', () => {
    const { emitted, take } = startChat();

    take(...WORKING, SHUTDOWN, ended('m1'), CRASHED);

    expect(storyOf(emitted).at(-1)).toBe('completed m1 completed');
  });

  it('waits for the end of the process, which has the ladder', () => {
    const { chat, take } = startChat();

    take(...WORKING, SHUTDOWN, 24 * 3_600_000);
    expect(leafOf(chat.getSnapshot())).toBe('stopping');
    take(CRASHED);

    expect(leafOf(chat.getSnapshot())).toBe('stopped');
  });
});
