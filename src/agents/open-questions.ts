/** The questions of one chat's agent, from being asked to being answered or withdrawn. */
import type { AgentFact } from '../contract/facts.ts';
import type { Position } from '../contract/records.ts';
import type { AgentRequest } from '../contract/requests.ts';

/** A request before it has an id and a time. */
export type Asking = Omit<AgentRequest, 'id' | 'openedAt' | 'expiresAt'>;

export interface QuestionsOptions {
  /** Those that were open when the chat was taken up. */
  open: readonly AgentRequest[];
  timeoutMs: number;
  report: (fact: AgentFact) => void;
}

export class OpenQuestions {
  readonly #options: QuestionsOptions;
  readonly #open: Set<string>;
  /** The agent may be said to wait for them a moment longer. */
  readonly #settled = new Set<string>();

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#open = new Set(options.open.map(({ id }) => id));
  }

  /** Somebody was asked, or has answered. */
  isDealtWith(id: string): boolean {
    return this.#open.has(id) || this.#settled.has(id);
  }

  ask(id: string, { asking, position }: { asking: Asking; position: Position | null }): void {
    if (this.#open.has(id)) return;
    this.#open.add(id);
    const { timeoutMs, report } = this.#options;
    const openedAt = new Date();
    const expiresAt = new Date(openedAt.getTime() + timeoutMs);
    const times = { openedAt: openedAt.toISOString(), expiresAt: expiresAt.toISOString() };
    report({ type: 'request.opened', request: { id, ...asking, ...times }, position });
  }

  /** It is answered, by somebody or without asking anybody. */
  settle(id: string): void {
    this.#open.delete(id);
    this.#settled.add(id);
  }

  withdraw(requestId: string, position: Position | null): void {
    if (!this.#open.delete(requestId)) return;
    this.#options.report({ type: 'request.withdrawn', requestId, position });
  }

  /** Withdraws what the agent does not wait for any more. */
  keepOnly(ids: ReadonlySet<string>, position: Position | null): void {
    for (const id of this.#open) if (!ids.has(id)) this.withdraw(id, position);
  }
}
