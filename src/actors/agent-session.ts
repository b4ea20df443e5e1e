import { fromCallback } from 'xstate';
import type { AgentDriver } from '../agents/agent.ts';
import type { AgentCommand, AgentSessionInput } from '../contract/facts.ts';

/** Runs the session of a chat with its agent for as long as the chat lives; ending it leaves the process alone. */
export function agentSession(drivers: ReadonlyMap<string, AgentDriver>) {
  return fromCallback<AgentCommand, AgentSessionInput>(({ input, receive, sendBack }) => {
    const driver = drivers.get(input.provider);
    if (driver === undefined) throw new Error(`No driver for the agent "${input.provider}".`);
    const session = driver.openSession(input, sendBack);
    receive((command) => session.command(command));
    return () => session.detach();
  });
}
