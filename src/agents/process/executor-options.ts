import type { ProcessFact } from '../../../machines/agent-process.events.ts';
import type { AgentFact, AgentSessionInput } from '../../contract/facts.ts';
import type { Delivery } from '../../contract/records.ts';
import type { AgentContext } from '../agent-context.ts';
import type { AgentCodec } from '../codec.ts';

/** Without the time, which whoever passes it on knows. */
export type ExecutorFact =
  | Exclude<ProcessFact, { type: 'process.prepared' }>
  | { type: 'process.prepared'; messageId: string; delivery: Delivery };

export interface ExecutorOptions<State, Traits> {
  codec: AgentCodec<State, Traits>;
  context: AgentContext;
  chat: AgentSessionInput;
  /** To the machine. */
  report: (fact: ExecutorFact) => void;
  /** To the chat, as it is. */
  tell: (fact: AgentFact) => void;
}
