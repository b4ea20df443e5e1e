/** The questions of one chat's agent, from being asked to being answered or withdrawn. */
import type { AgentFact } from '../../contract/facts.ts';
import type { Position } from '../../contract/records.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { answerLine, type Asking } from './requests.ts';

export interface QuestionsOptions {
  /** Those that were open when the chat was taken up. */
  open: readonly AgentRequest[];
  timeoutMs: number;
  now: () => Date;
  report: (fact: AgentFact) => void;
}

export class Questions {
  readonly #options: QuestionsOptions;
  readonly #open: Set<string>;
  /** Answered here: the agent may still be said to wait for them. */
  readonly #answered = new Set<string>();

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#open = new Set(options.open.map(({ id }) => id));
  }

  /** Somebody was asked and has not answered. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  isDealtWith(id: string): boolean {
    return this.#open.has(id) || this.#answered.has(id);
  }

  /** It was decided without asking anybody. */
  settle(id: string): void {
    this.#answered.add(id);
  }

  ask(asking: Asking, position: Position): void {
    this.#open.add(asking.id);
    const { now, timeoutMs, report } = this.#options;
    const openedAt = now();
    const expiresAt = new Date(openedAt.getTime() + timeoutMs);
    const times = { openedAt: openedAt.toISOString(), expiresAt: expiresAt.toISOString() };
    report({ type: 'request.opened', request: { ...asking, ...times }, position });
  }

  withdraw(requestId: string, position: Position): void {
    if (!this.#open.delete(requestId)) return;
    this.#options.report({ type: 'request.withdrawn', requestId, position });
  }

  /** Withdraws what the agent does not wait for any more. */
  keepOnly(ids: ReadonlySet<string>, position: Position): void {
    for (const id of this.#open) if (!ids.has(id)) this.withdraw(id, position);
  }

  /** The line that gives the answer. */
  answer(request: AgentRequest, answer: Answer): string {
    this.#open.delete(request.id);
    this.#answered.add(request.id);
    return answerLine(request, answer);
  }
}
