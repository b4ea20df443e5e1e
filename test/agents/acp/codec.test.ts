import { describe, expect, it } from 'vitest';
import { createAcpCodec } from '../../../src/agents/acp/codec.ts';
import type { AcpState } from '../../../src/agents/acp/state.ts';
import type { Wanted } from '../../../src/agents/codec.ts';
import type { Moment } from '../../../src/agents/step.ts';
import type { QueuedMessage } from '../../../src/contract/records.ts';
import { message } from '../../support/chat-words.ts';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const MOMENT: Moment = { now: NOW, runId: 'run', policy: 'bypass', openedAt: 0 };
const CIRCUMSTANCES = { policy: 'ask' as const, isInterrupted: false };
const ENDING = {
  now: NOW,
  isFound: false,
  isWritten: true,
  isAsked: false,
  isUnresponsive: false,
  complaint: '',
  isSelfDirected: false,
};
const KNOWN = { id: 's1', file: 'there' as const, reason: '', notice: null, wasUsed: true };

const codec = createAcpCodec(
  { provider: 'some', title: 'Some', command: 'some', args: ['--acp'] },
  { folder: '/workspaces' },
);

describe('a process that is launched', () => {
  it('finds the greeting in its input, and no message', () => {
    const { args, stdin } = launch(null);

    expect(args).toEqual(['--acp']);
    expect(methodsIn([stdin])).toEqual(['initialize']);
  });

  it('begins a session, makes no setting that nobody asked for, and is ready', () => {
    const state = answered(launch(null).state, 'initialize', greeting());

    const begun = prepare(state);
    expect([begun.outcome, methodsIn(begun.lines)]).toEqual(['waiting', ['session/new']]);
    const ready = prepare(answered(begun.state, 'session', { sessionId: 's1' }));

    expect(ready).toMatchObject({ outcome: 'ready', sessionId: 's1', isNew: true, notice: null });
    expect(ready.outcome === 'ready' && methodsIn([ready.line])).toEqual(['session/prompt']);
  });

  it.each([
    ['takes the session up', { sessionCapabilities: { resume: {} } }, 'session/resume'],
    ['loads it, where that is all it can', { loadSession: true }, 'session/load'],
    ['begins another, where it can neither', {}, 'session/new'],
  ])('%s', (_, capabilities, method) => {
    const state = answered(launch(KNOWN).state, 'initialize', greeting(capabilities));

    expect(methodsIn(prepare(state).lines)).toEqual([method]);
  });

  it('begins another session in the place of one that is refused, and says so', () => {
    const resuming = prepare(answered(launch(KNOWN).state, 'initialize', greeting({ loadSession: true })));
    const refused = respond(resuming.state, 'session', { error: { code: -1, message: 'no such session' } });

    const begun = prepare(refused);
    const ready = prepare(answered(begun.state, 'session', { sessionId: 's2' }));

    expect(methodsIn(begun.lines)).toEqual(['session/new']);
    expect(ready).toMatchObject({ outcome: 'ready', sessionId: 's2' });
    expect(ready.outcome === 'ready' && ready.notice).toContain('no such session');
  });

  it('refuses every message where the session may still be there', () => {
    const resuming = prepare(answered(launch(KNOWN).state, 'initialize', greeting({ loadSession: true })));
    const refused = respond(resuming.state, 'session', { error: { code: -32_000, message: 'log in' } });

    const failed = prepare(refused);

    expect(failed).toMatchObject({ outcome: 'refused', failure: { code: 'auth' } });
  });

  it('that never answers about its session is followed by one that begins another', () => {
    const { state } = prepare(answered(launch(KNOWN).state, 'initialize', greeting({ loadSession: true })));

    expect(codec.awaits!(state)).toBe('the opening of its session');
    const conclusion = codec.conclude(state, { ...ENDING, isUnresponsive: true });
    const next = launch(KNOWN, state);

    expect(conclusion.outcome).toEqual({ kind: 'again' });
    expect(methodsIn(prepare(answered(next.state, 'initialize', greeting())).lines)).toEqual(['session/new']);
    expect(next.state.notice).toContain('did not answer');
  });
});

describe('a setting', () => {
  const model = { id: 'm', type: 'select', category: 'model', currentValue: 'a', options: [] };

  it('is made where another is wanted, and not again', () => {
    const state = open({ configOptions: [model] });

    const asked = prepare(state, { model: 'b' });
    expect(methodsIn(asked.lines)).toEqual(['session/set_config_option']);
    const id = idIn(asked.lines);
    const made = answered(asked.state, id, { configOptions: [{ ...model, currentValue: 'b' }] });

    expect(prepare(made, { model: 'b' }).outcome).toBe('ready');
  });

  it('that is refused fails its message', () => {
    const asked = prepare(open({ configOptions: [model] }), { model: 'b' });
    const refused = respond(asked.state, idIn(asked.lines), {
      error: { code: -1, message: 'no such model' },
    });

    expect(prepare(refused, { model: 'b' })).toMatchObject({
      outcome: 'failed',
      failure: { code: 'model_not_found', message: 'no such model' },
    });
  });
});

describe('where an agent stands', () => {
  it('is at rest without a turn, at work in one, and at work by itself while it asks between turns', () => {
    const request = {
      method: 'session/request_permission',
      id: 7,
      params: { toolCall: { toolCallId: 't' } },
    };
    const asking = step(open({}), request).state;

    expect(codec.decide(open({}), CIRCUMSTANCES)).toMatchObject({ activity: 'resting', selfDirected: false });
    expect(codec.decide(given(), CIRCUMSTANCES)).toMatchObject({ activity: 'working', selfDirected: null });
    expect(codec.decide(asking, CIRCUMSTANCES)).toMatchObject({ activity: 'working', selfDirected: true });
  });

  it('says when a message that is spoken between turns counts as whole', () => {
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'By the way.' } };
    const { state } = step(open({}), { method: 'session/update', params: { sessionId: 's1', update } });

    expect(codec.decide(state, CIRCUMSTANCES).waitsMs).toBe(1_000);
    expect(codec.lines(state, { type: 'elapsed' }, MOMENT).said).toMatchObject([
      { type: 'acp-agent_message' },
    ]);
  });
});

describe('a command', () => {
  it('to interrupt cancels the turn, and what is asked in it', () => {
    const request = {
      method: 'session/request_permission',
      id: 7,
      params: { toolCall: { toolCallId: 't' } },
    };
    const { state } = step(given(), request);

    const { lines = [], state: after } = codec.lines(state, { type: 'interrupt' }, MOMENT);

    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { method: 'session/cancel' },
      { id: 7, result: { outcome: { outcome: 'cancelled' } } },
    ]);
    expect(codec.decide(after, CIRCUMSTANCES).asks).toEqual([]);
  });

  it('to say whether it is there is answered by an agent that does not know it too', () => {
    const { lines } = codec.lines(open({}), { type: 'ping' }, MOMENT);

    const answer = { id: idIn(lines), error: { code: -32_601, message: 'Method not found' } };

    expect(step(open({}), answer).isPong).toBe(true);
  });
});

describe('a message whose process is gone', () => {
  it.each([
    ['was cut off where somebody watched', {}, 'cutOff'],
    ['is given again that never was in its input', { isFound: true, isWritten: false }, 'again'],
    ['is lost that was', { isFound: true }, 'ended'],
    ['is cut off where its end was asked for', { isFound: true, isAsked: true }, 'cutOff'],
  ])('%s', (_, circumstances, kind) => {
    expect(codec.conclude(given(), { ...ENDING, ...circumstances }).outcome.kind).toBe(kind);
  });
});

function launch(session: typeof KNOWN | null, before: AcpState | null = null) {
  return codec.launch({
    runId: 'run',
    chatId: 'c1',
    policy: 'bypass',
    message: message('m1'),
    session,
    systemPrompt: undefined,
    environment: {},
    home: '/home',
    folder: '/run',
    before,
  } as Parameters<typeof codec.launch>[0]);
}

function prepare(state: AcpState, rest: Partial<QueuedMessage> = {}) {
  const wanted: Wanted = {
    message: { ...message('m1'), ...rest },
    text: 'hello',
    images: [],
  };
  return codec.prepare(state, wanted, MOMENT);
}

function greeting(agentCapabilities: object = {}) {
  return { protocolVersion: 1, agentCapabilities };
}

/** A session that was begun, with what it offers. */
function open(offer: object): AcpState {
  const begun = prepare(answered(launch(null).state, 'initialize', greeting()));
  return answered(begun.state, 'session', { sessionId: 's1', ...offer });
}

/** The same, with a message handed over. */
function given(): AcpState {
  const ready = prepare(open({}));
  if (ready.outcome !== 'ready') throw new Error('not ready');
  const delivery = { runId: 'run', sessionId: 's1', notice: null, note: {} };
  const command = { type: 'give' as const, message: message('m1'), delivery, line: ready.line };
  return codec.lines(ready.state, command, MOMENT).state;
}

function answered(state: AcpState, id: string, result: object): AcpState {
  return respond(state, id, { result });
}

function respond(state: AcpState, id: string, answer: object): AcpState {
  return step(state, { id, ...answer }).state;
}

function step(state: AcpState, frame: object) {
  const translated = codec.translate(state, JSON.stringify({ jsonrpc: '2.0', ...frame }), MOMENT);
  if (typeof translated === 'string') throw new Error(translated);
  return translated;
}

function methodsIn(lines: readonly string[] = []): string[] {
  return lines.map((line) => (JSON.parse(line) as { method: string }).method);
}

function idIn(lines: readonly string[] = []): string {
  return (JSON.parse(lines[0] ?? '{}') as { id: string }).id;
}
