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

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#open = new Set(options.open.map(({ id }) => id));
  }

  ask(asking: Asking, position: Position): void {
    if (this.#open.has(asking.id)) return;
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

  /** Forgets a request: it is answered. */
  settle({ id }: AgentRequest): void {
    this.#open.delete(id);
  }

  /** The line that gives the answer. */
  answer(request: AgentRequest, answer: Answer): string {
    this.settle(request);
    return answerLine(request, answer);
  }

  /** The server that asked is gone. */
  forget(): void {
    this.#open.clear();
  }
}
