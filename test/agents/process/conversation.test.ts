import { describe, expect, it } from 'vitest';
import type { Asking } from '../../../src/agents/open-questions.ts';
import type { Ask } from '../../../src/agents/step.ts';
import { messageOf } from '../claude/message.ts';
import { fixDate } from '../../support/fixed-date.ts';
import { converse, NOW, WORKING } from './fakes.ts';

fixDate(NOW);

const POSITION = { runId: 'run-1', offset: 7 };
const SAID = { type: 'some-word', payload: {} };
const ASKING: Asking = { kind: 'permission', tool: 'Bash', input: {} };
const QUESTION: Ask = { id: 'q', kind: 'ask', asking: ASKING };

describe('a step of an agent', () => {
  it('is told with its time and place, and what changed is told to the machine', async () => {
    const { conversation, live, facts, told, reported } = converse();

    await conversation.take(live, { state: WORKING, said: [SAID] });
    facts.flush();

    const events = [{ timestamp: NOW, ...SAID }];
    expect(told).toEqual([{ type: 'agent.said', messageId: null, events, position: POSITION, openTools: 0 }]);
    expect(reported).toEqual([{ type: 'process.worked' }]);
  });

  it('is told to the machine only where it changes something', async () => {
    const { conversation, live, reported } = converse();

    await conversation.take(live, { state: WORKING });
    await conversation.take(live, { state: WORKING, isPong: true });
    await conversation.take(live, { state: WORKING, isReplaced: true });

    expect(reported).toEqual([
      { type: 'process.worked' },
      { type: 'process.answered' },
      { type: 'process.replaced' },
    ]);
  });

  it('ends the turn of the message that was given', async () => {
    const { conversation, live, told, reported } = converse();
    live.given = { message: messageOf({}), line: Buffer.from('x'), inputOffset: 0, notice: null };
    await conversation.take(live, { state: WORKING });

    await conversation.take(live, { state: {}, end: { outcome: 'completed' } });

    expect(live.given).toBeNull();
    expect(told.at(-1)).toMatchObject({
      messageId: 'm',
      end: { outcome: 'completed' },
    });
    expect(reported.slice(1)).toEqual([{ type: 'turn.ended' }, { type: 'process.rested' }]);
  });

  it('is told behind what the agent does not know any more, which is told once', async () => {
    const { conversation, live, facts, told } = converse();
    live.given = { message: messageOf({}), line: Buffer.from('x'), inputOffset: 0, notice: 'Gone.' };

    await conversation.take(live, { state: WORKING });
    await conversation.take(live, { state: WORKING, said: [SAID] });
    await conversation.take(live, { state: WORKING, said: [SAID] });
    facts.flush();

    const events = told.flatMap((fact) => (fact.type === 'agent.said' ? fact.events : []));
    expect(events).toMatchObject([
      { type: 'session-gap', payload: { reason: 'context_lost', sessionId: 's1', message: 'Gone.' } },
      SAID,
      SAID,
    ]);
  });

  it('of a process that is not the one of the chat any more is told to nobody', async () => {
    const { conversation, live, told, reported, written } = converse();
    conversation.letGo();

    await conversation.take(live, { state: WORKING, said: [SAID], end: { outcome: 'completed' } });

    expect([told, reported, written]).toEqual([[], [], []]);
  });
});

describe('a question of the agent', () => {
  it('is asked once, and withdrawn when the agent does not wait for it any more', async () => {
    const { conversation, live, told } = converse();

    await conversation.take(live, { state: { ...WORKING, asks: [QUESTION] } });
    await conversation.take(live, { state: { ...WORKING, asks: [QUESTION] } });
    await conversation.take(live, { state: WORKING });

    expect(told.map(({ type }) => type)).toEqual(['request.opened', 'request.withdrawn']);
  });

  it('that nobody has to be asked is answered once', async () => {
    const { conversation, live, told, written } = converse();
    const asks: Ask[] = [{ id: 'q', kind: 'answer', line: 'yes\n' }];

    await conversation.take(live, { state: { ...WORKING, asks } });
    await conversation.take(live, { state: { ...WORKING, asks } });

    expect(written).toEqual(['yes\n']);
    expect(told).toEqual([]);
  });

  it('is answered by nobody when another process asked it', async () => {
    const { conversation, written } = converse();
    const request = { ...ASKING, openedAt: '', expiresAt: '', id: 'run-0:"q"' };

    await conversation.answer({ type: 'agent.answer', request, answer: { decision: 'allow' } });
    await conversation.answer({
      type: 'agent.answer',
      request: { ...request, id: 'run-1:"q"' },
      answer: { decision: 'allow' },
    });

    expect(written).toEqual(['answer\n']);
  });
});

describe('an interrupt', () => {
  it('is said to an agent that works', async () => {
    const { conversation, live, written } = converse();
    live.state = WORKING;

    await conversation.interrupt();

    expect(live.isInterrupted).toBe(true);
    expect(written).toEqual(['interrupt\n']);
  });

  it('of an agent that rests is over at once', async () => {
    const { conversation, reported, written } = converse();

    await conversation.interrupt();

    expect(reported).toEqual([{ type: 'turn.ended' }]);
    expect(written).toEqual([]);
  });
});

it('a login that was refused is reported, and what came of it said to the agent', async () => {
  const { conversation, live, written } = converse();

  await conversation.take(live, { state: WORKING, isLoginRefused: true });

  await expect.poll(() => written).toEqual(['login\n']);
});

describe('what nobody waits for', () => {
  const failing = () => {
    throw new Error('It cannot be said.');
  };

  it.each<[string, (parts: ReturnType<typeof converse>) => unknown]>([
    ['a login that changed', ({ conversation }) => conversation.sayLogin()],
    ['a silence', ({ conversation, live }) => conversation.take(live, { state: { ...WORKING, waitsMs: 1 } })],
    [
      'a refused login',
      ({ conversation, live }) => conversation.take(live, { state: WORKING, isLoginRefused: true }),
    ],
  ])('breaks the process where it fails, and not the engine: %s', async (_, say) => {
    const parts = converse({ lines: failing });

    await say(parts);

    await expect.poll(() => parts.broken).toEqual([new Error('It cannot be said.')]);
  });
});
