import { describe, expect, it } from 'vitest';
import type { LoginTokens } from '../../../src/agents/login.ts';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { deliveriesOf, eventsOf, until } from '../../agents/claude/stand-in.ts';
import type { Login } from '../../support/scripted-login.ts';
import {
  expectHealed,
  openCodexLoginChat,
  type CodexLoginChat,
  type CodexLogins,
} from './codex-login-support.ts';
import { codexTextsOf } from './codex-support.ts';

const WORK = useTool('exec_command', { cmd: 'echo ran >> runs; cat runs', yield_time_ms: 60_000 });

/** Works, and its login is no good any more when it has done so. */
function openExpiring(next: (logins: CodexLogins) => Promise<Login | null>) {
  let tokens: LoginTokens | null = null;
  return openCodexLoginChat({
    turn:
      ({ issuer }) =>
      (prompt, results) => {
        if (prompt !== 'expire' || results.length > 0) return say(`Said: ${prompt}`);
        issuer.revoke(tokens!.accessToken);
        return WORK;
      },
    first: async ({ mint, oauth }) => {
      tokens = await mint();
      return oauth(tokens);
    },
    next,
  });
}

const renewing = async ({ mint, oauth }: CodexLogins) => oauth(await mint());

describe('a turn of Codex whose login is refused', () => {
  it('goes on when the token is renewed, without a word about it', async () => {
    const chat = await openExpiring(renewing);
    expect((await chat.run('expire')).end).toMatchObject({ outcome: 'completed' });
    expectTurn(chat);
    expect(eventsOf(chat.facts, 'event_msg').map(({ payload }) => payload['type'])).not.toContain('error');
  });

  it('goes on with the API key when there is no other token', async () => {
    const chat = await openExpiring(({ apiKey }) => Promise.resolve(apiKey('sk-fallback')));
    expect((await chat.run('expire')).end).toMatchObject({ outcome: 'completed' });
    expectTurn(chat);
    expect(chat.gate.calls.at(-1)).toMatchObject({ credential: 'sk-fallback', isLetIn: true });
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });

  it('goes on with another API key in the place of the first', async () => {
    const chat = await openCodexLoginChat({
      turn:
        ({ revokeKey }) =>
        (prompt, results) => {
          if (results.length > 0) return say(`Said: ${prompt}`);
          revokeKey('sk-first');
          return WORK;
        },
      first: ({ apiKey }) => apiKey('sk-first'),
      next: ({ apiKey }) => Promise.resolve(apiKey('sk-second')),
    });
    expect((await chat.run('expire')).end).toMatchObject({ outcome: 'completed' });
    expectTurn(chat);
    expect(chat.gate.calls.at(-1)).toMatchObject({ credential: 'sk-second', isLetIn: true });
  });

  it('ends with a code that says who has to log in when there is no login left', async () => {
    const chat = await openExpiring(() => Promise.resolve(null));
    const { end } = await chat.run('expire');
    expect(end).toMatchObject({ outcome: 'errored', error: { code: 'codex_login_required' } });
    expect(chat.login.refreshes).toBe(1);
  });

  it('is carried on, also by another engine, when Codex has given up before the token was renewed', async () => {
    const gate = createGate();
    const open = () => openExpiring(async (logins) => (await gate.pass(), renewing(logins)));
    const chats = [await open(), await open()] as const;
    const messages = await Promise.all(chats.map((chat) => chat.begin('expire')));
    for (const { facts } of chats) {
      const types = () => eventsOf(facts, 'event_msg').map(({ payload }) => payload['type']);
      await until(() => expect(types()).toContain('error'));
    }
    chats[1].reopen();
    gate.open();
    for (const [index, chat] of chats.entries()) {
      expect((await chat.ended(messages[index]!)).end).toMatchObject({ outcome: 'completed' });
      expectWork(chat);
    }
    expect(chats[0].login.refreshes).toBe(1);
  });
});

describe('a new token', () => {
  it('is used by the running server at once', async () => {
    const chat = await openExpiring(() => Promise.resolve(null));
    await chat.run('hello');
    const tokens = await chat.logins.mint();
    await chat.login.replace(chat.logins.oauth(tokens));
    await chat.run('again');
    expect(chat.gate.calls.at(-1)).toMatchObject({ credential: tokens.accessToken, isLetIn: true });
    expect(new Set(deliveriesOf(chat).map(({ runId }) => runId)).size).toBe(1);
  });
});

describe('another engine, in the middle of the healing,', () => {
  it('answers the server that waits for a token', async () => {
    const gate = createGate();
    const chat = await openExpiring(async (logins) => (await gate.pass(), renewing(logins)));
    const message = await chat.begin('expire');
    await gate.reached;
    chat.reopen();
    gate.open();
    expect((await chat.ended(message)).end).toMatchObject({ outcome: 'completed' });
    expectWork(chat);
  });
});

/** The turn was healed once: the tool ran once, the model was told once, the user sees the prompt once. */
function expectTurn(chat: CodexLoginChat): void {
  expectWork(chat);
  expect(chat.login.refreshes).toBe(1);
}

function expectWork(chat: CodexLoginChat): void {
  expectHealed(chat, 'expire');
  expect(codexTextsOf(chat.facts).at(-1)).toBe('Said: expire');
  const prompts = eventsOf(chat.facts, 'event_msg').filter(
    ({ payload }) => payload['type'] === 'user_message',
  );
  expect(prompts.map(({ payload }) => payload['message'])).toEqual(['expire']);
  const outputs = eventsOf(chat.facts, 'response_item').filter(
    ({ payload }) => payload['type'] === 'function_call_output',
  );
  expect(outputs).toHaveLength(1);
  expect(JSON.stringify(outputs[0]?.payload['output']).match(/ran/g)).toHaveLength(1);
}
