import { describe, expect, it } from 'vitest';
import type { ChatChange } from '../../../src/contract/chats.ts';
import { DELIVERY, ended, message, prepared, submit } from '../../support/chat-words.ts';
import { startChat } from '../../support/start-chat.ts';

const configure = (change: ChatChange) => ({ type: 'chat.configure' as const, change });

describe('what a chat is set to', () => {
  it('holds for the messages that start from then on, also for those that wait already', () => {
    const { commands, take } = startChat();

    take(submit('m1'), prepared('m1'), submit('m2'));
    take(configure({ model: 'other', thinkingLevel: 'low', policy: 'ask' }), ended('m1'));

    expect(commands).toContainEqual({
      type: 'agent.deliver',
      message: { ...message('m1'), policy: 'bypass' },
      delivery: DELIVERY,
    });
    expect(commands.at(-1)).toEqual({
      type: 'agent.prepare',
      message: { ...message('m2'), model: 'other', thinkingLevel: 'low', policy: 'ask' },
    });
  });

  it('gives way to what a message says itself', () => {
    const { commands, take } = startChat();
    const own = { ...message('m1'), model: 'own', thinkingLevel: 'high' as const };

    take(configure({ model: 'other', thinkingLevel: 'low' }), { type: 'message.submit', message: own });

    expect(commands.at(-1)).toMatchObject({ message: { model: 'own', thinkingLevel: 'high' } });
  });

  it('is part of its summary until it is taken back, and leaves the title to its first message', () => {
    const { chat, take } = startChat();
    const told = () => chat.getSnapshot().context.record.chat;
    const before = told();

    take(configure({ model: 'other', thinkingLevel: 'low', policy: 'ask' }));
    expect(told()).toEqual({ ...before, model: 'other', thinkingLevel: 'low', policy: 'ask' });
    take(configure({ model: null, thinkingLevel: null, policy: 'bypass' }));

    expect(told()).toEqual({ ...before, policy: 'bypass' });
  });
});
