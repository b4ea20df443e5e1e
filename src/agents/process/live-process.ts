/** What is known of the process that lives behind one chat, and of the message that it was given. */
import type { Position, QueuedMessage } from '../../contract/records.ts';
import type { Run } from '../../processes/run.ts';
import type { Reach } from '../../processes/terminate.ts';
import { lossOf } from '../context-loss.ts';
import type { Saying, Standing } from '../step.ts';
import type { Channel } from './channel.ts';

export interface Given {
  message: QueuedMessage;
  /** The line of it, and from where on it stands in the input. */
  line: Buffer;
  inputOffset: number;
  /** What the agent does not know any more, until that was told. */
  notice: string | null;
}

/** A process as it was taken up. */
export interface FoundProcess {
  run: Run;
  /** `ended`: nothing is written to it any more. */
  is: 'ended' | 'running';
  state: unknown;
  /** What it was launched with; null when that is not known. */
  configuration: string | null;
  given: Given | null;
  /** Where its output is read again, and up to where it is known. */
  from: number;
  silentUntil: number;
  /** Clock time in milliseconds: tools that an earlier engine saw were opened after it. */
  openedSince: number | null;
}

/** Of a process that was launched: nothing of it was read. */
export const ANEW = { is: 'running', given: null, from: 0, silentUntil: 0, openedSince: null } as const;

/** The state of the protocol is replaced, never changed. */
export class LiveProcess {
  readonly run: Run;
  readonly found: FoundProcess;
  readonly channel: Channel;
  state: unknown;
  /** What the machine was told last; null before it was told anything. */
  told: Standing | null = null;
  given: Given | null;
  /** What it is told by is on record: the next engine will know of it. */
  isKnown: boolean;
  isInterrupted = false;
  /** It can be given no message. */
  isRefused = false;
  /** Since when tools were open, from an interrupt to the end of what it ends. */
  #toolsSince: number | null = null;

  constructor(found: FoundProcess, { channel, isKnown }: Pick<LiveProcess, 'channel' | 'isKnown'>) {
    this.run = found.run;
    this.found = found;
    this.channel = channel;
    this.state = found.state;
    this.given = found.given;
    this.isKnown = isKnown;
  }

  get position(): Position {
    return { runId: this.run.id, offset: Math.max(this.channel.offset, this.found.silentUntil) };
  }

  get messageId(): string | null {
    return this.given?.message.messageId ?? null;
  }

  /** What the agent does not know any more: told once, before the first that is said of the turn or with its end. */
  noticeIf(isDue: boolean, { sessionId }: Pick<Standing, 'sessionId'>): Saying[] {
    const { given } = this;
    if (!isDue || given === null || given.notice === null) return [];
    this.given = { ...given, notice: null };
    return [lossOf(sessionId, given.notice)];
  }

  beginInterrupt(standing: Standing): void {
    this.isInterrupted = true;
    this.noteTools(standing);
  }

  /** A tool may open after the interrupt was written. */
  noteTools({ toolsOpenedSince }: Standing): void {
    if (this.isInterrupted) this.#toolsSince = earliest(this.#toolsSince, toolsOpenedSince);
  }

  endInterrupt(): void {
    this.isInterrupted = false;
    this.#toolsSince = null;
  }

  /** What an interrupt ends. */
  get reach(): Reach {
    return { toolsOpenedSince: this.#toolsSince };
  }

  /** What ends with the process. */
  reachWith({ toolsOpenedSince }: Standing): Reach {
    return { toolsOpenedSince: earliest(this.#toolsSince, toolsOpenedSince) };
  }
}

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
