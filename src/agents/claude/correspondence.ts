import type { Position } from '../../contract/records.ts';
import type { Log } from '../../log.ts';
import type { ClaudeProcess } from './claude-process.ts';
import type { Facts } from '../facts.ts';
import { initializeLine, unsupportedLine } from './lines.ts';
import type { Questions } from './questions.ts';
import type { Signal } from './translate.ts';

export interface CorrespondenceOptions {
  facts: Facts;
  questions: Questions;
  log: Log;
  /** The agent cannot make a setting that the running message asked for, and runs it all the same. */
  onRejected: () => void;
}

/** The control lines that go back and forth between a chat and its process. */
export class Correspondence {
  readonly #options: CorrespondenceOptions;
  #greeted = () => {};
  #awaited: { prefix: string; count: number; settle: () => void } | null = null;

  constructor(options: CorrespondenceOptions) {
    this.#options = options;
  }

  /** Writes a line when it can be written. */
  send(process: ClaudeProcess, line: string): void {
    process.write(line).catch((error: unknown) => {
      this.#options.log.debug({ err: error, runId: process.run.id }, 'a line was not written');
    });
  }

  /** Asks a process that was found what it does; settles with the answer. */
  greet(process: ClaudeProcess): Promise<void> {
    this.send(process, initializeLine(process.state.greeting ?? `${process.run.id}-hello`));
    return new Promise((resolve) => {
      this.#greeted = resolve;
    });
  }

  /** Settles when `count` requests were answered whose ids begin with `prefix`. */
  answers(prefix: string, count: number): Promise<void> {
    return new Promise((settle) => {
      this.#awaited = { prefix, count, settle };
    });
  }

  react(process: ClaudeProcess, signal: Signal, position: Position): void {
    const { questions } = this.#options;
    const { permissionMode } = process.state;
    const asked = { permissionMode, position, write: (line: string) => this.send(process, line) };
    switch (signal.kind) {
      case 'permission':
        return questions.ask(signal.request, asked);
      case 'unsupported':
        return this.send(process, unsupportedLine(signal.requestId, signal.subtype));
      case 'withdrawn':
        return questions.withdraw(signal.requestId, position);
      case 'response':
        return this.#onResponse(process, signal);
      case 'hello':
        questions.reconcile(signal.pending, asked);
        return this.#greeted();
    }
  }

  #onResponse(process: ClaudeProcess, { requestId, failure }: Extract<Signal, { kind: 'response' }>): void {
    const { facts, log, onRejected } = this.#options;
    if (requestId.endsWith('-ping')) facts.report({ type: 'agent.answered' });
    const isAwaited = this.#count(requestId);
    if (failure === null) return;
    log.warn({ runId: process.run.id, requestId, failure }, 'the agent refused a request');
    if (!isAwaited && process.state.turn?.rejection) onRejected();
  }

  /** True for an answer that somebody waits for. */
  #count(requestId: string): boolean {
    const awaited = this.#awaited;
    if (awaited === null || !requestId.startsWith(awaited.prefix)) return false;
    awaited.count -= 1;
    if (awaited.count > 0) return true;
    this.#awaited = null;
    awaited.settle();
    return true;
  }
}
