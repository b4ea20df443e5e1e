import { describe, expect, it } from 'vitest';
import { codec, GREETED, launched, LAUNCHING, opened, SESSION, working } from './codec-harness.ts';
import { newMessage } from '../claude/stand-in.ts';

const REFUSED = { error: { code: -32600, message: 'no rollout found' } };

describe('a server of Codex before its first message', () => {
  it('begins a thread with our instructions, and is ready with the model that it tells', () => {
    const driven = launched({ systemPrompt: 'Be kind.' });
    expect([driven.prepare().outcome, driven.look()]).toEqual(['waiting', []]);
    driven.print(GREETED).prepare();
    expect(JSON.parse(driven.written[0]!)).toMatchObject({
      id: 'thread',
      method: 'thread/start',
      params: { cwd: '/w', approvalPolicy: 'untrusted', developerInstructions: 'Be kind.' },
    });
    const prepared = driven.print(opened('thread', 'thread-9', 'gpt-9')).prepare();
    expect(prepared).toMatchObject({ outcome: 'ready', sessionId: 'thread-9', isNew: true, notice: null });
    expect(prepared).toMatchObject({ line: expect.stringContaining('"model":"gpt-9"') });
    expect(driven.standing).toMatchObject({ sessionFile: '/sessions/thread-9.jsonl', activity: 'resting' });
  });

  it('resumes the thread of the chat, and asks an unseen one for the configured model', () => {
    const driven = launched({ session: { ...SESSION, notice: 'Part is missing.' } }).print(GREETED);
    driven.prepare();
    expect(driven.look()).toEqual(['thread/resume resume']);
    driven.print(opened('resume', 'thread-1', 'of-its-last-turn')).prepare();
    expect(JSON.parse(driven.written[0]!)).toMatchObject({ id: 'model', params: { ephemeral: true } });
    const prepared = driven.print(opened('model', 'unseen', 'configured')).prepare();
    expect(prepared).toMatchObject({ sessionId: 'thread-1', isNew: false, notice: 'Part is missing.' });
    expect(prepared).toMatchObject({ line: expect.stringContaining('"model":"configured"') });
  });

  it.each([
    { wasUsed: true, notice: expect.stringContaining('no rollout found') },
    { wasUsed: false, notice: null },
  ])('begins a thread anew where there is none to be resumed ($wasUsed)', ({ wasUsed, notice }) => {
    const driven = launched({ session: { ...SESSION, wasUsed } }).print(GREETED);
    driven.prepare();
    driven.print({ id: 'resume', ...REFUSED }).prepare();
    expect(driven.look()).toEqual(['thread/resume resume', 'thread/start thread']);
    expect(driven.print(opened('thread', 'thread-2')).prepare()).toMatchObject({
      sessionId: 'thread-2',
      notice,
    });
  });

  it('is not shown what cannot be a rollout', () => {
    const session = { ...SESSION, file: 'unusable' as const, reason: 'its file is a pipe' };
    const driven = launched({ session }).print(GREETED);
    driven.prepare();
    expect(driven.look()).toEqual(['thread/start thread']);
    const prepared = driven.print(opened('thread', 'thread-2')).prepare();
    expect(prepared).toMatchObject({ notice: expect.stringContaining('its file is a pipe') });
  });

  it('refuses every message when it is short of something', () => {
    const driven = launched({ session: SESSION }).print(GREETED);
    driven.prepare();
    driven.print({ id: 'resume', error: { code: -1, message: 'Too many open files' } });
    expect(driven.prepare()).toMatchObject({
      outcome: 'refused',
      failure: { code: 'agent_error', message: 'Codex cannot be used: Too many open files' },
    });
  });
});

describe('a message that died with its server', () => {
  const message = newMessage('again', { turnId: 'c1' });
  const dead = (changes: object) => {
    const ending = {
      now: new Date(),
      isFound: false,
      isWritten: true,
      isAsked: false,
      isUnresponsive: false,
      complaint: '',
    };
    const { state } = working(message);
    const silent = { ...state, turn: { ...state.turn!, nativeId: null } };
    return codec.conclude(silent, { ...ending, isSelfDirected: false, ...changes });
  };
  const next = (changes: object, clientIds: string[]) => {
    const driven = launched({ session: SESSION, before: dead(changes).state }).print(GREETED);
    driven.prepare(message);
    const data = [{ id: 't1', items: clientIds.map((clientId) => ({ clientId })) }];
    const { result, ...resumed } = opened('resume', 'thread-1');
    driven.print({ ...resumed, result: { ...result, initialTurnsPage: { data } } }).prepare(message);
    expect(driven.written.join('')).toContain('"initialTurnsPage":{"limit":10,"itemsView":"full"}');
    driven.look();
    return { driven, prepared: driven.print(opened('model', 'unseen')).prepare(message) };
  };

  it('is given to the next one when its thread does not know it', () => {
    expect(dead({}).outcome).toEqual({ kind: 'again' });
    const { prepared } = next({}, ['another']);
    expect(prepared).toMatchObject({ outcome: 'ready', line: expect.stringContaining('turn/start') });
  });

  it('fails when the server was watched and had begun with it', () => {
    const { prepared } = next({}, ['c1']);
    expect(prepared).toMatchObject({ outcome: 'failed', failure: { code: 'agent_exited' } });
  });

  it('is lost when the server was found dead and had begun with it', () => {
    const { driven, prepared } = next({ isFound: true }, ['c1']);
    if (prepared.outcome !== 'ready') throw new Error('It is not ready.');
    expect(JSON.parse(prepared.line)).toMatchObject({ id: 'lost-c1', method: 'thread/loaded/list' });
    const delivery = { note: prepared.note, notice: null } as never;
    driven.say({ type: 'give', message, delivery, line: prepared.line });
    expect([driven.ends, driven.standing.activity]).toEqual([[], 'working']);
    expect(driven.print({ id: 'lost-c1', result: {} }).ends).toEqual([{ outcome: 'lost' }]);
  });

  it('is given again without a question when it was never written', () => {
    const { state, outcome } = dead({ isWritten: false });
    expect([outcome.kind, state.unclear]).toEqual(['again', null]);
  });
});

describe('the login of Codex', () => {
  const tokens = { idToken: 'no-jwt', accessToken: 'access', accountId: 'account' };
  const handed = { accessToken: 'access', chatgptAccountId: 'account', chatgptPlanType: null };

  it('is handed over before the thread is opened, and not kept on disk', () => {
    expect(codec.launch({ ...LAUNCHING, tokens }).args).toContain('cli_auth_credentials_store="ephemeral"');
    const driven = launched({ tokens }).print(GREETED);
    expect(JSON.parse(driven.written[0]!)).toMatchObject({ method: 'account/login/start', params: handed });
    expect(driven.prepare().outcome).toBe('waiting');
    const [login] = driven.look();
    driven.print({ id: login!.split(' ')[1], result: {} }).prepare();
    expect(driven.look()).toEqual(['thread/start thread']);
  });

  it('that is a key takes the place of another login', () => {
    const driven = launched({ environment: { OPENAI_API_KEY: 'sk-1' } }).print(GREETED);
    const [logout] = driven.look();
    expect(logout).toMatch(/^account\/logout /);
    driven.print({ id: logout!.split(' ')[1], result: {} });
    expect(driven.look()[0]).toMatch(/^account\/login\/start /);
  });

  it('that the server finds by itself is its own affair', () => {
    expect(launched().print(GREETED).look()).toEqual([]);
    expect(codec.launch(LAUNCHING).args.join(' ')).not.toContain('ephemeral');
  });

  it('that was refused is told in the answer to the server, once there is another', () => {
    const driven = working().print({ id: 7, method: 'account/chatgptAuthTokens/refresh', params: {} });
    expect([driven.refusals, driven.look()]).toEqual([1, []]);
    driven.say({ type: 'login', outcome: 'renewed', login: { tokens, environment: {} }, isOutdated: false });
    expect(JSON.parse(driven.written[0]!)).toEqual({ id: 7, result: handed });
  });

  it('that was refused is refused to the server when there is no other', () => {
    const driven = working().print({ id: 7, method: 'account/chatgptAuthTokens/refresh', params: {} });
    const login = { tokens: null, environment: {} };
    expect(driven.say({ type: 'login', outcome: 'refused', login, isOutdated: false }).look()).toEqual([
      'refusal 7',
    ]);
  });
});
