import type { AgentContext, DriverOptions } from '../agent-context.ts';

/** An agent that speaks the Agent Client Protocol, by its names and as it was configured. */
export interface AcpAgentName {
  provider: string;
  /** The agent's name for people. */
  title: string;
  command: string;
  args: readonly string[];
}

/** What the sessions of all chats with one such agent share. */
export interface AcpContext extends AgentContext, AcpAgentName {}

export interface AcpDriverOptions extends DriverOptions, AcpAgentName {}
