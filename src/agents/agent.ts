import type { ThinkingLevel } from '../contract/messages.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../contract/facts.ts';

/**
 * One coding agent behind the engine. A driver lives in a folder of its own and is registered by one line; nothing
 * outside that folder knows its name.
 */
export interface AgentDriver {
  readonly provider: string;
  /** The agent's name for people, the title of its first chat. */
  readonly title: string;
  /** How hard it thinks when a message does not say. */
  readonly defaultThinkingLevel?: ThinkingLevel;
  /** A message can be said into a turn that runs. */
  readonly canSteer?: true;
  /**
   * Opens the session of one chat. When `input` names a process that may still live, the session attaches to it
   * first: it replays what the process printed after `input.position` and goes on, or reports how the turn ended.
   * `report` may be called at any time until `detach` returns, never synchronously from `openSession` or `command`.
   */
  openSession(input: AgentSessionInput, report: (fact: AgentFact) => void): AgentSession;
}

export interface AgentSession {
  /** Starts what the command asks for and returns at once; the outcome comes as a fact. */
  command(command: AgentCommand): void;
  /** Lets go without touching the process: the next engine attaches to it. */
  detach(): void;
}
