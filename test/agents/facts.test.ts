import { describe, expect, it } from 'vitest';
import { Facts, type Said } from '../../src/agents/facts.ts';
import type { AgentFact } from '../../src/contract/facts.ts';

const STANDING = { sessionId: 's1', openTools: 0, selfDirected: null };

describe('what an agent prints', () => {
  it('becomes one fact for all lines that are read together', async () => {
    const { facts, told } = createFacts();
    facts.said(line('one', 10));
    facts.said(line('two', 20));
    await nextTurn();
    expect(told).toEqual([said(['one', 'two'], 20)]);
  });

  it('is told before the line that ends the turn', () => {
    const { facts, told } = createFacts();
    facts.said(line('one', 10));
    facts.said({ ...line('two', 20), end: { outcome: 'completed' } });
    expect(told).toEqual([said(['one'], 10), { ...said(['two'], 20), end: { outcome: 'completed' } }]);
  });

  it('is told before any other fact', () => {
    const { facts, told } = createFacts();
    facts.said(line('one', 10));
    facts.report({ type: 'agent.answered' });
    expect(told).toEqual([said(['one'], 10), { type: 'agent.answered' }]);
  });

  it('is not mixed with what was printed for another message', async () => {
    const { facts, told } = createFacts();
    facts.said(line('one', 10));
    facts.said({ ...line('two', 20), messageId: 'm2' });
    await nextTurn();
    expect(told).toEqual([said(['one'], 10), { ...said(['two'], 20), messageId: 'm2' }]);
  });

  it('is left to the next engine once nobody listens any more', async () => {
    const { facts, told } = createFacts();
    facts.said(line('one', 10));
    facts.mute();
    await nextTurn();
    expect(told).toEqual([]);
  });
});

function createFacts(): { facts: Facts; told: AgentFact[] } {
  const told: AgentFact[] = [];
  return { facts: new Facts((fact) => told.push(fact), { sessionId: 's1', selfDirected: false }), told };
}

function line(text: string, offset: number): Said {
  return { messageId: 'm1', events: [eventOf(text)], position: { runId: 'r1', offset }, standing: STANDING };
}

function said(texts: string[], offset: number): AgentFact {
  const events = texts.map(eventOf);
  return { type: 'agent.said', messageId: 'm1', events, position: { runId: 'r1', offset }, openTools: 0 };
}

function eventOf(text: string) {
  return { timestamp: '2026-01-01T00:00:00.000Z', type: 'claude-assistant', payload: { text } };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
