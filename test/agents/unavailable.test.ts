import { describe, expect, it } from 'vitest';
import { createUnavailableDriver } from '../../src/agents/unavailable.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../../src/contract/facts.ts';
import type { QueuedMessage } from '../../src/contract/records.ts';

const MESSAGE: QueuedMessage = {
  messageId: 'm1',
  turnId: '0c2a1ad7-0e5d-4d6c-a3b5-6e5a8a3f1b11',
  digest: '',
  content: { kind: 'inline', text: 'hello' },
  planMode: false,
  queuedAt: '2026-11-22T12:00:00.000Z',
};
const INPUT: AgentSessionInput = {
  chatId: 'c1',
  provider: 'codex',
  policy: 'bypass',
  sessionId: null,
  position: null,
  turn: null,
  requests: [],
};
const EXITED: AgentFact = {
  type: 'agent.exited',
  failure: { code: 'agent_unavailable', message: 'Codex cannot run here. Install it.' },
};

async function factsAfter(...commands: AgentCommand[]): Promise<AgentFact[]> {
  const driver = createUnavailableDriver({ provider: 'codex', title: 'Codex', remedy: 'Install it.' });
  const facts: AgentFact[] = [];
  const session = driver.openSession(INPUT, (fact) => facts.push(fact));
  for (const command of commands) session.command(command);
  expect(facts).toEqual([]);
  await Promise.resolve();
  return facts;
}

describe('an agent that cannot run', () => {
  it('says so for each message', async () => {
    expect(await factsAfter({ type: 'agent.prepare', message: MESSAGE })).toEqual([EXITED]);
  });

  it('is gone when it is told to go, and silent otherwise', async () => {
    expect(await factsAfter({ type: 'agent.stop' })).toEqual([EXITED]);
    expect(await factsAfter({ type: 'agent.ping' }, { type: 'agent.interrupt' })).toEqual([]);
  });
});
