import type { Failure } from '../../contract/chats.ts';
import type { AgentSessionInput } from '../../contract/facts.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Facts } from '../facts.ts';
import type { OpenQuestions } from '../open-questions.ts';
import type { Planning } from './planning.ts';
import type { CodexProcess } from './process.ts';
import type { Steers } from './steering.ts';

export interface ChatThreadOptions {
  context: AgentContext;
  chat: Pick<AgentSessionInput, 'chatId' | 'policy' | 'sessionId'>;
  facts: Facts;
  questions: OpenQuestions;
  planning: Planning;
  steers: Steers;
  /** Takes a message that the model refused out of the thread. */
  takeBack: (message: QueuedMessage) => Promise<unknown>;
  /** A turn ended, or what the agent did by itself. */
  onRest: () => void;
  /** The server is gone, and nobody knows whether it had begun with the message. */
  onUnclear: (message: QueuedMessage, death: Death) => void;
}

export interface Death {
  process: CodexProcess;
  failure: Failure;
  /** It had begun with the message. */
  isBegun: boolean;
  /** It had died before anybody looked. */
  isFound: boolean;
}
