import { describe, expect, it } from 'vitest';
import { createGate } from '../../support/gate.ts';
import { say, useTool } from '../../../src/dev/scripted-steps.ts';
import { deliveriesOf, eventsOf, textsOf, until } from '../../agents/claude/stand-in.ts';
import { expectHealed, openLoginChat, type LoginChat, type Logins } from './claude-login-support.ts';

const WORK = useTool('Bash', { command: 'echo ran >> runs; cat runs' });

/** Works, and its login is no good any more when it has done so. */
const expiring = (tokens: string[]) => (logins: Logins) => (prompt: string, results: readonly unknown[]) => {
  if (prompt !== 'expire' || results.length > 0) return say(`Said: ${prompt}`);
  logins.issuer.revoke(tokens[0]!);
  return WORK;
};

/** A first token, and those after it as they are minted. */
function openExpiring(next: (logins: Logins) => Promise<ReturnType<Logins['oauth']> | null>) {
  const tokens: string[] = [];
  return openLoginChat({
    turn: expiring(tokens),
    first: async ({ issuer, oauth }) => {
      tokens.push(await issuer.mint({ sub: 'one' }));
      return oauth(tokens[0]!);
    },
    next,
  });
}

const renewing = async ({ issuer, oauth }: Logins) => oauth(await issuer.mint({ sub: 'another' }));

describe('a turn of Claude Code whose login is refused', () => {
  it('goes on in the same process when the login is renewed at once', async () => {
    const chat = await openExpiring(renewing);
    expect((await chat.run('expire')).end).toMatchObject({ outcome: 'completed' });
    expectTurn(chat, { processes: 1 });
  });

  it('is carried on by another process when the agent has given up meanwhile', async () => {
    const gate = createGate();
    const chat = await openExpiring(async (logins) => (await gate.pass(), renewing(logins)));
    const message = await chat.begin('expire');
    await until(() => expect(eventsOf(chat.facts, 'claude-result')).toHaveLength(1));
    gate.open();
    expect((await chat.ended(message)).end).toMatchObject({ outcome: 'completed' });
    expectTurn(chat, { processes: 2 });
    expect((await chat.run('next')).end?.outcome).toBe('completed');
  });

  it('is carried on with the API key when there is no other login', async () => {
    const chat = await openExpiring(({ apiKey }) => Promise.resolve(apiKey('sk-ant-fallback')));
    expect((await chat.run('expire')).end).toMatchObject({ outcome: 'completed' });
    expectTurn(chat, { processes: 2 });
    expect(chat.gate.calls.at(-1)).toMatchObject({ credential: 'sk-ant-fallback', isLetIn: true });
  });

  it('ends with a code that says who has to log in when there is no login left', async () => {
    const chat = await openExpiring(() => Promise.resolve(null));
    const { end } = await chat.run('expire');
    expect(end).toMatchObject({ outcome: 'errored', error: { code: 'claude_login_required' } });
    expect(chat.login.refreshes).toBe(1);
  });

  it('ends that way, too, when the new login is refused like the old one', async () => {
    const chat = await openExpiring(({ oauth }) => Promise.resolve(oauth('no-token')));
    const { end } = await chat.run('expire');
    expect(end).toMatchObject({ outcome: 'errored', error: { code: 'claude_login_required' } });
    expect(new Set(deliveriesOf(chat).map(({ runId }) => runId)).size).toBe(2);
  });
});

describe('a new login', () => {
  it('is used by the running process from its next request on', async () => {
    const chat = await openExpiring(() => Promise.resolve(null));
    await chat.run('hello');
    await chat.login.replace(chat.logins.oauth('no-token'));
    await chat.login.replace(chat.logins.oauth(await chat.logins.issuer.mint({ sub: 'fresh' })));
    await chat.run('again');
    expect(new Set(chat.gate.calls.map(({ credential }) => credential)).size).toBe(2);
    expect(deliveriesOf(chat).map(({ start }) => start)).toEqual(['new', 'none']);
  });
});

describe('another engine, in the middle of the healing,', () => {
  it.each(['claude-result', 'claude-system'])('heals the turn: after %s', async (type) => {
    const gate = createGate();
    const chat = await openExpiring(async (logins) => (await gate.pass(), renewing(logins)));
    const message = await chat.begin('expire');
    await gate.reached;
    const isRetry = ({ payload }: { payload: Record<string, unknown> }) => payload['subtype'] === 'api_retry';
    await until(() => {
      const seen = eventsOf(chat.facts, type).filter((one) => type === 'claude-result' || isRetry(one));
      expect(seen.length).toBeGreaterThan(0);
    });
    chat.reopen();
    gate.open();
    expect((await chat.ended(message)).end).toMatchObject({ outcome: 'completed' });
    expectWork(chat);
  });
});

/** The turn was healed once: the tool ran once, the model was told once, the user sees the prompt once. */
function expectTurn(chat: LoginChat, { processes }: { processes: number }): void {
  expectWork(chat);
  expect(chat.login.refreshes).toBe(1);
  expect(new Set(deliveriesOf(chat).map(({ runId }) => runId)).size).toBe(processes);
}

function expectWork(chat: LoginChat): void {
  expectHealed(chat, 'expire');
  expect(textsOf(chat.facts).at(-1)).toBe('Said: expire');
  const prompts = eventsOf(chat.facts, 'claude-user').filter(({ payload }) => payload['isReplay'] === true);
  expect(prompts).toHaveLength(1);
  const tools = eventsOf(chat.facts, 'claude-user').filter(({ payload }) => 'tool_use_result' in payload);
  expect(tools.map(({ payload }) => (payload['tool_use_result'] as { stdout: string }).stdout)).toEqual([
    'ran',
  ]);
}
