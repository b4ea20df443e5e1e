/** Watches the agent's own file of a session: notices what was said there without the engine, and what of it is lost. */
import { createReadStream } from 'node:fs';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { Delivery, QueuedMessage, SessionMark } from '../contract/records.ts';
import { createLineSplitter } from '../processes/line-splitter.ts';
import type { KnownSession, NativePrompt, SessionFiles } from './codec.ts';
import { partIsLost } from './context-loss.ts';
import { checksumNow, inspectSession, sizeNow, sizeOf, type SessionFile } from './session-file.ts';

/** As many as a chat keeps receipts of. What is read of the file was said since the last of them ended. */
const EXPECTED = 1_000;

interface NativeSessionOptions extends Pick<SessionFiles, 'promptIn' | 'fileOf'> {
  /** Up to where the file of the session is known; undefined when nobody ever looked. */
  mark: SessionMark | undefined;
  /** Ids of the turns that the engine has asked for. */
  turnIds: readonly string[] | undefined;
}

export class NativeSession {
  readonly #options: NativeSessionOptions;
  readonly #turnIds: Set<string>;
  #mark: SessionMark | undefined;

  constructor(options: NativeSessionOptions) {
    this.#options = options;
    this.#turnIds = new Set(options.turnIds);
    this.#mark = options.mark;
  }

  /** Expects the turn of a message, and keeps with it up to where the session is known. */
  mark<Given extends Delivery>(delivery: Given, { turnId }: Pick<QueuedMessage, 'turnId'>): Given {
    this.expect(turnId);
    return this.#mark === undefined ? delivery : { ...delivery, sessionMark: this.#mark };
  }

  /** A message that is said into a turn is not foreign either. */
  expect(turnId: string): void {
    this.#turnIds.add(turnId);
    const [oldest] = this.#turnIds;
    if (this.#turnIds.size > EXPECTED && oldest !== undefined) this.#turnIds.delete(oldest);
  }

  /** A session that begins now has nothing in it. */
  begin(sessionId: string): void {
    this.#mark = { sessionId, offset: 0, damaged: 0, checksum: 0 };
  }

  /** The agent tells where it keeps the session. */
  locate(sessionId: string, file: string): void {
    const known = this.#known(sessionId);
    if (known !== undefined) this.#mark = { ...known, file };
    else this.#mark = { sessionId, offset: sizeNow(file) ?? 0, file };
  }

  /** Up to where the session is known now that a turn has ended; undefined when that cannot be told. */
  measure(sessionId: string): SessionMark | undefined {
    const file = this.#fileOf(sessionId);
    const size = file === undefined ? null : sizeNow(file);
    if (file === undefined || size === null) return undefined;
    const known = this.#known(sessionId) ?? { sessionId, offset: size };
    if (size > known.offset)
      this.#mark = { ...known, offset: size, checksum: checksumNow(file, known, size) };
    else this.#mark = known;
    return this.#mark;
  }

  /** What there is to be resumed; what is missing of it is told once. */
  async examine(sessionId: string): Promise<KnownSession> {
    const known = this.#known(sessionId);
    const there = unharmed(sessionId, known?.offset !== 0);
    const file = this.#fileOf(sessionId);
    const found = file === undefined ? null : await inspectSession(file, { summedTo: known?.offset });
    if (found === null) return there;
    if (found.kind !== 'file') return { ...there, file: found.kind, reason: found.reason };
    const { size, damaged, isTorn, checksum } = found;
    const offset = Math.min(size, known?.offset ?? size);
    this.#mark = { ...known, sessionId, offset, damaged: damaged + (isTorn ? 1 : 0), checksum };
    const change = known === undefined ? null : changeOf(known, found);
    return { ...there, notice: change === null ? null : partIsLost(change) };
  }

  /** The gap since the last look, told once; null when there is none. A session looked at for the first time has none. */
  async look(sessionId: string): Promise<AgentEvent | null> {
    const file = this.#fileOf(sessionId);
    const size = file === undefined ? null : await sizeOf(file);
    if (file === undefined || size === null) return null;
    const known = this.#known(sessionId);
    if (known === undefined || size <= known.offset) {
      this.#mark = known ?? { sessionId, offset: size };
      return null;
    }
    const { foreign, end } = await this.#read(file, { from: known.offset, to: size });
    this.#mark = { ...known, offset: end, checksum: checksumNow(file, known, end) };
    return foreign.length === 0 ? null : gapOf(sessionId, foreign);
  }

  #known(sessionId: string): SessionMark | undefined {
    return this.#mark?.sessionId === sessionId ? this.#mark : undefined;
  }

  #fileOf(sessionId: string): string | undefined {
    return this.#options.fileOf?.(sessionId) ?? this.#known(sessionId)?.file;
  }

  /** A file that cannot be read has nothing foreign in it. */
  async #read(file: string, { from, to }: { from: number; to: number }) {
    const split = createLineSplitter(from);
    const foreign: NativePrompt[] = [];
    let end = from;
    try {
      for await (const chunk of createReadStream(file, { start: from, end: to - 1 })) {
        for (const line of split(chunk as Buffer)) {
          end = line.end;
          const prompt = this.#options.promptIn(line.bytes.toString('utf8'));
          if (prompt !== null && !this.#isOurs(prompt)) foreign.push(prompt);
        }
      }
    } catch {
      return { foreign: [], end: from };
    }
    return { foreign, end };
  }

  /** A turn may go on under an id that begins with its own. */
  #isOurs({ id }: NativePrompt): boolean {
    return id !== null && (this.#turnIds.has(id) || this.#turnIds.has(id.split('~', 1)[0] ?? ''));
  }
}

/** One of which nothing is known to be lost. */
export function unharmed(id: string, wasUsed: boolean): KnownSession {
  return { id, file: 'there', reason: '', notice: null, wasUsed };
}

/** One event in the place of what was said elsewhere. */
function gapOf(sessionId: string, prompts: readonly NativePrompt[]): AgentEvent {
  const turns = prompts.length;
  const message = `The session was continued outside of this chat (${turns} ${turns === 1 ? 'message' : 'messages'}); what was said there is not shown here. The agent knows it.`;
  const [firstAt, lastAt] = [prompts[0]?.at ?? null, prompts.at(-1)?.at ?? null];
  return {
    timestamp: new Date().toISOString(),
    type: 'session-gap',
    payload: { reason: 'foreign_turns', sessionId, turns, firstAt, lastAt, message },
  };
}

/** What became of the part that was known; null when it is as it was. */
function changeOf(known: SessionMark, found: SessionFile & { kind: 'file' }): string | null {
  if (found.size < known.offset) return 'its file is shorter than it was';
  if (found.damaged > (known.damaged ?? found.damaged)) return 'lines of its file are damaged';
  if (found.checksum !== (known.checksum ?? found.checksum)) return 'its file is not as it was';
  return null;
}
