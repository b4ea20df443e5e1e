/** Notices that a session went on without the engine: somebody used the agent's own CLI on it. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { AgentEvent } from '../contract/agent-event.ts';
import type { AgentSessionInput } from '../contract/facts.ts';
import type { Delivery, QueuedMessage, SessionMark } from '../contract/records.ts';
import { createLineSplitter } from '../process/line-splitter.ts';

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
  now: () => Date;
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
  begin(sessionId: string): void {
    this.#mark = { sessionId, offset: 0 };
  }

  /** The gap since the last look, told once; null when there is none. A session looked at for the first time has none. */
  async look(sessionId: string, file: string): Promise<AgentEvent | null> {
    const from = this.#mark?.sessionId === sessionId ? this.#mark.offset : null;
    const size = await sizeOf(file);
    if (size === null) return null;
    if (from === null || size <= from) {
      this.#mark = { sessionId, offset: from ?? size };
      return null;
    }
    const { foreign, end } = await this.#read(file, { from, to: size });
    this.#mark = { sessionId, offset: end };
    return foreign.length === 0 ? null : gapOf(sessionId, foreign, this.#options.now());
  }

  async #read(file: string, { from, to }: { from: number; to: number }) {
    const split = createLineSplitter(from);
    const foreign: NativePrompt[] = [];
    let end = from;
    for await (const chunk of createReadStream(file, { start: from, end: to - 1 })) {
      for (const line of split(chunk as Buffer)) {
        end = line.end;
        const prompt = this.#options.promptIn(line.bytes.toString('utf8'));
        if (prompt !== null && !this.#isOurs(prompt)) foreign.push(prompt);
      }
    }
    return { foreign, end };
  }

  /** A turn may go on under an id that begins with its own. */
  #isOurs({ id }: NativePrompt): boolean {
    return id !== null && (this.#turnIds.has(id) || this.#turnIds.has(id.replace(/~.*$/, '')));
  }
}

export function openNativeSession(
  { sessionMark: mark, turnIds = [] }: Pick<AgentSessionInput, 'sessionMark' | 'turnIds'>,
  rest: Pick<NativeSessionOptions, 'promptIn' | 'now'>,
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

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch {
    return null; // the agent has written nothing yet, or keeps its sessions elsewhere
  }
}
