/** Watches the agent's own file of a session: notices what was said there without the engine, and what of it is lost. */
import { closeSync, createReadStream, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { AgentSessionInput } from '../contract/facts.ts';
import type { Delivery, QueuedMessage, SessionMark } from '../contract/records.ts';
import { createLineSplitter } from '../processes/line-splitter.ts';
import { openRegularFile } from '../storage/regular-file.ts';
import { partIsLost } from './context-loss.ts';
import { inspectSession, sizeOf, type SessionFile } from './session-file.ts';

const CHUNK_BYTES = 256 * 1024;

/** What a user said, as the agent's own file tells it. */
export interface NativePrompt {
  /** The id under which it was said; null when it has none. */
  id: string | null;
  at: string | null;
}

export interface NativeSessionOptions {
  /** Up to where the file of the session is known; undefined when nobody ever looked. */
  mark: SessionMark | undefined;
  /** Ids of the turns that the engine has asked for. */
  turnIds: readonly string[];
  /** Reads one line of the file; null when it is nothing that a user said. */
  promptIn: (line: string) => NativePrompt | null;
  /** Where the agent keeps a session, if that can be told beforehand. */
  fileOf?: (sessionId: string) => string;
  now: () => Date;
}

/** How a session lies there before the agent resumes it. */
export interface Resumption {
  /** `absent`: nothing is there; `unusable`: what is there must not be opened, for the reason. */
  state: 'there' | 'absent' | 'unusable';
  reason: string;
  /** To be told to the user: that a part is lost. */
  notice: string | null;
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
  }

  /** A session that begins now has nothing in it. */
  begin(sessionId: string, file?: string | null): void {
    this.#mark = { sessionId, offset: 0, damaged: 0, checksum: 0, ...(file == null ? {} : { file }) };
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

  /** Something was said in it before, as far as anybody knows. */
  wasUsed(sessionId: string): boolean {
    return this.#known(sessionId)?.offset !== 0;
  }

  /** What there is to be resumed; what is missing of it is told once. */
  async examine(sessionId: string): Promise<Resumption> {
    const known = this.#known(sessionId);
    const file = this.#fileOf(sessionId);
    const found = file === undefined ? null : await inspectSession(file, { summedTo: known?.offset });
    if (found === null) return { state: 'there', reason: '', notice: null };
    if (found.kind !== 'file') return { state: found.kind, reason: found.reason, notice: null };
    const { size, damaged, isTorn, checksum } = found;
    this.#mark = {
      ...known,
      sessionId,
      offset: Math.min(size, known?.offset ?? size),
      damaged: damaged + (isTorn ? 1 : 0),
      checksum,
    };
    const change = known === undefined ? null : changeOf(known, found);
    return { state: 'there', reason: '', notice: change === null ? null : partIsLost(change) };
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
    return foreign.length === 0 ? null : gapOf(sessionId, foreign, this.#options.now());
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

export function openNativeSession(
  { sessionMark: mark, turnIds = [] }: Pick<AgentSessionInput, 'sessionMark' | 'turnIds'>,
  rest: Pick<NativeSessionOptions, 'promptIn' | 'fileOf' | 'now'>,
): NativeSession {
  return new NativeSession({ mark, turnIds, ...rest });
}

/** One event in the place of what was said elsewhere. */
function gapOf(sessionId: string, prompts: readonly NativePrompt[], now: Date): AgentEvent {
  const turns = prompts.length;
  const message = `The session was continued outside of this chat (${turns} ${turns === 1 ? 'message' : 'messages'}); what was said there is not shown here. The agent knows it.`;
  const [firstAt, lastAt] = [prompts[0]?.at ?? null, prompts.at(-1)?.at ?? null];
  return {
    timestamp: now.toISOString(),
    type: 'session-gap',
    payload: { reason: 'foreign_turns', sessionId, turns, firstAt, lastAt, message },
  };
}

/** At once, because the end of a turn waits for it; null when there is no such file. */
function sizeNow(file: string): number | null {
  try {
    const found = statSync(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}

/** With what a session has that was known up to a mark, at once; undefined when that was never read whole. */
function checksumNow(file: string, { offset, checksum }: SessionMark, to: number): number | undefined {
  if (checksum === undefined) return undefined;
  try {
    const descriptor = openRegularFile(file);
    try {
      return checksumOf(descriptor, { offset, checksum, to });
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

function checksumOf(
  descriptor: number,
  { offset, checksum, to }: { offset: number; checksum: number; to: number },
): number {
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, to - offset));
  let sum = checksum;
  for (let at = offset; at < to;) {
    const bytesRead = readSync(descriptor, chunk, 0, Math.min(chunk.length, to - at), at);
    if (bytesRead === 0) throw new Error('The file became shorter.');
    sum = crc32(chunk.subarray(0, bytesRead), sum);
    at += bytesRead;
  }
  return sum;
}

/** What became of the part that was known; null when it is as it was. */
function changeOf(known: SessionMark, found: SessionFile & { kind: 'file' }): string | null {
  if (found.size < known.offset) return 'its file is shorter than it was';
  if (found.damaged > (known.damaged ?? found.damaged)) return 'lines of its file are damaged';
  if (found.checksum !== (known.checksum ?? found.checksum)) return 'its file is not as it was';
  return null;
}
