import { createMachine, createActor } from 'xstate';
import { agentProcess } from '../../src/actors/agent-process.ts';
import type { AgentDriver, AgentSession } from '../../src/agents/agent.ts';
import type { AgentFact, AgentSessionInput } from '../../src/contract/facts.ts';

/** The agent of a chat that is not there: what it says goes to `report`. */
export function openAgent(
  driver: AgentDriver,
  input: AgentSessionInput,
  report: (fact: AgentFact) => void,
): AgentSession {
  if ('openSession' in driver) return driver.openSession(input, report);
  const clock = () => ({ bootId: 'boot', ms: 0 });
  const logic = agentProcess(new Map([[driver.provider, driver]]), { clock, idleMs: driver.idleMs });
  const chat = createActor(
    createMachine({
      invoke: { id: 'agent', src: logic, input },
      on: { '*': { actions: ({ event }) => report(event as AgentFact) } },
    }),
  ).start();
  const { agent } = chat.getSnapshot().children;
  return { command: (command) => agent?.send(command), detach: () => chat.stop() };
}
