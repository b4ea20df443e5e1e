/** Turns what the server printed into the facts a chat is told, each once. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { AgentFact, TurnEnd } from '../../contract/facts.ts';
import type { Position } from '../../contract/records.ts';
import { openTools, worksByItself, type CodexState } from './state.ts';

export interface Said {
  messageId: string | null;
  events: AgentEvent[];
  position: Position | null;
  state: CodexState;
  end?: TurnEnd;
}

const STIR_MS = 10_000;

export class Facts {
  readonly #report: (fact: AgentFact) => void;
  #isMuted = false;
  #openTools = 0;
  #sessionId: string | null;
  /** Undefined while the chat may believe either. */
  #selfDirected: boolean | undefined;
  #stirredAt = Number.NEGATIVE_INFINITY;

  constructor(
    report: (fact: AgentFact) => void,
    { sessionId, selfDirected }: { sessionId: string | null; selfDirected?: boolean },
  ) {
    this.#report = report;
    this.#sessionId = sessionId;
    this.#selfDirected = selfDirected;
  }

  /** Nothing is reported any more. */
  mute(): void {
    this.#isMuted = true;
  }

  report = (fact: AgentFact): void => {
    if (!this.#isMuted) this.#report(fact);
  };

  get isSelfDirected(): boolean {
    return this.#selfDirected === true;
  }

  /** The chat may believe that the agent works by itself. */
  get isDirectionOpen(): boolean {
    return this.#selfDirected !== false;
  }

  /** The native session as the chat knows it. */
  get sessionId(): string | null {
    return this.#sessionId;
  }

  /** Reports what a frame brought, unless it neither brought an event nor changed anything. */
  said({ messageId, events, position, state, end }: Said): void {
    const tools = openTools(state).length;
    const news = {
      ...this.#changeOfSession(state),
      ...this.#changeOfDirection(state),
      ...(end ? { end } : {}),
    };
    const isNews = Object.keys(news).length > 0 || tools !== this.#openTools;
    if (!isNews && events.length === 0) return;
    this.#openTools = tools;
    this.report({ type: 'agent.said', messageId, events, position, openTools: tools, ...news });
  }

  /** Reports that the agent rests, whatever the chat believes. */
  rested(position: Position | null): void {
    this.#selfDirected = false;
    this.#openTools = 0;
    const nothing = { messageId: null, events: [], openTools: 0 };
    this.report({ type: 'agent.said', ...nothing, position, selfDirected: false });
  }

  /** Reports a sign of life that is no event, now and then. */
  stirred(): void {
    const now = performance.now();
    if (now - this.#stirredAt < STIR_MS) return;
    this.#stirredAt = now;
    this.report({ type: 'agent.stirred' });
  }

  #changeOfSession({ threadId }: CodexState): { sessionId?: string } {
    if (threadId === null || threadId === this.#sessionId) return {};
    this.#sessionId = threadId;
    return { sessionId: threadId };
  }

  /** The chat does not care while its own turn runs. */
  #changeOfDirection(state: CodexState): { selfDirected?: boolean } {
    if (state.turn !== null) return {};
    const selfDirected = worksByItself(state);
    if (selfDirected === this.#selfDirected) return {};
    this.#selfDirected = selfDirected;
    return { selfDirected };
  }
}
