import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';

export interface Frame {
  id?: string;
  event?: string;
  data?: { id: string; type: string; payload: Record<string, unknown> };
  comment?: string;
}

/** Reads a stream as a client would, as fast as it comes. */
export class SseInbox {
  readonly stream: Readable;
  #text = '';
  #hasEnded = false;

  constructor(stream: Readable) {
    this.stream = stream;
    const decoder = new TextDecoder();
    stream.on('data', (chunk: Buffer) => (this.#text += decoder.decode(chunk, { stream: true })));
    stream.on('end', () => (this.#hasEnded = true));
    onTestFinished(() => void stream.destroy());
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get frames(): Frame[] {
    return this.#text.split('\n\n').slice(0, -1).map(parseFrame);
  }

  get events(): Frame[] {
    return this.frames.filter((frame) => frame.event !== undefined);
  }

  get ids(): (string | undefined)[] {
    return this.events.map(({ id }) => id);
  }
}

function parseFrame(text: string): Frame {
  const frame: Frame = {};
  for (const line of text.split('\n')) {
    const [, field, value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? [];
    if (field === '') frame.comment = value;
    if (field === 'id') frame.id = value;
    if (field === 'event') frame.event = value;
    if (field === 'data') frame.data = JSON.parse(value);
  }
  return frame;
}
