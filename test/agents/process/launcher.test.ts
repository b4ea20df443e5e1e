import { describe, expect, it } from 'vitest';
import {
  configurationNow,
  failureOf,
  findProgram,
  isFit,
  isLoginOutdated,
  ProcessFailure,
} from '../../../src/agents/process/launcher.ts';
import { createPlainLogin } from '../../../src/agents/login.ts';
import { CHAT, codecOf, contextOf, converse } from './fakes.ts';

const OPTIONS = { codec: codecOf(), context: contextOf(), chat: CHAT };
const CHANGED = { ...OPTIONS, context: contextOf({ login: createPlainLogin({ PATH: '/bin', KEY: 'new' }) }) };

async function processWith({ offset = 0 } = {}) {
  const { live, channel } = converse();
  channel.offset = offset;
  live.found.configuration = configurationNow(await findProgram(OPTIONS), OPTIONS);
  return live;
}

describe('a process that rests', () => {
  it('takes another message as it is', async () => {
    expect(await isFit(await processWith(), OPTIONS)).toBe(true);
  });

  it('is replaced when the environment of its login changed', async () => {
    const live = await processWith();
    expect(await isFit(live, CHANGED)).toBe(false);
    expect(await isLoginOutdated(live.found.configuration, CHANGED)).toBe(true);
    expect(await isLoginOutdated(live.found.configuration, OPTIONS)).toBe(false);
  });

  it('is replaced when it printed 64 MiB', async () => {
    expect(await isFit(await processWith({ offset: 64 * 1024 * 1024 }), OPTIONS)).toBe(false);
  });
});

describe('a program', () => {
  it('that is not there is told with what to do about it', async () => {
    const context = contextOf({ findProgram: () => null });
    const error: unknown = await findProgram({ ...OPTIONS, context }).catch((reason: unknown) => reason);
    expect(failureOf(error, 'Some Agent')).toEqual({
      code: 'agent_unavailable',
      message: 'Some Agent cannot run here. It was not found: install it.',
    });
  });
});

it.each([
  [
    new ProcessFailure({ code: 'images_unsupported', message: 'No images.' }),
    'images_unsupported',
    'No images.',
  ],
  [new Error('EACCES'), 'agent_error', 'Some Agent cannot be used: EACCES'],
  ['odd', 'agent_error', 'Some Agent cannot be used: odd'],
])('what is thrown is told to people: %s', (error, code, message) => {
  expect(failureOf(error, 'Some Agent')).toEqual({ code, message });
});
