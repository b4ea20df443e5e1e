/** Turns what a process printed into the facts a chat is told, each once. */
import type { AgentEvent } from '../../contract/agent-event.ts';
import type { AgentFact, TurnEnd } from '../../contract/facts.ts';
import type { Position } from '../../contract/records.ts';
import { worksByItself, type ClaudeState } from './state.ts';

export interface Said {
  messageId: string | null;
  events: AgentEvent[];
  position: Position | null;
  state: ClaudeState;
  end?: TurnEnd | undefined;
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

  /** Reports a line, unless it neither brought an event nor changed anything. */
  said({ messageId, events, position, state, end }: Said): void {
    const openTools = state.openTools.length;
    const sessionId = state.sessionId === this.#sessionId ? {} : { sessionId: state.sessionId ?? '' };
    const selfDirected = this.#changeOfDirection(state);
    const ending = end === undefined ? {} : { end };
    const news = { ...sessionId, ...selfDirected, ...ending };
    const isNews = Object.keys(news).length > 0 || openTools !== this.#openTools;
    if (!isNews && events.length === 0) return;
    this.#openTools = openTools;
    this.#sessionId = state.sessionId;
    this.report({ type: 'agent.said', messageId, events, position, openTools, ...news });
  }

  /** Reports that the agent rests, whatever the chat believes. */
  rested(position: Position | null): void {
    this.#selfDirected = false;
    this.#openTools = 0;
    this.report({
      type: 'agent.said',
      messageId: null,
      events: [],
      position,
      openTools: 0,
      selfDirected: false,
    });
  }

  /** Answers a chat that waits for the end of a process where there is none. */
  gone(): void {
    const failure = { code: 'agent_exited', message: 'Claude Code does not run.' };
    this.report({ type: 'agent.exited', failure });
  }

  /** Reports a sign of life that is no event, now and then. */
  stirred(): void {
    const now = performance.now();
    if (now - this.#stirredAt < STIR_MS) return;
    this.#stirredAt = now;
    this.report({ type: 'agent.stirred' });
  }

  /** The chat does not care while its own turn runs, nor before the agent said whether it works. */
  #changeOfDirection(state: ClaudeState): { selfDirected?: boolean } {
    if (state.turn !== null || state.session === 'unknown') return {};
    const selfDirected = worksByItself(state);
    if (selfDirected === this.#selfDirected) return {};
    this.#selfDirected = selfDirected;
    return { selfDirected };
  }
}
