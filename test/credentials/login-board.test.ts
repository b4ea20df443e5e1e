import { describe, expect, it, vi } from 'vitest';
import { SimulatedClock, createActor } from 'xstate';
import { loginMachine } from '../../machines/login.machine.ts';
import { LoginBoard } from '../../src/credentials/login-board.ts';
import { loginOf, sha256, type Login } from '../../src/credentials/login.ts';

const OAUTH = loginOf('oauth', 'oauth-1', {
  tokens: { idToken: 'id', accessToken: 'oauth-1', accountId: 'a' },
});
const RENEWED = loginOf('oauth', 'oauth-2');
const KEY = loginOf('apiKey', 'key', { environment: { ANTHROPIC_API_KEY: 'key' } });
const BEDROCK = loginOf('bedrock', 'aws', { environment: { CLAUDE_CODE_USE_BEDROCK: '1' } });

describe('the login of an agent', () => {
  it('is the first there is: its variables are added to the environment, its tokens handed over', () => {
    const { login } = startLogin([OAUTH, KEY]);
    const keyed = startLogin([KEY, BEDROCK]);

    expect([login.environment(), login.tokens()]).toEqual([{ PATH: '/bin' }, OAUTH.tokens]);
    expect([keyed.login.environment(), keyed.login.tokens()]).toEqual([
      { PATH: '/bin', ANTHROPIC_API_KEY: 'key' },
      null,
    ]);
  });

  it('is none where there is none', async () => {
    const { login } = startLogin([]);

    expect([login.environment(), login.tokens(), await login.rejected()]).toEqual([
      { PATH: '/bin' },
      null,
      'refused',
    ]);
  });
});

describe('a login that was rejected', () => {
  it('is replaced by the one that the control plane issues instead', async () => {
    const { login, logins, replace } = startLogin([OAUTH, KEY]);
    replace.mockImplementation(async () => void logins.splice(0, 1, RENEWED));

    expect(await login.rejected()).toBe('renewed');
    expect(replace.mock.calls).toEqual([[sha256('oauth-1')]]);
    expect(login.environment()).toEqual({ PATH: '/bin' });
  });

  it('is asked about once, however many turns met it at the same time or just after', async () => {
    const { login, logins, replace } = startLogin([OAUTH]);
    replace.mockImplementation(async () => void logins.splice(0, 1, RENEWED));

    const outcomes = await Promise.all([login.rejected(), login.rejected()]);

    expect([...outcomes, await login.rejected()]).toEqual(['renewed', 'renewed', 'renewed']);
    expect(replace).toHaveBeenCalledTimes(1);
  });

  it('is not asked about when a refresh that was under way has replaced it', async () => {
    const { login, logins, replace, settled } = startLogin([OAUTH]);
    settled.mockImplementation(async () => void logins.splice(0, 1, RENEWED));

    expect(await login.rejected()).toBe('renewed');
    expect(replace).not.toHaveBeenCalled();
  });

  it('is followed by the next one when nothing else is issued, and who listens hears of it', async () => {
    const { login, listener, advance, use } = startLogin([OAUTH, KEY, BEDROCK]);

    expect([await login.rejected(), login.environment()['ANTHROPIC_API_KEY']]).toEqual(['replaced', 'key']);
    advance(5_000);
    expect([await login.rejected(), login.environment()]).toEqual([
      'replaced',
      { PATH: '/bin', CLAUDE_CODE_USE_BEDROCK: '1' },
    ]);

    expect(use.mock.calls).toEqual([[KEY], [BEDROCK]]);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('is a key at once, by whoever runs with it: that is about no login before it', async () => {
    const { login } = startLogin([OAUTH, KEY, BEDROCK]);

    await login.rejected({ hasEnvironment: true });

    expect(await login.rejected({ hasEnvironment: false })).toBe('renewed');
    expect(await login.rejected({ hasEnvironment: true })).toBe('replaced');
    expect(login.environment()).toEqual({ PATH: '/bin', CLAUDE_CODE_USE_BEDROCK: '1' });
  });

  it('is refused when there is no other; the next turn begins with the first one again', async () => {
    const { login, advance } = startLogin([OAUTH, KEY]);

    await login.rejected();
    advance(5_000);

    expect([await login.rejected(), login.tokens()]).toEqual(['refused', OAUTH.tokens]);
  });

  it('comes back as soon as another one of its kind is issued', async () => {
    const { login, logins } = startLogin([OAUTH, KEY]);

    await login.rejected();
    logins.splice(0, 1, RENEWED);

    expect(login.environment()).toEqual({ PATH: '/bin' });
  });
});

describe('a change of the login', () => {
  it('is told to who listens, until they no longer want to know', () => {
    const { login, board } = startLogin([OAUTH]);
    const listener = vi.fn();
    const stop = login.onChange(listener);

    board.changed('claude');
    stop();
    board.changed('claude');

    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('an agent', () => {
  it('may start when the refresh of the start is over, its own and that of GitHub', async () => {
    const { login, settled, board } = startLogin([OAUTH]);

    await login.ready();

    expect(settled.mock.calls).toEqual([['claude'], ['github']]);
    expect(board.states()).toEqual([{ provider: 'claude', state: 'ready' }]);
  });

  it('is told that nobody has another login when the actor breaks, or is not there', async () => {
    const { login, actor, replace } = startLogin([OAUTH, KEY]);
    actor.subscribe({ error: () => undefined });
    replace.mockReturnValue(new Promise(() => undefined));
    const outcome = login.rejected();

    actor.send({ type: 'xstate.error.actor.other', error: new Error('broken') } as never);

    expect([await outcome, await login.rejected()]).toEqual(['refused', 'refused']);
    expect(await startLogin([OAUTH]).board.logins.codex.rejected()).toBe('refused');
  });
});

describe('what was refused', () => {
  it('is kept for the next engine, whose agents go on with the login that took over', async () => {
    const first = startLogin([OAUTH, KEY, BEDROCK]);
    await first.login.rejected();

    const second = startLogin([OAUTH, KEY, BEDROCK], first.save.mock.lastCall?.[0]);
    await second.login.ready();

    expect(first.save.mock.calls).toEqual([[{ claude: [OAUTH.sha256] }]]);
    expect(second.login.environment()).toEqual({ PATH: '/bin', ANTHROPIC_API_KEY: 'key' });
    expect([await second.login.rejected(), second.login.environment()]).toEqual([
      'replaced',
      { PATH: '/bin', CLAUDE_CODE_USE_BEDROCK: '1' },
    ]);
  });

  it('is forgotten on disk too when none was left', async () => {
    const { login, save } = startLogin([OAUTH], { claude: ['gone'] });

    await login.rejected();

    expect(save.mock.lastCall).toEqual([{ claude: [] }]);
  });
});

function startLogin(logins: Login[], saved: Record<string, string[]> = {}) {
  const clock = new SimulatedClock();
  const replace = vi.fn((_sha256: string | undefined) => Promise.resolve());
  const use = vi.fn((_login: Login) => Promise.resolve());
  const save = vi.fn((_refused: Record<string, string[]>) => undefined);
  let asked = Promise.resolve();
  const settled = vi.fn((_provider: string) => asked);
  const source = { list: () => logins, use, environment: () => ({ PATH: '/bin' }), echoMs: 1_000 };
  const board = new LoginBoard({
    logic: loginMachine,
    credentials: {
      settled,
      request: (_provider, { rejectedTokenSha256 }) => (asked = replace(rejectedTokenSha256)),
    },
    sources: { claude: source, codex: source },
    saved,
    save,
  });
  const actor = createActor(board.logic, { clock, input: { provider: 'claude' }, inspect: board.inspect });
  actor.start();
  const login = board.logins.claude;
  const listener = vi.fn();
  login.onChange(listener);
  const advance = (milliseconds: number) => clock.increment(milliseconds);
  return { board, actor, login, logins, replace, settled, use, save, listener, advance };
}
