import { expect, it } from 'vitest';
import { createActor } from 'xstate';
import { agentSession } from '../../src/actors/agent-session.ts';
import type { AgentDriver } from '../../src/agents/agent.ts';
import type { AgentSessionInput } from '../../src/contract/facts.ts';

const INPUT: AgentSessionInput = {
  chatId: 'c1',
  provider: 'fake',
  policy: 'bypass',
  sessionId: null,
  position: null,
  turn: null,
  requests: [],
};

it('lets go of the session when the chat ends', () => {
  const { logic, told } = startLogic();
  const actor = createActor(logic, { input: INPUT }).start();

  actor.send({ type: 'agent.interrupt' });
  actor.stop();

  expect(told).toEqual(['1 opened', '1 agent.interrupt', '1 let go']);
});

it('lets go of the session that a crashed chat left, before it opens another', () => {
  const { logic, told } = startLogic();
  createActor(logic, { input: INPUT }).start();

  createActor(logic, { input: INPUT }).start();

  expect(told).toEqual(['1 opened', '1 let go', '2 opened']);
});

it('opens none for a chat that was given up, and lets go of the one it left', () => {
  const { logic, told } = startLogic();
  createActor(logic, { input: INPUT }).start();

  createActor(logic, { input: { ...INPUT, isGivenUp: true } }).start();

  expect(told).toEqual(['1 opened', '1 let go']);
});

it('says which driver is missing', () => {
  const { logic } = startLogic();
  const actor = createActor(logic, { input: { ...INPUT, provider: 'nobody' } });
  const errors: unknown[] = [];
  actor.subscribe({ error: (error) => errors.push(error) });

  actor.start();

  expect(errors.map(String)).toEqual(['Error: No driver for the agent "nobody".']);
});

function startLogic() {
  const told: string[] = [];
  let count = 0;
  const driver: AgentDriver = {
    provider: 'fake',
    title: 'Fake',
    openSession: () => {
      const name = String(++count);
      told.push(`${name} opened`);
      return {
        command: ({ type }) => told.push(`${name} ${type}`),
        detach: () => told.push(`${name} let go`),
      };
    },
  };
  return { logic: agentSession(new Map([['fake', driver]]), () => ({ bootId: 'boot', ms: 0 })), told };
}
