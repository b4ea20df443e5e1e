import type { Log } from '../../log.ts';
import { killTools, type Reach } from '../../process/terminate.ts';
import { Interruption } from '../interruption.ts';
import { isWithin } from '../within.ts';
import type { CodexProcess } from './process.ts';
import { activeTurns, toolsOf, type CodexState } from './state.ts';

/** How long the agent may take to end the commands of an interrupted turn before they are killed. */
const CLEANING_MS = 2_000;

/** From an interrupt to the end of what it ends: tells each turn to end, and ends what its tools run. */
export class TurnInterruption {
  readonly #tools = new Interruption();
  /** Turns that were told to end. */
  readonly #told = new Set<string>();

  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  get isUnderWay(): boolean {
    return this.#tools.isUnderWay;
  }

  begin(state: CodexState): void {
    this.#tools.begin(toolsOf(state));
  }

  /** Tells each turn that goes on to end, once: one may begin after the interrupt. */
  pursue(state: CodexState, process: CodexProcess | null): void {
    this.#tools.widen(toolsOf(state));
    if (!this.isUnderWay) return;
    for (const turn of activeTurns(state).filter(({ turnId }) => !this.#told.has(turnId))) {
      this.#told.add(turn.turnId);
      process?.request('turn/interrupt', turn).catch((err: unknown) => {
        this.#log.debug({ err }, 'a turn was not interrupted');
      });
    }
  }

  /** An interrupt leaves the commands of the turn running: they are ended after it. */
  async clean({ threadId, children }: CodexState, process: CodexProcess): Promise<void> {
    const threads = [...(threadId === null ? [] : [threadId]), ...Object.keys(children)];
    const answers = threads.map((id) =>
      process.request('thread/backgroundTerminals/clean', { threadId: id }),
    );
    await isWithin(Promise.allSettled(answers), CLEANING_MS);
    await killTools(process.run, this.#tools.reach);
  }

  end(): void {
    this.#tools.end();
    this.#told.clear();
  }

  /** What ends with the process. */
  reachWith(state: CodexState): Reach {
    return this.#tools.reachWith(toolsOf(state));
  }
}
