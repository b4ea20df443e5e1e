import { describe, expect, it } from 'vitest';
import { Facts } from '../../../src/agents/facts.ts';
import { Steers, type SteeredThread } from '../../../src/agents/codex/steering.ts';
import { freshState, withTurn } from '../../../src/agents/codex/state.ts';
import type { AgentFact } from '../../../src/contract/facts.ts';
import type { QueuedMessage } from '../../../src/contract/records.ts';
import { createRun } from '../../../src/process/run.ts';
import { newMessage } from '../claude/stand-in.ts';

const POSITION = { runId: 'run-1', offset: 7 };

describe('messages said into a turn of Codex', () => {
  it('are noted at once: a turn that ends before they were read gives them back', async () => {
    const { steers, thread, facts, lines, open } = start();
    const message = newMessage('too late');
    steers.hear({ type: 'agent.steer', message }, POSITION);
    const said = steers.say(message, thread());
    steers.refuseAll(POSITION);
    open();
    await said;
    expect(facts).toEqual([{ type: 'steer.refused', messageId: message.messageId, position: POSITION }]);
    expect(lines).toEqual([]);
  });

  it('are written in the order in which they were accepted, each told before', async () => {
    const { steers, thread, facts, lines, open } = start();
    const messages = ['one', 'two', 'three'].map((text) => newMessage(text));
    for (const message of messages) steers.hear({ type: 'agent.steer', message }, POSITION);
    open();
    for (const message of messages.toReversed()) await steers.say(message, thread());
    expect(facts.map(nameOf)).toEqual(messages.map(({ messageId }) => `steer.written ${messageId}`));
    expect(lines.map((line) => /"text":"(\w+)"/.exec(line)?.[1])).toEqual(['one', 'two', 'three']);
  });

  it.each(['agent.interrupt', 'agent.stop', 'agent.terminate', 'agent.kill'] as const)(
    'are not written any more after %s, and given back',
    async (type) => {
      const { steers, thread, facts, lines, open } = start();
      const message = newMessage('too late');
      steers.hear({ type: 'agent.steer', message }, POSITION);
      const said = steers.say(message, thread());
      steers.hear({ type }, POSITION);
      expect(facts).toEqual([]);
      open();
      await said;
      expect(facts.map(nameOf)).toEqual([`steer.refused ${message.messageId}`]);
      expect(lines).toEqual([]);
    },
  );

  it.each([
    ['is over', { isOver: true, isPlanned: false }],
    ['waits for a decision on its plan', { isOver: false, isPlanned: true }],
  ])('are given back when the turn %s', async (_, { isOver, ...standing }) => {
    const { steers, thread, facts, lines, open } = start();
    const message = newMessage('too late');
    if (isOver) steers.end(POSITION);
    steers.hear({ type: 'agent.steer', message }, POSITION);
    open();
    await steers.say(message, thread(standing));
    expect(facts.map(nameOf)).toEqual([`steer.refused ${message.messageId}`]);
    expect(lines).toEqual([]);
  });

  it('are given back when the server is gone, but for those that it may have read', async () => {
    const { steers, thread, facts, open } = start();
    const [read, unread] = [newMessage('read'), newMessage('unread')];
    open();
    steers.hear({ type: 'agent.steer', message: read }, POSITION);
    await steers.say(read, thread());
    steers.hear({ type: 'agent.steer', message: unread }, POSITION);
    steers.forget(POSITION);
    expect(facts.map(nameOf)).toEqual([
      `steer.written ${read.messageId}`,
      `steer.refused ${unread.messageId}`,
    ]);
    expect(steers.isSettled).toBe(true);
  });

  it('wait for those before them of which nobody knows yet whether they were written', async () => {
    const found = newMessage('found');
    const { steers, thread, facts, lines, open } = start([found]);
    const message = newMessage('new');
    open();
    steers.hear({ type: 'agent.steer', message }, POSITION);
    await steers.say(message, thread());
    expect(facts).toEqual([]);
    await steers.takeUp(createRun('/nonexistent', 'run-1'));
    steers.flush(thread());
    expect(facts.map(nameOf)).toEqual([found, message].map(({ messageId }) => `steer.written ${messageId}`));
    expect(lines).toHaveLength(2);
  });

  it('are given back when their text cannot be read', async () => {
    const { steers, thread, facts, open } = start();
    const message = newMessage('', { content: { kind: 'file', file: 'gone', preview: '' } });
    steers.hear({ type: 'agent.steer', message }, POSITION);
    open();
    await steers.say(message, thread());
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
  const lines: string[] = [];
  const payloads = { read: () => Promise.reject(new Error('gone')), write: () => Promise.resolve('') };
  const context = { payloads, settled: () => settled };
  const told = new Facts((fact) => facts.push(fact), { sessionId: null });
  const thread = ({ isPlanned = false } = {}): SteeredThread => {
    const fresh = withTurn(freshState('thread-1'), { clientId: 'turn-1', notice: null, planMode: false });
    const state = { ...fresh, turn: { ...fresh.turn!, nativeId: 'native-1', isPlanned } };
    return { state, position: POSITION, write: (line) => void lines.push(line) };
  };
  return { steers: new Steers({ context, facts: told }, found), thread, facts, lines, open: () => open() };
}

function nameOf(fact: AgentFact): string {
  return 'messageId' in fact ? `${fact.type} ${fact.messageId}` : fact.type;
}
