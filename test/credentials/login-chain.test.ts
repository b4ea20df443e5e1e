import { describe, expect, it, vi } from 'vitest';
import { LoginChain } from '../../src/credentials/login-chain.ts';
import { loginOf, sha256, type Login } from '../../src/credentials/login.ts';

const OAUTH = loginOf('oauth', 'oauth-1', {
  tokens: { idToken: 'id', accessToken: 'oauth-1', accountId: 'a' },
});
const RENEWED = loginOf('oauth', 'oauth-2');
const KEY = loginOf('apiKey', 'key', { environment: { ANTHROPIC_API_KEY: 'key' } });
const BEDROCK = loginOf('bedrock', 'aws', { environment: { CLAUDE_CODE_USE_BEDROCK: '1' } });

describe('the login of an agent', () => {
  it('is the first there is: its variables are added to the environment, its tokens handed over', () => {
    const { chain } = startChain([OAUTH, KEY]);
    const keyed = startChain([KEY, BEDROCK]);

    expect([chain.environment(), chain.tokens()]).toEqual([{ PATH: '/bin' }, OAUTH.tokens]);
    expect([keyed.chain.environment(), keyed.chain.tokens()]).toEqual([
      { PATH: '/bin', ANTHROPIC_API_KEY: 'key' },
      null,
    ]);
  });

  it('is none where there is none', async () => {
    const { chain } = startChain([]);

    expect([chain.environment(), chain.tokens(), await chain.rejected()]).toEqual([
      { PATH: '/bin' },
      null,
      'refused',
    ]);
  });
});

describe('a login that was rejected', () => {
  it('is replaced by the one that the control plane issues instead', async () => {
    const { chain, logins, replace } = startChain([OAUTH, KEY]);
    replace.mockImplementation(async () => void logins.splice(0, 1, RENEWED));

    expect(await chain.rejected()).toBe('renewed');
    expect(replace.mock.calls).toEqual([[sha256('oauth-1')]]);
    expect(chain.environment()).toEqual({ PATH: '/bin' });
  });

  it('is asked about once, however many turns met it at the same time or just after', async () => {
    const { chain, logins, replace } = startChain([OAUTH]);
    replace.mockImplementation(async () => void logins.splice(0, 1, RENEWED));

    const outcomes = await Promise.all([chain.rejected(), chain.rejected()]);

    expect([...outcomes, await chain.rejected()]).toEqual(['renewed', 'renewed', 'renewed']);
    expect(replace).toHaveBeenCalledTimes(1);
  });

  it('is not asked about when a refresh that was under way has replaced it', async () => {
    const { chain, logins, replace, settled } = startChain([OAUTH]);
    settled.mockImplementation(async () => void logins.splice(0, 1, RENEWED));

    expect(await chain.rejected()).toBe('renewed');
    expect(replace).not.toHaveBeenCalled();
  });

  it('is followed by the next one when nothing else is issued, and who listens hears of it', async () => {
    const { chain, listener, advance, use } = startChain([OAUTH, KEY, BEDROCK]);

    expect([await chain.rejected(), chain.environment()['ANTHROPIC_API_KEY']]).toEqual(['replaced', 'key']);
    advance(5_000);
    expect([await chain.rejected(), chain.environment()]).toEqual([
      'replaced',
      { PATH: '/bin', CLAUDE_CODE_USE_BEDROCK: '1' },
    ]);

    expect(use.mock.calls).toEqual([[KEY], [BEDROCK]]);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('is a key at once, by whoever runs with it: that is about no login before it', async () => {
    const { chain } = startChain([OAUTH, KEY, BEDROCK]);

    await chain.rejected({ hasEnvironment: true });

    expect(await chain.rejected({ hasEnvironment: false })).toBe('renewed');
    expect(await chain.rejected({ hasEnvironment: true })).toBe('replaced');
    expect(chain.environment()).toEqual({ PATH: '/bin', CLAUDE_CODE_USE_BEDROCK: '1' });
  });

  it('is refused when there is no other; the next turn begins with the first one again', async () => {
    const { chain, advance } = startChain([OAUTH, KEY]);

    await chain.rejected();
    advance(5_000);

    expect([await chain.rejected(), chain.tokens()]).toEqual(['refused', OAUTH.tokens]);
  });

  it('comes back as soon as another one of its kind is issued', async () => {
    const { chain, logins } = startChain([OAUTH, KEY]);

    await chain.rejected();
    logins.splice(0, 1, RENEWED);

    expect(chain.environment()).toEqual({ PATH: '/bin' });
  });
});

describe('a change of the login', () => {
  it('is told to who listens, until they no longer want to know', () => {
    const { chain } = startChain([OAUTH]);
    const listener = vi.fn();
    const stop = chain.onChange(listener);

    chain.changed();
    stop();
    chain.changed();

    expect(listener).toHaveBeenCalledTimes(1);
  });
});

function startChain(logins: Login[]) {
  let now = 0;
  const replace = vi.fn((_sha256: string | undefined) => Promise.resolve());
  const settled = vi.fn(() => Promise.resolve());
  const use = vi.fn((_login: Login) => Promise.resolve());
  const chain = new LoginChain({
    refresher: { ready: () => Promise.resolve(), settled, replace },
    list: () => logins,
    use,
    environment: () => ({ PATH: '/bin' }),
    now: () => now,
  });
  const listener = vi.fn();
  chain.onChange(listener);
  const advance = (milliseconds: number) => {
    now += milliseconds;
  };
  return { chain, logins, replace, settled, use, listener, advance };
}
