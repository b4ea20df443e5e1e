import { describe, expect, it } from 'vitest';
import { acceptMessage, digestOf, withoutDefaults } from '../../src/chats/accept-message.ts';
import type { SendMessage, SentMessage } from '../../src/contract/messages.ts';
import type { Payloads } from '../../src/storage/payloads.ts';

const ABLE = { provider: 'able', modes: ['goal', 'fast'] as const };
const UNABLE = { provider: 'unable', modes: [] };

describe('the modes of a message', () => {
  it.each([
    [{ message: 'x', goalMode: true }, { goalMode: true }],
    [{ message: '/goal x' }, { goalMode: true }],
    [{ message: '/fast x' }, { fastMode: true }],
    [{ message: '/fast /goal x' }, { goalMode: true, fastMode: true }],
    [{ message: '/plan /fast x' }, { planMode: true, fastMode: true }],
    [{ message: 'x', goalMode: false, fastMode: false }, {}],
  ])('are asked for beside it or by what it begins with, which is taken off: %j', async (request, modes) => {
    const { content, planMode, goalMode, fastMode } = await accepted(request);
    const found = {
      ...(planMode && { planMode }),
      ...(goalMode && { goalMode }),
      ...(fastMode && { fastMode }),
    };
    expect([content, found]).toEqual([{ kind: 'inline', text: 'x' }, modes]);
  });

  it.each([
    [{ message: 'x', goalMode: true }, 'goalMode'],
    [{ message: '/goal x' }, 'goalMode'],
    [{ message: '/plan /fast x' }, 'fastMode'],
    [{ message: 'x', fastMode: true }, 'fastMode'],
  ])('that its agent cannot are refused, not dropped: %j', async (request, feature) => {
    await expect(accepted(request, UNABLE)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      status: 409,
      context: { provider: 'unable', feature },
    });
  });

  it.each([{ message: '/goal' }, { message: '/plan x', goalMode: true }])(
    'have to make sense: %j',
    async (request) => {
      await expect(accepted(request)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );

  it('are part of what a repeat has to repeat, unless they are off', () => {
    const digest = (more: Partial<SendMessage>) =>
      digestOf(withoutDefaults({ message: 'x', ...more }, undefined));
    expect(digest({ goalMode: false, fastMode: false })).toBe(digest({}));
    expect(new Set([digest({}), digest({ goalMode: true }), digest({ fastMode: true })]).size).toBe(3);
  });
});

describe('the trace of a message', () => {
  const SPAN = '4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7';

  it.each([
    [`00-${SPAN}-01`, `00-${SPAN}-01`],
    [`ff-${SPAN}-01`, undefined],
    [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
    ['garbage', undefined],
    [undefined, undefined],
  ])('is kept when it is one: %s', async (given, kept) => {
    expect((await accepted({ message: 'x', traceparent: given })).traceparent).toBe(kept);
  });
});

describe('a message that is kept in a file', () => {
  it.each([
    ['ENOSPC', {}],
    ['EDQUOT', {}],
    ['EIO', { reason: 'EIO: i/o error, write' }],
    ['EROFS', { reason: 'EROFS: read-only file system, open' }],
  ])('is refused when that cannot be written: %s', async (code, context) => {
    const error = Object.assign(new Error('reason' in context ? context.reason : ''), { code });
    const write = () => Promise.reject(error);
    const message = accepted({ message: 'x'.repeat(1_000_000) }, ABLE, { write });

    await expect(message).rejects.toMatchObject({ code: 'STORAGE_FULL', status: 507, context });
  });
});

function accepted(
  request: SentMessage,
  driver: Parameters<typeof acceptMessage>[1]['driver'] = ABLE,
  payloads: Partial<Payloads> = {},
): ReturnType<typeof acceptMessage> {
  const fetchImages = () => Promise.resolve([]);
  return acceptMessage(request, { digest: '', driver, payloads: payloads as Payloads, fetchImages });
}
