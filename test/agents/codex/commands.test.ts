import { describe, expect, it } from 'vitest';
import type { QueuedMessage } from '../../../src/contract/records.ts';
import { newMessage } from '../claude/stand-in.ts';
import { Driven, GREETED, launched, opened, turnCompleted, working } from './codec-harness.ts';

const CLEARED = 'The conversation was cleared: the agent knows nothing of what was said before.';
const message = (text: string, more: Partial<QueuedMessage> = {}) =>
  newMessage(text, { turnId: 'c1', ...more });
const skills = (...found: object[]) => ({ id: 'inquiry-skills-c1', result: { data: [{ skills: found }] } });
const GREET = { name: 'greet', path: '/skills/greet/SKILL.md', enabled: true };

describe('a message that begins with a skill of Codex', () => {
  it('loads it', () => {
    const driven = rested();
    expect([driven.prepare(message('/greet Ada')).outcome, driven.look()]).toEqual([
      'waiting',
      ['skills/list inquiry-skills-c1'],
    ]);
    const { params } = lineOf(driven.print(skills(GREET)), '/greet Ada');
    expect(params.input).toEqual([
      { type: 'text', text: '/greet Ada', text_elements: [] },
      { type: 'skill', name: 'greet', path: '/skills/greet/SKILL.md' },
    ]);
  });

  it.each([
    ['is not there', skills()],
    ['is off', skills({ ...GREET, enabled: false })],
    ['cannot be looked for', { id: 'inquiry-skills-c1', error: { code: -1, message: 'no' } }],
  ])('that %s is said as it is', (_, answer) => {
    const driven = rested();
    driven.prepare(message('/greet Ada'));
    const { params } = lineOf(driven.print(answer), '/greet Ada');
    expect(params.input).toEqual([{ type: 'text', text: '/greet Ada', text_elements: [] }]);
  });

  it('is asked for by no goal', () => {
    const driven = rested();
    expect(driven.prepare(message('/greet Ada', { goalMode: true })).outcome).toBe('ready');
  });

  it('shows what was written, and no file', () => {
    const content = [
      { type: 'text', text: '/greet Ada' },
      { type: 'skill', name: 'greet', path: GREET.path },
    ];
    const item = { type: 'userMessage', id: 'u1', clientId: 'c1', content };
    const params = { threadId: 'thread-1', turnId: 't1', item };
    const driven = working().print({ method: 'item/completed', params });
    expect(driven.events).toContainEqual({ type: 'user_message', message: '/greet Ada' });
  });
});

describe('/compact', () => {
  it('is a turn that ends when the summary is there', () => {
    const driven = given('/compact');
    expect(driven.look()).toEqual(['thread/compact/start turn-c1']);
    driven.print(
      { id: 'turn-c1', result: {} },
      started('t2'),
      compaction('item/started'),
      compaction('item/completed'),
    );
    expect([driven.ends, driven.standing]).toMatchObject([[], { activity: 'working', steering: 'over' }]);
    driven.print(turnCompleted({ id: 't2' }));
    expect(driven.ends).toEqual([{ outcome: 'completed' }]);
    expect(driven.events).toEqual([
      { type: 'user_message', message: '/compact' },
      { type: 'context_compacted' },
    ]);
  });

  it('is not gone on with when its login was refused', () => {
    const driven = given('/compact').print({ id: 'turn-c1', result: {} }, started('t2'));
    driven.look();
    const error = { message: 'no', codexErrorInfo: 'unauthorized' };
    driven.print(turnCompleted({ id: 't2', status: 'failed', error }));
    expect([driven.look(), driven.ends]).toMatchObject([
      [],
      [{ outcome: 'errored', error: { code: 'auth' } }],
    ]);
  });

  it('that is interrupted before it began ends as soon as it has', () => {
    const driven = given('/compact').print({ id: 'turn-c1', result: {} });
    driven.look();
    driven.say({ type: 'interrupt' }).print(started('t2'));
    expect(driven.look()).toEqual(['turn/interrupt interrupt-t2']);
  });
});

describe('/clear', () => {
  it('goes on in another thread, which begins with a gap', () => {
    const driven = given('/clear');
    expect([driven.look(), driven.standing.activity]).toEqual([['thread/start clear'], 'working']);
    driven.print(opened('clear', 'thread-2'));
    expect([driven.ends, driven.gaps, driven.standing]).toMatchObject([
      [{ outcome: 'completed' }],
      [CLEARED],
      { sessionId: 'thread-2', sessionFile: '/sessions/thread-2.jsonl', activity: 'resting' },
    ]);
    expect(driven.events).toMatchObject([{ type: 'user_message', message: '/clear' }, { message: CLEARED }]);
    expect(lineOf(driven, 'hello').params.threadId).toBe('thread-2');
  });

  it('ends what the thread before left running', () => {
    const running = {
      id: 'a',
      kind: 'shell',
      title: 'sleep 9',
      state: 'running',
      startedAt: 'then',
    } as const;
    const task = { ...running, note: { thread: 'thread-1', process: 'p-a' } };
    const driven = given('/clear', { tasks: [task], children: { child: 't9' } });
    driven.look();
    driven.print(opened('clear', 'thread-2'));
    expect(driven.look()).toEqual(['thread/backgroundTerminals/terminate stop-a']);
    expect(driven.standing.tasks).toMatchObject([{ id: 'a', state: 'stopped' }]);
    expect(driven.standing.activity).toBe('resting');
  });

  it('that is refused ends as an error, in the thread as it was', () => {
    const driven = given('/clear').print({ id: 'clear', error: { code: -1, message: 'no room' } });
    const text = 'The conversation could not be cleared: no room.';
    expect(driven.ends).toEqual([{ outcome: 'errored', error: { code: 'agent_error', message: text } }]);
    expect([driven.gaps, driven.standing.sessionId]).toEqual([[], 'thread-1']);
  });
});

/** A server whose thread is open. */
function rested(changes: object = {}): Driven {
  const driven = launched().print(GREETED);
  driven.prepare();
  driven.print(opened('thread', 'thread-1'));
  driven.look();
  return new Driven({ ...driven.state, ...changes });
}

function lineOf(driven: Driven, text: string) {
  const prepared = driven.prepare(message(text));
  if (prepared.outcome !== 'ready') throw new Error('It is not ready.');
  return JSON.parse(prepared.line) as { params: { input: unknown; threadId: string } };
}

function given(text: string, changes: object = {}): Driven {
  const driven = rested(changes);
  const prepared = driven.prepare(message(text));
  if (prepared.outcome !== 'ready') throw new Error('It is not ready.');
  const delivery = { notice: null, note: prepared.note } as never;
  driven.written.push(prepared.line);
  return driven.say({ type: 'give', message: message(text), delivery, line: prepared.line });
}

function started(id: string) {
  return { method: 'turn/started', params: { threadId: 'thread-1', turn: { id } } };
}

function compaction(method: string) {
  const item = { type: 'contextCompaction', id: 'i1' };
  return { method, params: { threadId: 'thread-1', turnId: 't2', item } };
}
