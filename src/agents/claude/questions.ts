/** The questions of one Claude Code process, some of which are decided here. */
import type { Policy } from '../../contract/chats.ts';
import type { Position } from '../../contract/records.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import { OpenQuestions, type QuestionsOptions } from '../open-questions.ts';
import { allowLine, denyLine } from './lines.ts';
import type { PermissionRequest } from './protocol.ts';
import { answerLine, decide, toAsking } from './requests.ts';

export interface Asked {
  permissionMode: string | null;
  position: Position | null;
  /** Writes a line to the process that asks. */
  write: (line: string) => void;
}

export class Questions {
  readonly #policy: Policy;
  readonly #open: OpenQuestions;

  constructor({ policy, ...options }: QuestionsOptions & { policy: Policy }) {
    this.#policy = policy;
    this.#open = new OpenQuestions(options);
  }

  ask(request: PermissionRequest, { permissionMode, position, write }: Asked): void {
    const { request_id: id } = request;
    if (this.#open.isDealtWith(id)) return;
    const decision = decide(request, { policy: this.#policy, permissionMode });
    if (decision.kind === 'ask') return this.#open.ask(toAsking(request), position);
    this.#open.settle(id);
    write(decision.kind === 'allow' ? allowLine(id, request.request.input) : denyLine(id, decision.message));
  }

  /** Asks what the agent says it waits for, and withdraws what it does not wait for any more. */
  reconcile(pending: readonly PermissionRequest[], asked: Asked): void {
    this.#open.keepOnly(new Set(pending.map(({ request_id: id }) => id)), asked.position);
    for (const request of pending) this.ask(request, asked);
  }

  withdraw(requestId: string, position: Position | null): void {
    this.#open.withdraw(requestId, position);
  }

  /** The line that gives the answer. */
  answer(request: AgentRequest, answer: Answer): string {
    this.#open.settle(request.id);
    return answerLine(request, answer);
  }

  /** The process that asked is gone. */
  withdrawAll(position: Position | null): void {
    this.#open.keepOnly(new Set(), position);
  }
}
