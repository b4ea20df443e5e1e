import { PAYLOAD_OFFSET } from './event-line.ts';
import { FRAME_DATA_FIELD_LENGTH, FRAME_TYPE_OFFSET, type FrameBlock, type PartialFrame } from './frames.ts';

export interface FrameFilterOptions {
  /** Only events of these types. */
  types?: ReadonlySet<string> | undefined;
  /** Only events of this chat; events of no chat are left out. */
  chatId?: string | undefined;
  /** Also live events that are not stored. */
  partial: boolean;
}

const NEWLINE = 0x0a;

/** Which frames one reader gets, decided by their bytes. */
export class FrameFilter {
  readonly #options: FrameFilterOptions;
  readonly #chatPrefixes: Buffer[];
  readonly #isOpen: boolean;

  constructor(options: FrameFilterOptions) {
    this.#options = options;
    this.#isOpen = options.types === undefined && options.chatId === undefined;
    this.#chatPrefixes = options.chatId === undefined ? [] : prefixesOf(options.chatId);
  }

  acceptsPartial({ chatId }: PartialFrame): boolean {
    const { partial, types, chatId: wanted } = this.#options;
    return partial && (types?.has('chat.turn.partial') ?? true) && (wanted ?? chatId) === chatId;
  }

  /** The frames of a block behind `after` that pass, neighbours in one piece. */
  pick(block: FrameBlock, after: number): Buffer[] {
    const first = Math.max(0, after + 1 - block.firstSequence);
    if (first >= block.ends.length) return [];
    if (this.#isOpen) return [block.bytes.subarray(startOf(block, first))];
    return this.#pickPassing(block, first);
  }

  #pickPassing(block: FrameBlock, first: number): Buffer[] {
    const picked = [];
    let runStart = -1;
    for (let index = first; index <= block.ends.length; index += 1) {
      const start = startOf(block, index);
      const passes = index < block.ends.length && this.#passes(block.bytes, start);
      if (passes && runStart === -1) runStart = start;
      if (passes || runStart === -1) continue;
      picked.push(block.bytes.subarray(runStart, start));
      runStart = -1;
    }
    return picked;
  }

  #passes(bytes: Buffer, frameStart: number): boolean {
    const typeStart = frameStart + FRAME_TYPE_OFFSET;
    const typeEnd = bytes.indexOf(NEWLINE, typeStart);
    const { types } = this.#options;
    if (types !== undefined && !types.has(bytes.toString('latin1', typeStart, typeEnd))) return false;
    if (this.#chatPrefixes.length === 0) return true;
    const json = typeEnd + FRAME_DATA_FIELD_LENGTH;
    const payload = json + PAYLOAD_OFFSET + (typeEnd - typeStart);
    // The last frame of a block may be shorter than what is looked for.
    return this.#chatPrefixes.some((prefix) =>
      bytes.subarray(payload, payload + prefix.length).equals(prefix),
    );
  }
}

function startOf(block: FrameBlock, index: number): number {
  return index === 0 ? 0 : (block.ends[index - 1] ?? 0);
}

/** How the payload of an event of a chat starts. */
function prefixesOf(chatId: string): Buffer[] {
  const id = JSON.stringify(chatId);
  return [Buffer.from(`{"chatId":${id}`), Buffer.from(`{"chat":{"id":${id}`)];
}
