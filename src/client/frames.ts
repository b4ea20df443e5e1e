import { createParser } from 'eventsource-parser';

/** One frame of an event stream. `data` is empty in a frame that only moves the cursor. */
export interface Frame {
  id: string | undefined;
  type: string | undefined;
  data: string;
}

const FRAME_END = '\n\n';

/** A line with an id that nothing follows. The parser passes over frames without data. */
const BARE_ID = /^(id:.*)\n\n/gm;

/** Cuts the text of an event stream into frames, as it arrives. Returns those that `chunk` completes. */
export function createFrameParser(): (chunk: string) => Frame[] {
  let frames: Frame[] = [];
  let unfinished: string[] = [];
  const parser = createParser({ onEvent: ({ id, event, data }) => frames.push({ id, type: event, data }) });
  return (chunk) => {
    const end = findEnd(chunk, unfinished.at(-1));
    if (end === 0) {
      unfinished.push(chunk);
      return [];
    }
    frames = [];
    const whole = [...unfinished, chunk.slice(0, end)].join('');
    unfinished = [chunk.slice(end)];
    parser.feed(whole.replaceAll(BARE_ID, '$1\ndata\n\n'));
    return frames;
  };
}

/** Behind the last frame that ends in `chunk`; 0 when none does. */
function findEnd(chunk: string, before = ''): number {
  const last = chunk.lastIndexOf(FRAME_END);
  if (last !== -1) return last + FRAME_END.length;
  return before.endsWith('\n') && chunk.startsWith('\n') ? 1 : 0;
}
