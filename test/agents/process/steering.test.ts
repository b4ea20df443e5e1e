import { describe, expect, it } from 'vitest';
import { Facts } from '../../../src/agents/facts.ts';
import { Steering } from '../../../src/agents/process/steering.ts';
import type { Standing } from '../../../src/agents/step.ts';
import type { AgentFact } from '../../../src/contract/facts.ts';
import type { QueuedMessage } from '../../../src/contract/records.ts';
import { newMessage } from '../claude/stand-in.ts';

const ENDINGS = ['interrupt', 'leave', 'terminate', 'kill'] as const;
const POSITION = { runId: 'run-1', offset: 7 };

describe('messages said into a turn', () => {
  it('are noted at once: a turn that ends before they were read gives them back', async () => {
    const { steering, accept, facts, said, open } = start();
    const message = newMessage('too late');
    accept(message);
    const task = steering.say(message);
    steering.end(POSITION, false);
    open();
    await task;
    expect(facts).toEqual([{ type: 'steer.refused', messageId: message.messageId, position: POSITION }]);
    expect(said).toEqual([]);
  });

  it('are written in the order in which they were accepted, each told before', async () => {
    const { steering, accept, facts, said, open } = start();
    const messages = ['one', 'two', 'three'].map((text) => newMessage(text));
    for (const message of messages) accept(message);
    open();
    for (const message of messages.toReversed()) await steering.say(message);
    expect(facts.map(nameOf)).toEqual(messages.map(({ messageId }) => `steer.written ${messageId}`));
    expect(said).toEqual(['one', 'two', 'three']);
  });

  it('wait until the turn can take them', async () => {
    const { steering, accept, turn, facts, said, open } = start();
    turn.steering = 'soon';
    const message = newMessage('early');
    accept(message);
    open();
    await steering.say(message);
    expect(facts).toEqual([]);
    turn.steering = 'open';
    steering.flush(turn, POSITION);
    expect(said).toEqual(['early']);
  });

  it.each(ENDINGS)('are not written any more after %s, and given back', async (type) => {
    const { steering, accept, facts, said, open } = start();
    const message = newMessage('too late');
    accept(message);
    const task = steering.say(message);
    steering.hear({ type });
    open();
    await task;
    expect(facts.map(nameOf)).toEqual([`steer.refused ${message.messageId}`]);
    expect(said).toEqual([]);
  });

  it('are given back when the turn takes nothing any more', async () => {
    const { steering, accept, turn, facts, said, open } = start();
    turn.steering = 'over';
    const message = newMessage('too late');
    accept(message);
    open();
    await steering.say(message);
    expect(facts.map(nameOf)).toEqual([`steer.refused ${message.messageId}`]);
    expect(said).toEqual([]);
  });

  it('are taken or refused as the agent says', async () => {
    const { steering, accept, facts, open } = start();
    const [taken, refused] = [newMessage('taken'), newMessage('refused')];
    open();
    for (const message of [taken, refused]) {
      accept(message);
      await steering.say(message);
    }
    const answers = [taken, refused].map(({ messageId }) => ({
      messageId,
      isTaken: messageId === taken.messageId,
    }));
    for (const answer of [...answers, ...answers]) steering.settle(answer, POSITION);
    expect(facts.map(nameOf).slice(2)).toEqual([
      `steer.taken ${taken.messageId}`,
      `steer.refused ${refused.messageId}`,
    ]);
  });

  it('are given back when the process is gone, but for those that it may have read', async () => {
    const { steering, accept, facts, open } = start();
    const [read, unread] = [newMessage('read'), newMessage('unread')];
    open();
    accept(read);
    await steering.say(read);
    accept(unread);
    steering.end(POSITION, true);
    expect(facts.map(nameOf)).toEqual([
      `steer.written ${read.messageId}`,
      `steer.refused ${unread.messageId}`,
    ]);
  });

  it('wait for those before them of which nobody knows yet whether they were written', async () => {
    const found = newMessage('found');
    const { steering, accept, turn, facts, said, open } = start([found]);
    const message = newMessage('new');
    open();
    accept(message);
    await steering.say(message);
    expect(facts).toEqual([]);
    await steering.takeUp(null);
    steering.flush(turn, POSITION);
    expect(facts.map(nameOf)).toEqual([found, message].map(({ messageId }) => `steer.written ${messageId}`));
    expect(said).toEqual(['found', 'new']);
  });

  it('are given back when their text cannot be read', async () => {
    const { steering, accept, facts, open } = start();
    const message = newMessage('', { content: { kind: 'file', file: 'gone', preview: '' } });
    accept(message);
    open();
    await steering.say(message);
    expect(facts.map(nameOf)).toEqual([`steer.refused ${message.messageId}`]);
  });
});

/** The journal is not settled before `open`. */
function start(found: readonly QueuedMessage[] = []) {
  let open = () => {};
  const settled = new Promise<void>((resolve) => {
    open = resolve;
  });
  const facts: AgentFact[] = [];
  const said: string[] = [];
  const payloads = { read: () => Promise.reject(new Error('gone')), write: () => Promise.resolve('') };
  const turn: Standing = {
    activity: 'working',
    selfDirected: null,
    sessionId: null,
    openTools: 0,
    toolsOpenedSince: null,
    asks: [],
    steering: 'open',
  };
  const steering = new Steering({
    context: { payloads, settled: () => settled },
    facts: new Facts((fact) => facts.push(fact), { sessionId: null }),
    found,
    standing: () => ({ standing: turn, position: POSITION }),
    write: (_, text) => void said.push(text),
  });
  const accept = (message: QueuedMessage) => steering.hear({ type: 'agent.steer', message });
  return { steering, accept, turn, facts, said, open: () => open() };
}

function nameOf(fact: AgentFact): string {
  return 'messageId' in fact ? `${fact.type} ${fact.messageId}` : fact.type;
}
