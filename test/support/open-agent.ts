import { createMachine, createActor } from 'xstate';
import { agentProcess } from '../../src/chats/agent-process.ts';
import type { AgentDriver, OpenExecutor } from '../../src/agents/agent.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../../src/contract/facts.ts';

export interface OpenAgent {
  command(command: AgentCommand): void;
  outputOf: OpenExecutor['outputOf'];
  /** Lets go without touching the process: the next engine attaches to it. */
  detach(): void;
}

/** The agent of a chat that is not there: what it says goes to `report`. */
export function openAgent(
  driver: AgentDriver,
  input: AgentSessionInput,
  report: (fact: AgentFact) => void,
): OpenAgent {
  const clock = () => ({ bootId: 'boot', ms: 0 });
  const executors = new Map<string, OpenExecutor>();
  const drivers = new Map([[driver.provider, driver]]);
  const logic = agentProcess(drivers, { clock, idleMs: driver.idleMs, executors });
  const chat = createActor(
    createMachine({
      invoke: { id: 'agent', src: logic, input },
      on: { '*': { actions: ({ event }) => report(event as AgentFact) } },
    }),
  ).start();
  const { agent } = chat.getSnapshot().children;
  return {
    command: (command) => agent?.send(command),
    outputOf: (task) => executors.get(input.chatId)?.outputOf(task) ?? null,
    detach: () => chat.stop(),
  };
}
