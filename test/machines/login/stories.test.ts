import { describe, expect, it } from 'vitest';
import {
  ALL,
  ANOTHER,
  BEDROCK,
  KEY,
  OAUTH,
  changed,
  done,
  failed,
  recalled,
  rejected,
  startLogin,
  type LoginStep,
} from '../../support/start-login.ts';

const READY: LoginStep[] = [recalled(), done('firstRefresh', ALL)];
const ASKED: LoginStep[] = [...READY, rejected(ALL), done('refreshUnderWay', ALL)];
const NOTHING_ISSUED: LoginStep[] = [done('refreshUnderWay', ALL), done('refresh', ALL)];

describe('a login', () => {
  it('is known when the refresh of the start is over, or after ten seconds', () => {
    const prompt = startLogin();
    const slow = startLogin();

    prompt.take(...READY);
    slow.take(recalled(), 9_999);
    const before = slow.state();
    slow.take(1);

    expect([prompt.state(), before, slow.state()]).toEqual(['ready', 'unknown', 'ready']);
    expect(prompt.asked).toEqual([
      { work: 'recallRefused', input: {} },
      { work: 'awaitFirstRefresh', input: {} },
    ]);
  });

  it('tells in every state that another one was put in place', () => {
    const { take, told } = startLogin();

    take(changed(ALL), ...READY, changed(ALL), rejected(ALL), changed(ALL));

    expect(told).toEqual(['login.changed', 'login.changed', 'login.changed']);
  });
});

describe('the logins there are', () => {
  it.each<[string, LoginStep[], LoginStep]>([
    ['another one is put in place', READY, changed([BEDROCK])],
    ['the refresh of the start is over', [], done('firstRefresh', [BEDROCK])],
    ['one is refused before that', [], rejected([BEDROCK])],
    ['that brought another', [rejected(ALL)], done('firstRefresh', [BEDROCK])],
    ['one is refused', READY, rejected([BEDROCK])],
    [
      'a refresh that was under way brought another',
      [...READY, rejected(ALL)],
      done('refreshUnderWay', [BEDROCK]),
    ],
    ['it brought none', [...READY, rejected(ALL)], done('refreshUnderWay', [OAUTH, BEDROCK])],
    ['another is issued', ASKED, done('refresh', [BEDROCK])],
    ['none is issued', ASKED, done('refresh', [OAUTH, BEDROCK])],
    ['none is issued and none left', ASKED, done('refresh', [OAUTH])],
    ['the next one is in place', [...ASKED, done('refresh', ALL)], done('use', [BEDROCK])],
    ['the new one is refused', [...ASKED, done('refresh', [KEY])], rejected([BEDROCK], true)],
    ['all are refused once more', [...ASKED, failed('refresh')], rejected([BEDROCK], true)],
    ['somebody logs in', [...ASKED, failed('refresh')], changed([BEDROCK])],
  ])('are as they were looked at last: when %s', (_, before, step) => {
    const { take, context } = startLogin();

    take(...before, step);

    const seen =
      (step as { logins?: unknown; output?: unknown }).logins ?? (step as { output?: unknown }).output;
    expect(context().logins).toEqual(seen);
  });
});

describe('a login that was refused', () => {
  it('is renewed by the one that the control plane issues, which is told which one was refused', () => {
    const { take, told, asked, state, context } = startLogin();

    take(...READY, rejected(ALL), done('refreshUnderWay', ALL), done('refresh', [ANOTHER, KEY]));

    expect(asked.slice(2)).toEqual([
      { work: 'awaitRefresh', input: {} },
      { work: 'refreshLogin', input: { rejected: 'oauth' } },
    ]);
    expect([told, state()]).toEqual([['login.renewed'], 'renewed']);
    expect(context()).toEqual({
      provider: 'claude',
      logins: [ANOTHER, KEY],
      refused: [],
      rejected: null,
    });
  });

  it('is renewed by a refresh that was under way, without another one', () => {
    const { take, told, asked } = startLogin();

    take(...READY, rejected(ALL), done('refreshUnderWay', [ANOTHER]));

    expect(asked.filter(({ work }) => work === 'refreshLogin')).toEqual([]);
    expect(told).toEqual(['login.renewed']);
  });

  it('is refreshed once, however many report it, and all are told together', () => {
    const { take, told, asked } = startLogin();

    take(...READY, rejected(ALL), rejected(ALL, true), done('refreshUnderWay', ALL), rejected(ALL));
    take(done('refresh', ALL), rejected(ALL), done('use', ALL));

    expect(asked.filter(({ work }) => work === 'refreshLogin')).toHaveLength(1);
    expect(told).toEqual(['login.changed', 'login.replaced']);
  });

  it('is followed by the next one, and that one by the next', () => {
    const { take, told, asked, context } = startLogin();

    take(...READY, rejected(ALL), ...NOTHING_ISSUED, done('use', ALL), 1_000);
    take(rejected(ALL), ...NOTHING_ISSUED, done('use', ALL));

    expect(asked.filter(({ work }) => work === 'useLogin' || work === 'refreshLogin')).toEqual([
      { work: 'refreshLogin', input: { rejected: 'oauth' } },
      { work: 'useLogin', input: { next: 'key' } },
      { work: 'refreshLogin', input: { rejected: 'key' } },
      { work: 'useLogin', input: { next: 'bedrock' } },
    ]);
    expect(told).toEqual(['login.changed', 'login.replaced', 'login.changed', 'login.replaced']);
    expect(context().refused).toEqual(['oauth', 'key']);
  });

  it('waits for the refresh of the start when it is refused before that is over', () => {
    const { take, state, told, asked } = startLogin();

    take(recalled(), rejected(ALL), done('firstRefresh', [ANOTHER]), done('refreshUnderWay', [ANOTHER]));

    expect([state(), told]).toEqual(['renewed', ['login.renewed']]);
    expect(asked.filter(({ work }) => work === 'refreshLogin')).toEqual([]);
  });

  it('does not wait for ever for the refresh of the start', () => {
    const { take, state } = startLogin();

    take(recalled(), rejected(ALL), 10_000);

    expect(state()).toBe('settling');
  });

  it('leads nowhere when it is the last one; then all of them are tried again', () => {
    const { take, told, state, context } = startLogin();

    take(...READY, rejected(ALL), ...NOTHING_ISSUED, done('use', ALL), 1_000);
    take(rejected([OAUTH, KEY]), done('refreshUnderWay', [OAUTH, KEY]), done('refresh', [OAUTH, KEY]));

    expect([state(), told.at(-1)]).toEqual(['refused', 'login.refused']);
    expect(context()).toEqual({
      provider: 'claude',
      logins: [OAUTH, KEY],
      refused: [],
      rejected: null,
    });
  });

  it('leads nowhere when the next one cannot be put in place, or nobody can be asked', () => {
    const unusable = startLogin();
    const broken = startLogin();

    unusable.take(...READY, rejected(ALL), ...NOTHING_ISSUED, failed('use'));
    broken.take(...READY, rejected(ALL), failed('refreshUnderWay'), failed('refresh'));

    expect([unusable.told, broken.told]).toEqual([['login.refused'], ['login.refused']]);
  });

  it('is none at all: the control plane may issue the first one', () => {
    const without = startLogin();
    const issued = startLogin();

    without.take(recalled(), done('firstRefresh', []), rejected([]));
    without.take(done('refreshUnderWay', []), done('refresh', []));
    issued.take(recalled(), done('firstRefresh', []), rejected([]));
    issued.take(done('refreshUnderWay', []), done('refresh', [OAUTH]));

    expect([without.told, issued.told]).toEqual([['login.refused'], ['login.renewed']]);
  });
});

describe('a refusal right after another login took over', () => {
  const RENEWED: LoginStep[] = [...READY, rejected(ALL), ...NOTHING_ISSUED, done('use', ALL)];

  it('is about the one before, and gets the same answer, for a second', () => {
    const { take, told, state } = startLogin();

    take(...RENEWED, 999, rejected(ALL));
    const echoed = [told.at(-1), state()];
    take(1, rejected(ALL));

    expect([echoed, state()]).toEqual([['login.renewed', 'renewed'], 'settling']);
  });

  it('is about the new one when whoever reports it runs with the key in it', () => {
    const { take, state, context } = startLogin();

    take(...RENEWED, rejected(ALL, true));

    expect([state(), context().rejected]).toEqual(['settling', { sha256: 'key' }]);
  });

  it('is about the one before when the new one is in no environment', () => {
    const { take, told, state } = startLogin();

    take(...ASKED, done('refresh', [ANOTHER, KEY]), rejected([ANOTHER, KEY], true));

    expect([told, state()]).toEqual([['login.renewed', 'login.renewed'], 'renewed']);
  });

  it('is refused likewise where none was left', () => {
    const { take, told, state } = startLogin();

    take(...READY, rejected([OAUTH]), failed('refreshUnderWay'), done('refresh', [OAUTH]), rejected([OAUTH]));

    expect([told, state()]).toEqual([['login.refused', 'login.refused'], 'refused']);
  });

  it('counts anew once somebody logged in', () => {
    const { take, told, state } = startLogin();

    take(...READY, rejected([OAUTH]), failed('refreshUnderWay'), done('refresh', [OAUTH]));
    take(changed([ANOTHER]), rejected([ANOTHER]));

    expect([told, state()]).toEqual([['login.refused', 'login.changed'], 'settling']);
  });

  it('is about the first one again when whoever reports it runs with the key in it', () => {
    const { take, state, context } = startLogin();

    take(...READY, rejected([KEY]), failed('refreshUnderWay'), failed('refresh'), rejected([KEY], true));

    expect([state(), context().rejected]).toEqual(['settling', { sha256: 'key' }]);
  });
});

describe('what was refused', () => {
  it('is taken over from the last engine: it goes on where that one was', () => {
    const { take, asked, context } = startLogin();

    take(recalled(['oauth']), done('firstRefresh', ALL), rejected(ALL), ...NOTHING_ISSUED);

    expect(asked.slice(-2)).toEqual([
      { work: 'refreshLogin', input: { rejected: 'key' } },
      { work: 'useLogin', input: { next: 'bedrock' } },
    ]);
    expect(context().refused).toEqual(['oauth', 'key']);
  });

  it('is forgotten when it cannot be read, and when that login is gone', () => {
    const unread = startLogin();
    const gone = startLogin();

    unread.take({ type: 'xstate.error.actor.recall', error: new Error('broken') });
    gone.take(recalled(['old']), done('firstRefresh', ALL), rejected(ALL), ...NOTHING_ISSUED);

    expect([unread.context().refused, gone.context().refused]).toEqual([[], ['oauth']]);
  });

  it('is tried again where there is no other', () => {
    const { take, asked } = startLogin();

    take(recalled(['oauth']), done('firstRefresh', [OAUTH]), rejected([OAUTH]));
    take(done('refreshUnderWay', [OAUTH]));

    expect(asked.at(-1)).toEqual({ work: 'refreshLogin', input: { rejected: 'oauth' } });
  });

  it('does not count against one of the same kind that is issued later', () => {
    const { take, asked } = startLogin();
    const renewed = [ANOTHER, KEY, BEDROCK];

    take(recalled(['oauth']), done('firstRefresh', renewed), rejected(renewed));
    take(done('refreshUnderWay', renewed));

    expect(asked.at(-1)).toEqual({ work: 'refreshLogin', input: { rejected: 'another' } });
  });
});
