import type { Policy } from '../../contract/chats.ts';
import type { Position } from '../../contract/records.ts';
import type { AgentRequest, Answer } from '../../contract/requests.ts';
import type { Log } from '../../log.ts';
import type { Facts } from '../facts.ts';
import type { OpenQuestions } from '../open-questions.ts';
import { requestIdOf, runIdOf } from '../request-ids.ts';
import type { AcpProcess } from './acp-process.ts';
import { cancelLine, refusalLine } from './lines.ts';
import type { FrameOf } from './protocol.ts';
import { answerLine, cancelledLine, decide } from './requests.ts';
import { isPlanning, standingOf } from './state.ts';
import type { Signal } from './translate.ts';

export interface CorrespondenceOptions {
  policy: Policy;
  facts: Facts;
  questions: OpenQuestions;
  log: Log;
  /** The turn is being cancelled. */
  isCancelled: () => boolean;
  /** The agent works on a message, not by itself. */
  isGiven: () => boolean;
}

/** What an agent asks, and what it is told: the frames that go back and forth besides its messages. */
export class Correspondence {
  readonly #options: CorrespondenceOptions;

  constructor(options: CorrespondenceOptions) {
    this.#options = options;
  }

  react(process: AcpProcess, signal: Signal, position: Position): void {
    if (signal.kind === 'asked') return this.#decide(process, signal.request, position);
    this.#options.questions.withdraw(requestIdOf(process.run.id, signal.requestId), position);
  }

  /** Asks or answers what an earlier engine left open. */
  reconcile(process: AcpProcess): void {
    const { asked } = process.state;
    const ids = asked.map(({ id }) => requestIdOf(process.run.id, id));
    this.#options.questions.keepOnly(new Set(ids), process.position);
    for (const request of asked) this.#decide(process, request, process.position);
  }

  /** Asks the agent to end its turn; whoever waits for an answer of ours is told so. */
  cancel(process: AcpProcess): void {
    const { questions } = this.#options;
    const { run, state, position } = process;
    if (state.sessionId !== null) this.#write(process, cancelLine(state.sessionId));
    for (const request of state.asked) {
      const id = requestIdOf(run.id, request.id);
      if (!questions.isOpen(id)) continue;
      this.#write(process, cancelledLine(request));
      questions.withdraw(id, position);
    }
  }

  answer(process: AcpProcess, request: AgentRequest, answer: Answer): void {
    const { questions, facts, isGiven } = this.#options;
    if (runIdOf(request) !== process.run.id) return;
    questions.settle(request.id);
    this.#write(process, answerLine(request, answer));
    if (!isGiven()) facts.rested(process.position);
  }

  #decide(process: AcpProcess, request: FrameOf<'request'>, position: Position): void {
    const { questions, policy, isCancelled, isGiven } = this.#options;
    const id = requestIdOf(process.run.id, request.id);
    if (process.answered.has(id) || questions.isDealtWith(id)) return;
    const decision = decide(request, {
      policy,
      isPlanning: isPlanning(process.state),
      isCancelled: isCancelled(),
      runId: process.run.id,
    });
    if (decision.kind === 'ask') {
      if (!isGiven()) this.#workByItself(process, position);
      return questions.ask(decision.request, position);
    }
    questions.settle(id);
    if (decision.kind === 'answer') this.#write(process, decision.line);
    else this.#write(process, refusalLine(request.id, request.method));
  }

  /** What is asked between turns is work that the agent began by itself; the answer ends it. */
  #workByItself({ state }: AcpProcess, position: Position): void {
    const standing = { ...standingOf(state), selfDirected: true };
    this.#options.facts.said({ messageId: null, events: [], position, standing });
  }

  #write(process: AcpProcess, line: string): void {
    process.write(line).catch((error: unknown) => {
      this.#options.log.debug({ err: error, runId: process.run.id }, 'a line was not written');
    });
  }
}
