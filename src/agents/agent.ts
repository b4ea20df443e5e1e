import type { ProcessOrder } from '../../machines/agent-process.events.ts';
import type { ThinkingLevel } from '../contract/messages.ts';
import type { AgentCommand, AgentFact, AgentSessionInput } from '../contract/facts.ts';
import { createAgentPool } from './agent-pool.ts';
import type { DriverOptions } from './agent-context.ts';
import type { AgentCodec } from './codec.ts';
import { Hands, type HandsFact } from './process/hands.ts';

/** What the engine knows of one coding agent. */
interface Agent {
  readonly provider: string;
  /** The agent's name for people, the title of its first chat. */
  readonly title: string;
  /** How hard it thinks when a message does not say. */
  readonly defaultThinkingLevel?: ThinkingLevel;
  /** A message can be said into a turn that runs. */
  readonly canSteer?: true;
}

/**
 * One coding agent behind the engine. A driver lives in a folder of its own and is registered by one line; nothing
 * outside that folder knows its name.
 */
export type AgentDriver = SessionDriver | ProcessDriver;

/** Keeps the life of its processes to itself. */
export interface SessionDriver extends Agent {
  /**
   * Opens the session of one chat. When `input` names a process that may still live, the session attaches to it
   * first: it replays what the process printed after `input.position` and goes on, or reports how the turn ended.
   * `report` may be called at any time until `detach` returns, never synchronously from `openSession` or `command`.
   */
  openSession(input: AgentSessionInput, report: (fact: AgentFact) => void): AgentSession;
}

/** The life of its processes is that of the process machine. */
export interface ProcessDriver extends Agent {
  /** How long a process may rest, in milliseconds. */
  readonly idleMs: number;
  /** The hands of the process of one chat; `report` tells the machine, `tell` the chat. */
  openHands(input: AgentSessionInput, to: HandsListener): OpenHands;
}

export interface HandsListener {
  report: (fact: HandsFact) => void;
  tell: (fact: AgentFact) => void;
}

export interface OpenHands {
  order(order: ProcessOrder): void;
  /** Lets go without touching the process: the next engine attaches to it. */
  detach(): void;
}

export interface AgentSession {
  /** Starts what the command asks for and returns at once; the outcome comes as a fact. */
  command(command: AgentCommand): void;
  /** Lets go without touching the process: the next engine attaches to it. */
  detach(): void;
}

/** A driver of which only the codec is its own. */
export function createDriver<State, Traits>(
  codec: AgentCodec<State, Traits>,
  { idleMs, processesMax, ...shared }: DriverOptions,
): ProcessDriver {
  const context = { ...shared, pool: createAgentPool({ idleMs: Number.POSITIVE_INFINITY, processesMax }) };
  const { provider, title, defaultThinkingLevel, canSteer } = codec;
  return {
    provider,
    title,
    ...(defaultThinkingLevel === undefined ? {} : { defaultThinkingLevel }),
    ...(canSteer === undefined ? {} : { canSteer }),
    idleMs,
    openHands: (chat, listener) => new Hands({ codec, context, chat, ...listener }),
  };
}
