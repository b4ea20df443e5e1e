/** The questions of one Claude Code process, from being asked to being answered or withdrawn. */
import type { Policy } from '../../contract/chats.ts';
import type { AgentFact } from '../../contract/facts.ts';
import type { Position } from '../../contract/records.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { allowLine, denyLine } from './lines.ts';
import type { PermissionRequest } from './protocol.ts';
import { answerLine, decide, toAgentRequest } from './requests.ts';

export interface QuestionsOptions {
  policy: Policy;
  /** Those that were open when the chat was taken up. */
  open: readonly AgentRequest[];
  timeoutMs: number;
  now: () => Date;
  report: (fact: AgentFact) => void;
}

export interface Asked {
  permissionMode: string | null;
  position: Position | null;
  /** Writes a line to the process that asks. */
  write: (line: string) => void;
}

export class Questions {
  readonly #options: QuestionsOptions;
  readonly #open: Set<string>;
  /** Answered here: the agent may list them for a moment longer. */
  readonly #answered = new Set<string>();

  constructor(options: QuestionsOptions) {
    this.#options = options;
    this.#open = new Set(options.open.map(({ id }) => id));
  }

  ask(request: PermissionRequest, { permissionMode, position, write }: Asked): void {
    const { request_id: id } = request;
    if (this.#open.has(id) || this.#answered.has(id)) return;
    const { policy, report } = this.#options;
    const decision = decide(request, { policy, permissionMode });
    if (decision.kind === 'ask') {
      this.#open.add(id);
      return report({ type: 'request.opened', request: this.#toRequest(request), position });
    }
    this.#answered.add(id);
    write(decision.kind === 'allow' ? allowLine(id, request.request.input) : denyLine(id, decision.message));
  }

  /** Asks what the agent says it waits for, and withdraws what it does not wait for any more. */
  reconcile(pending: readonly PermissionRequest[], asked: Asked): void {
    const waiting = new Set(pending.map(({ request_id: id }) => id));
    for (const id of this.#open) if (!waiting.has(id)) this.withdraw(id, asked.position);
    for (const request of pending) this.ask(request, asked);
  }

  withdraw(requestId: string, position: Position | null): void {
    if (!this.#open.delete(requestId)) return;
    this.#options.report({ type: 'request.withdrawn', requestId, position });
  }

  /** The line that gives the answer. */
  answer(request: AgentRequest, answer: Answer): string {
    this.#open.delete(request.id);
    this.#answered.add(request.id);
    return answerLine(request, answer);
  }

  /** The process that asked is gone. */
  withdrawAll(position: Position | null): void {
    for (const id of this.#open) this.withdraw(id, position);
  }

  #toRequest(request: PermissionRequest): AgentRequest {
    const openedAt = this.#options.now();
    const expiresAt = new Date(openedAt.getTime() + this.#options.timeoutMs);
    return toAgentRequest(request, { openedAt, expiresAt });
  }
}
