import { describe, expect, it } from 'vitest';
import { ordersOf, storyOf } from '../../support/chat-story.ts';
import { CHAT_ID, CRASHED, asked, ended, prepared, said, submit } from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';
import type { ChatStep } from '../../support/start-chat.ts';
import { leafOf } from '../../support/state-names.ts';

const WORKING: ChatStep[] = [submit('m1'), prepared('m1'), submit('m2')];

describe('an agent that dies', () => {
  it('ends its turn as errored, with its exit, and the next message runs', () => {
    const { emitted, commands, take } = startChat();

    take(...WORKING, CRASHED);

    expect(emitted.at(-1)).toEqual({
      type: 'chat.turn.completed',
      payload: {
        chatId: CHAT_ID,
        messageId: 'm1',
        isComplete: false,
        outcome: 'errored',
        error: { code: 'agent_exited', message: 'The agent exited with code 137.' },
      },
    });
    expect(ordersOf(commands).at(-1)).toBe('prepare m2');
  });

  it('leaves the chat errored when no message waits', () => {
    const { chat, take } = startChat();

    take(submit('m1'), prepared('m1'), CRASHED);

    expect(leafOf(chat.getSnapshot())).toBe('resting.errored');
  });

  it('before its message was handed over: the turn starts and ends at once, so that its reason is seen', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), CRASHED);

    expect(storyOf(emitted)).toEqual(['accepted m1 at 0', 'started m1', 'completed m1 errored']);
  });

  it('while it waits for an answer closes the question', () => {
    const { emitted, take } = startChat();

    take(submit('m1'), prepared('m1'), asked('r1'), CRASHED);

    expect(storyOf(emitted).slice(-2)).toEqual(['closed r1 withdrawn', 'completed m1 errored']);
  });

  it('at rest changes nothing', () => {
    const { chat, emitted, take } = startChat();

    take(CRASHED);

    expect(emitted).toEqual([]);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });

  it('is handed the same message again when its driver can prove that nothing ran', () => {
    const { chat, emitted, commands, take } = startChat();

    take(submit('m1'), prepared('m1'), asked('r1'), prepared('m1', { runId: 'run-2' }));

    expect(storyOf(emitted).slice(2)).toEqual(['opened r1 of m1', 'closed r1 withdrawn', 'noted delivery']);
    expect(emitted.at(-1)).toEqual({ type: 'chat.updated', record: { delivery: { runId: 'run-2' } } });
    expect(ordersOf(commands)).toEqual(['prepare m1', 'deliver m1', 'deliver m1']);
    expect(leafOf(chat.getSnapshot())).toBe('running.working');
  });
});

describe('late and foreign facts', () => {
  it('of an earlier turn neither end nor start the one that runs', () => {
    const { chat, emitted, take } = startChat();

    take(...WORKING, ended('m1'), prepared('m1'), prepared('m2'), prepared('m9'), ended('m1'), ended('m9'));

    expect(leafOf(chat.getSnapshot())).toBe('running.working');
    expect(storyOf(emitted).filter((line) => /^(started|completed)/.test(line))).toEqual([
      'started m1',
      'completed m1 completed',
      'started m2',
    ]);
  });

  it('never end a turn before it was announced as started', () => {
    const { chat, emitted, take } = startChat();

    take(submit('m1'), ended('m1'));

    expect(leafOf(chat.getSnapshot())).toBe('running.starting');
    expect(storyOf(emitted)).not.toContain('completed m1 completed');
  });

  it('at rest are kept without starting anything', () => {
    const { chat, emitted, commands, take } = startChat();

    take(said('m1'), prepared('m1'), { type: 'agent.answered' }, { type: 'agent.stirred' });

    expect(storyOf(emitted)).toEqual(['said m1']);
    expect(commands).toEqual([]);
    expect(leafOf(chat.getSnapshot())).toBe('resting.idle');
  });
});
