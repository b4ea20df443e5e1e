/** Turns what an agent printed into the facts a chat is told, each once. */
import type { AgentEvent } from '../contract/agent-event.ts';
import type { Usage } from '../contract/chats.ts';
import type { TurnProgress } from '../contract/events.ts';
import type { AgentFact, AgentSessionInput, TurnEnd } from '../contract/facts.ts';
import type { Position, SessionMark } from '../contract/records.ts';
import type { TaskRecord } from '../contract/tasks.ts';
import type { Saying, Standing as Stand } from './step.ts';

type Standing = Pick<Stand, 'sessionId' | 'openTools' | 'selfDirected' | 'tasks'>;

export interface Said {
  messageId: string | null;
  events: AgentEvent[];
  position: Position | null;
  standing: Standing;
  spent?: Usage | undefined;
  end?: TurnEnd | undefined;
  progress?: TurnProgress | undefined;
}

type AgentSaid = Extract<AgentFact, { type: 'agent.said' }>;

/** So many events make one fact at most: larger steps cost memory and save nothing. */
const GATHERED_MAX = 32;
const STIR_MS = 10_000;

export class Facts {
  /** Tells up to where a native session is known; asked at the end of each turn. */
  measure: (sessionId: string) => SessionMark | undefined = () => undefined;
  readonly #report: (fact: AgentFact) => void;
  #isMuted = false;
  #openTools = 0;
  #sessionId: string | null;
  #gathered: AgentSaid | null = null;
  /** Undefined while the chat may believe either. */
  #selfDirected: boolean | undefined;
  #tasks: readonly TaskRecord[];
  #stirredAt = Number.NEGATIVE_INFINITY;

  constructor(
    report: (fact: AgentFact) => void,
    { sessionId, selfDirected, tasks = [] }: Pick<AgentSessionInput, 'sessionId' | 'selfDirected' | 'tasks'>,
  ) {
    this.#report = report;
    this.#sessionId = sessionId;
    this.#selfDirected = selfDirected;
    this.#tasks = tasks;
  }

  mute(): void {
    this.#isMuted = true;
    this.#gathered = null;
  }

  report = (fact: AgentFact): void => {
    this.flush();
    if (!this.#isMuted) this.#report(fact);
  };

  /** Shows what the chat is not told of, behind all that it is. */
  show(partial: () => void): void {
    this.flush();
    partial();
  }

  flush(): void {
    const gathered = this.#gathered;
    this.#gathered = null;
    if (gathered !== null) this.#report(gathered);
  }

  get isSelfDirected(): boolean {
    return this.#selfDirected === true;
  }

  /** The chat may believe that the agent works by itself. */
  get isDirectionOpen(): boolean {
    return this.#selfDirected !== false;
  }

  get sessionId(): string | null {
    return this.#sessionId;
  }

  /** Reports a line, and what keeps the agent waiting by it. */
  said({ progress, ...line }: Said): void {
    this.#line(line);
    const { messageId, position } = line;
    if (progress !== undefined) this.report({ type: 'agent.waits', messageId, progress, position });
  }

  /** Nothing is told of a line that neither brought an event nor changed anything. */
  #line({ messageId, events, position, standing, spent, end }: Said): void {
    const { openTools } = standing;
    const news = {
      ...this.#changesIn(standing),
      ...(spent === undefined || Object.keys(spent).length === 0 ? {} : { spent }),
      ...(end === undefined ? {} : { end, ...this.#measured() }),
    };
    const isNews = Object.keys(news).length > 0 || openTools !== this.#openTools;
    if (!isNews && events.length === 0) return;
    this.#openTools = openTools;
    const fact = { type: 'agent.said', messageId, events, position, openTools, ...news } as const;
    if (isNews) this.report(fact);
    else this.#gather(fact);
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

  /** Lines that are read together become one fact: a chat takes a step for each, and a step costs more than a line. */
  #gather(fact: AgentSaid): void {
    if (this.#isMuted) return;
    if (this.#gathered?.messageId !== fact.messageId) this.flush();
    if (this.#gathered === null) {
      this.#gathered = { ...fact, events: [...fact.events] };
      setImmediate(() => this.flush());
    } else {
      this.#gathered.events.push(...fact.events);
      this.#gathered.position = fact.position;
      if (this.#gathered.events.length >= GATHERED_MAX) this.flush();
    }
  }

  #changesIn({ sessionId, selfDirected, tasks = this.#tasks }: Standing) {
    const isSame = tasks === this.#tasks || tasks.length + this.#tasks.length === 0;
    const changes = {
      ...(sessionId !== null && sessionId !== this.#sessionId && { sessionId }),
      ...(selfDirected !== null && selfDirected !== this.#selfDirected && { selfDirected }),
      ...(!isSame && { tasks }),
    };
    this.#sessionId = sessionId ?? this.#sessionId;
    this.#selfDirected = selfDirected ?? this.#selfDirected;
    this.#tasks = tasks;
    return changes;
  }

  #measured(): { sessionMark?: SessionMark } {
    const sessionMark = this.#sessionId === null ? undefined : this.measure(this.#sessionId);
    return sessionMark === undefined ? {} : { sessionMark };
  }
}

export function timed(said: readonly Saying[], now = new Date()): AgentEvent[] {
  return said.map((saying) => ({ timestamp: now.toISOString(), ...saying }));
}
