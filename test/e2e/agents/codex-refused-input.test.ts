import { describe, expect, it } from 'vitest';
import { say } from '../../../src/dev/scripted-steps.ts';
import type { Turn } from '../../../src/dev/turn-script.ts';
import { eventsOf } from '../../agents/claude/stand-in.ts';
import { codexTextsOf, openCodexChat, type CodexChat } from './codex-support.ts';
import { refuseWith } from '../../support/model-troubles.ts';

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('a message of Codex that the model refuses for its image', () => {
  it.each([
    ['The image data you provided does not represent a valid image', /^Invalid image in your last message/],
    ['The body is wrong', /The body is wrong/],
  ])('is taken out of the conversation: %s', async (message, told) => {
    const chat = await openCodexChat({ turn: refusesImages(message, () => chat) });
    await chat.run('first');
    const { end } = await sendImage(chat);
    expect(end).toMatchObject({
      outcome: 'errored',
      error: { code: 'invalid_request', message: expect.stringMatching(told) },
    });
    chat.reopen();
    expect((await chat.run('second')).end?.outcome).toBe('completed');
    expect(codexTextsOf(chat.facts)).toEqual(['You said: first', 'You said: second']);
    const asked = JSON.stringify(chat.model.requests.at(-1));
    expect([asked.includes('You said: first'), asked.includes('see this')]).toEqual([true, false]);
    expect(eventsOf(chat.facts, 'session-gap').map(({ payload }) => payload['message'])).toEqual([
      'The model refused this message, so it was taken out of the conversation: the agent does not know it.',
    ]);
  });

  it('may be the first', async () => {
    const chat = await openCodexChat({ turn: refusesImages('Invalid image', () => chat) });
    expect((await sendImage(chat)).end?.outcome).toBe('errored');
    expect((await chat.run('second')).end?.outcome).toBe('completed');
  });
});

/** As the model's API does: by everything that it is shown. */
function refusesImages(message: string, chat: () => CodexChat): Turn {
  const error = { message, type: 'invalid_request_error', code: null, param: null };
  return (prompt) =>
    JSON.stringify(chat().model.requests.at(-1)).includes('input_image')
      ? refuseWith({ status: 400, body: { error } })
      : say(`You said: ${prompt}`);
}

async function sendImage(chat: CodexChat) {
  const source = { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL };
  return chat.run('', {
    content: await chat.store({ text: 'see this', images: [{ type: 'image', source }] }),
  });
}
