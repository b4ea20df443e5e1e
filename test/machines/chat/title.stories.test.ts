import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../machines/chat.events.ts';
import { message } from '../../support/chat-words.ts';
import { recordOf, startChat } from '../../support/start-chat.ts';

function says(text: string): ChatEvent {
  return { type: 'message.submit', message: { ...message('m1'), content: { kind: 'inline', text } } };
}

/** A chat that nobody has named yet. */
function startUntitled() {
  const { chat, emitted, take } = startChat({ record: { ...recordOf({}), isUntitled: true } });
  return { take, emitted, told: () => chat.getSnapshot().context.record.chat };
}

describe('the title of a chat that nobody named', () => {
  it.each([
    ['Fix the login\nIt fails.', 'Fix the login'],
    ['  \n\tTwo   words ', 'Two words'],
    ['x'.repeat(100), `${'x'.repeat(79)}…`],
  ])('follows its first message: %j', (text, title) => {
    const { take, told } = startUntitled();

    take(says(text));

    expect(told()).toMatchObject({ title, titleProvenance: 'auto' });
  });

  it('is not changed by later messages', () => {
    const { take, told } = startUntitled();

    take(says('First'), says('Second'));

    expect(told().title).toBe('First');
  });

  it('waits for a message with words', () => {
    const { take, told } = startUntitled();
    const before = told().title;

    take(says(''));
    expect(told().title).toBe(before);
    take(says('Words'));

    expect(told().title).toBe('Words');
  });

  it.each([
    ['before its first message', [{ type: 'chat.configure', change: { title: 'Mine' } }, says('First')]],
    ['after it', [says('First'), { type: 'chat.configure', change: { title: 'Mine' } }]],
  ] as [string, ChatEvent[]][])('stays as a person named it %s', (_, steps) => {
    const { take, told, emitted } = startUntitled();

    take(...steps);

    expect(told().title).toBe('Mine');
    expect(told()).not.toHaveProperty('titleProvenance');
    const note = { type: 'chat.updated', record: { isUntitled: false }, change: { title: 'Mine' } };
    expect(emitted).toContainEqual(note);
  });
});

it('a chat that was created with a title keeps it', () => {
  const { chat, take } = startChat();
  const { title } = chat.getSnapshot().context.record.chat;

  take(says('First'));

  expect(chat.getSnapshot().context.record.chat.title).toBe(title);
});
