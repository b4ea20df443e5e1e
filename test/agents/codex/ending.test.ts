import { describe, expect, it } from 'vitest';
import { codec, Driven, GREETED, launched, opened, turnCompleted, working } from './codec-harness.ts';
import { withAccount } from '../../../src/agents/codex/login.ts';
import { freshState } from '../../../src/agents/codex/state.ts';
import { newMessage } from '../claude/stand-in.ts';

const FOUND = { policy: 'ask' as const, sessionId: 'thread-1', turn: null, steering: [] };
const LOGIN = { tokens: null, environment: {} };
const idIn = (line: string) => line.split(' ')[1];
const CLEAN = 'thread/backgroundTerminals/clean clean-thread-1';

describe('the end of a turn of Codex', () => {
  it('is that of the message when nothing else is to be done', () => {
    expect(working().print(turnCompleted({})).ends).toEqual([{ outcome: 'completed' }]);
  });

  it('waits for what was said into the turn, and gives back what has no answer', () => {
    const driven = working();
    const [taken, silent] = [newMessage('taken'), newMessage('silent')];
    for (const message of [taken, silent]) driven.say({ type: 'steer', message, text: 'x' });
    driven.print({ id: `steer-${taken.turnId}`, result: { turnId: 't1' } }, turnCompleted({}));
    expect([driven.ends, driven.standing]).toMatchObject([[], { steering: 'over', waitsMs: 2_000 }]);
    expect(driven.say({ type: 'elapsed' }).ends).toEqual([{ outcome: 'completed' }]);
    expect(driven.steered).toEqual([
      { messageId: taken.messageId, isTaken: true },
      { messageId: silent.messageId, isTaken: false },
    ]);
  });

  it('that was interrupted waits for its commands to be ended', () => {
    const driven = working().say({ type: 'interrupt' });
    expect(driven.look()).toEqual(['turn/interrupt interrupt-t1']);
    driven.print(turnCompleted({ status: 'interrupted' }));
    expect([driven.look(), driven.ends]).toEqual([[CLEAN], []]);
    driven.print({ id: 'clean-thread-1', result: {} });
    expect([driven.ends, driven.state.told]).toEqual([[{ outcome: 'interrupted' }], null]);
  });

  it('is asked for once of each turn, also of one that begins after the interrupt', () => {
    const driven = working().say({ type: 'interrupt' }).say({ type: 'interrupt' });
    driven.print({ method: 'turn/started', params: { threadId: 'child', turn: { id: 't2' } } });
    expect(driven.look()).toEqual(['turn/interrupt interrupt-t1', 'turn/interrupt interrupt-t2']);
  });
});

describe('a message that the model refuses for what it holds', () => {
  const large = newMessage('', { turnId: 'c1', content: { kind: 'file', file: 'f', preview: '' } });
  const info = { message: 'The body is wrong', codexErrorInfo: 'badRequest' };
  const refused = turnCompleted({ status: 'failed', error: info });

  it('is taken out of its thread, which goes back to before it', () => {
    const driven = working(large).print(refused);
    expect(driven.ends).toEqual([]);
    expect(JSON.parse(driven.written[0]!)).toMatchObject({
      method: 'thread/revert',
      params: { threadId: 'thread-1', beforeTurnId: 't1' },
    });
    driven.print({ id: 'taking-out-revert', result: {} });
    expect(driven.ends).toMatchObject([{ outcome: 'errored', error: { code: 'invalid_request' } }]);
    expect(driven.gaps).toEqual([expect.stringContaining('taken out of the conversation')]);
    expect([driven.standing.sessionId, driven.state.model]).toEqual(['thread-1', 'gpt']);
  });

  it('that stays there costs the conversation, which is told', () => {
    const driven = working(large).print(refused);
    driven.print({ id: 'taking-out-revert', error: { message: 'it has no such turn' } });
    expect(driven.look()).toEqual(['thread/revert taking-out-revert', 'thread/start taking-out-start']);
    driven.print(opened('taking-out-start', 'thread-2'));
    expect(driven.gaps).toEqual([expect.stringContaining('it has no such turn')]);
    expect(driven.standing.sessionId).toBe('thread-2');
  });

  it('ends all the same when the server does not answer', () => {
    const driven = working(large).print(refused);
    expect(driven.standing.waitsMs).toBe(10_000);
    expect(driven.say({ type: 'elapsed' }).ends).toMatchObject([{ outcome: 'errored' }]);
    expect(driven.standing.sessionId).toBe('thread-1');
  });

  it('stays when the model had answered', () => {
    const item = { type: 'agentMessage', id: 'i1', text: 'x' };
    const said = { method: 'item/completed', params: { threadId: 'thread-1', turnId: 't1', item } };
    expect(working(large).print(said, refused).look()).toEqual([]);
  });
});

describe('a turn whose login was refused', () => {
  const failed = turnCompleted({
    status: 'failed',
    error: { message: 'no', codexErrorInfo: 'unauthorized' },
  });

  it('is carried on by another round when the login was renewed, without a word', () => {
    const driven = working().print(failed);
    expect([driven.refusals, driven.ends, driven.standing.activity]).toEqual([1, [], 'working']);
    driven.say({ type: 'login', outcome: 'renewed', login: LOGIN, isOutdated: false });
    expect(JSON.parse(driven.written[0]!)).toMatchObject({
      id: 'turn-c1~1go',
      params: { input: [], clientUserMessageId: 'c1~1go', threadId: 'thread-1' },
    });
  });

  it('is not carried on twice unless the model answered in between', () => {
    const driven = working().print(failed);
    driven.say({ type: 'login', outcome: 'renewed', login: LOGIN, isOutdated: false });
    driven.print({ id: 'turn-c1~1go', result: { turn: { id: 't1' } } }, failed);
    expect(driven.refusals).toBe(2);
    driven.say({ type: 'login', outcome: 'renewed', login: LOGIN, isOutdated: false });
    expect(driven.ends).toMatchObject([{ outcome: 'errored', error: { code: 'codex_login_required' } }]);
  });

  it('is carried on once another key has taken the place of the first, also when Codex tried in between', () => {
    const driven = working();
    driven.state = withAccount(driven.state, { isEphemeral: true });
    const error = { message: 'no', codexErrorInfo: 'unauthorized' };
    driven.print({ method: 'error', params: { threadId: 'thread-1', turnId: 't1', error, willRetry: true } });
    const login = { tokens: null, environment: { OPENAI_API_KEY: 'sk-second' } };
    driven.say({ type: 'login', outcome: 'renewed', login, isOutdated: false });
    const [loggingOut = ''] = driven.look();

    const revoked = { message: 'Fatal error: application network permission was revoked' };
    driven.print(turnCompleted({ status: 'failed', error: revoked }));
    expect([driven.look(), driven.ends]).toEqual([[], []]);
    driven.print({ id: idIn(loggingOut), result: {} });
    const [loggingIn = ''] = driven.look();
    driven.print({ id: idIn(loggingIn), result: {} });

    expect([loggingOut, loggingIn]).toEqual([
      expect.stringMatching(/^account\/logout /),
      expect.stringMatching(/^account\/login\/start /),
    ]);
    expect([driven.look(), driven.ends]).toEqual([['turn/start turn-c1~1go'], []]);
  });

  it('ends when there is no other login', () => {
    const driven = working().print(failed);
    driven.say({ type: 'login', outcome: 'refused', login: LOGIN, isOutdated: false });
    expect(driven.ends).toMatchObject([{ outcome: 'errored', error: { code: 'codex_login_required' } }]);
  });
});

describe('a plan of Codex', () => {
  const item = { type: 'plan', id: 'p1', text: '# Plan' };
  const proposed = { method: 'item/completed', params: { threadId: 'thread-1', turnId: 't1', item } };
  const waiting = () =>
    working(newMessage('plan', { turnId: 'c1', planMode: true })).print(proposed, turnCompleted({}));
  const request = (driven: Driven) => {
    const [ask] = driven.standing.asks;
    if (ask?.kind !== 'ask') throw new Error('Nothing is asked.');
    return { id: '', ...ask.asking, openedAt: '', expiresAt: '' };
  };

  it('waits for a decision, and is carried out with what was said about it', () => {
    const driven = waiting();
    expect(request(driven)).toMatchObject({
      kind: 'plan',
      plan: '# Plan',
      input: { planFilePath: '/plans/plan-c1.md' },
    });
    driven.say({
      type: 'answer',
      id: 'plan-c1',
      request: request(driven),
      answer: { decision: 'allow', message: 'Quick!' },
    });
    expect(JSON.parse(driven.written[0]!)).toMatchObject({
      id: 'turn-c1~1go',
      params: {
        input: [{ text: 'Implement the plan.\n\nQuick!' }],
        collaborationMode: { mode: 'default' },
        sandboxPolicy: { type: 'dangerFullAccess' },
      },
    });
    expect(driven.standing.asks).toEqual([]);
  });

  it('is revised in another round that may change nothing', () => {
    const driven = waiting();
    driven.say({
      type: 'answer',
      id: 'plan-c1',
      request: request(driven),
      answer: { decision: 'deny', message: 'No!' },
    });
    expect(JSON.parse(driven.written[0]!)).toMatchObject({
      id: 'turn-c1~1plan',
      params: { input: [{ text: 'No!' }], sandboxPolicy: { type: 'readOnly' } },
    });
  });

  it('is the outcome of its turn when nobody wants it, and when the server dies', () => {
    const driven = waiting();
    const { state } = driven;
    driven.say({ type: 'answer', id: 'plan-c1', request: request(driven), answer: { decision: 'deny' } });
    expect(driven.ends).toEqual([{ outcome: 'completed' }]);
    const ending = { isFound: true, isWritten: true, isAsked: false, isUnresponsive: false, complaint: '' };
    expect(codec.conclude(state, { ...ending, isSelfDirected: false }).outcome).toEqual({
      kind: 'ended',
      end: { outcome: 'completed' },
    });
  });

  it('that an earlier engine decided on is not asked about again', () => {
    const driven = waiting();
    const line = JSON.stringify({ id: 'turn-c1~1plan', method: 'turn/start', params: {} });
    const id = codec.answeredBy!(line);
    expect(id).toBe('turn-c1~1plan');
    expect(driven.say({ type: 'settled', id: id! }).standing).toMatchObject({
      asks: [],
      activity: 'working',
    });
  });
});

describe('a server of Codex that died', () => {
  const ending = {
    isWritten: true,
    isAsked: false,
    isUnresponsive: false,
    complaint: '',
    isSelfDirected: false,
  };

  it.each([
    [{ isFound: false }, { kind: 'cutOff' }],
    [{ isFound: true }, { kind: 'ended', end: { outcome: 'lost' } }],
    [{ isFound: true, isAsked: true }, { kind: 'cutOff' }],
  ])('in the middle of a turn (%j)', (changes, outcome) => {
    expect(codec.conclude(working().state, { ...ending, ...changes }).outcome).toEqual(outcome);
  });

  it.each([
    [false, 'rested'],
    [true, 'cutOff'],
  ])('at rest, or at work by itself (%s)', (isSelfDirected, kind) => {
    const given = { ...ending, isFound: false, isSelfDirected };
    expect(codec.conclude(launched().state, given).outcome).toEqual({ kind });
  });

  it('as another one began the same folder is launched again, and not for another reason', () => {
    const gone = (complaint: string) =>
      codec.conclude(freshState(), { ...ending, isFound: false, complaint });
    const taken = 'Error: failed to initialize sqlite state runtime under /home/user/.codex: …';
    expect(gone(taken).outcome).toEqual({ kind: 'again' });
    expect(gone('Error: the configuration is wrong').outcome).toEqual({ kind: 'rested' });
    expect(codec.conclude(working().state, { ...ending, isFound: false, complaint: taken }).outcome).toEqual({
      kind: 'cutOff',
    });
  });
});

describe('a server of Codex that was found', () => {
  it('is known by the head of its output, whether its thread was begun or resumed', () => {
    const begin = () => new Driven(codec.found({ ...FOUND, head: null }));
    const begun = begin().print(GREETED, opened('thread', 'thread-1', 'configured')).state;
    const resumed = begin().print(GREETED, opened('resume', 'thread-1', 'of-its-last-turn'));
    expect([codec.isOpened!(begun), codec.isOpened!(resumed.state)]).toEqual([true, false]);
    const { state } = resumed.print(opened('model', 'unseen', 'configured'));
    for (const head of [begun, state]) {
      expect([codec.isOpened!(head), head.threadId, head.model]).toEqual([true, 'thread-1', 'configured']);
    }
  });

  it('at work goes on with its turn', () => {
    const { state, standing } = working();
    const delivery = { sessionId: 'thread-1', notice: null, note: {} } as never;
    const turn = { message: newMessage('hello', { turnId: 'c1' }), delivery, line: '{"params":{}}' };
    const found = new Driven(codec.found({ ...FOUND, head: { ...state, turn: null }, turn }));
    expect([found.standing.activity, found.standing.steering]).toEqual(['working', 'soon']);
    expect(found.say({ type: 'greet' }).look()).toEqual([]);
    found.print({ id: 'turn-c1', result: { turn: { id: 't1' } } }, turnCompleted({}));
    expect([found.ends, standing.sessionId]).toEqual([[{ outcome: 'completed' }], 'thread-1']);
  });

  it('at rest opens its thread once more, so that it repeats what it waits for', () => {
    const head = working().state;
    const found = codec.found({
      policy: 'ask',
      sessionId: 'thread-1',
      head: { ...head, turn: null, activeTurn: null },
      turn: null,
      steering: [],
    });
    const driven = new Driven(found);
    expect(driven.standing.activity).toBe('unknown');
    expect(driven.say({ type: 'greet' }).look()).toEqual(['thread/resume rejoin']);
    driven.print(
      { id: 0, method: 'item/tool/requestUserInput', params: { questions: [] } },
      { id: 'rejoin', result: {} },
    );
    expect(driven.standing).toMatchObject({ activity: 'resting', asks: [{ id: 0, kind: 'ask' }] });
    expect(driven.prepare().outcome).toBe('ready');
  });

  it('and was launched by an earlier version is replaced', () => {
    const head = launched().state;
    const found = codec.found({ policy: 'ask', sessionId: 'thread-1', head, turn: null, steering: [] });
    const driven = new Driven(found).say({ type: 'greet' });
    expect([driven.standing.activity, driven.prepare().outcome]).toEqual(['resting', 'unfit']);
  });
});
