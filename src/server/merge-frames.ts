import { PassThrough, type Readable } from 'node:stream';

const FRAME_END = Buffer.from('\n\n');
const BUFFERED_BYTES = 64 * 1024;

/** Several event streams as one, frame by frame. It ends with the first of them that ends, and ends them all. */
export function mergeFrames(sources: readonly Readable[]): Readable {
  const merged = new PassThrough({ highWaterMark: BUFFERED_BYTES });
  const waiting = new Set<Readable>();
  merged.on('drain', () => {
    for (const source of waiting) source.resume();
    waiting.clear();
  });
  merged.once('close', () => sources.forEach((source) => source.destroy()));
  for (const source of sources) {
    const toFrames = createFrameCutter();
    source.on('data', (bytes: Buffer) => {
      const frames = toFrames(bytes);
      if (frames.length === 0 || merged.write(frames) || merged.destroyed) return;
      source.pause();
      waiting.add(source);
    });
    source.once('error', () => merged.end()); // its reader comes again
    source.once('close', () => merged.end());
  }
  return merged;
}

/** Gives the frames that `bytes` completes; what is behind them waits for its end. */
function createFrameCutter(): (bytes: Buffer) => Buffer {
  let unfinished: Buffer = Buffer.alloc(0);
  return (bytes) => {
    const whole = unfinished.length === 0 ? bytes : Buffer.concat([unfinished, bytes]);
    const end = whole.lastIndexOf(FRAME_END);
    const cut = end === -1 ? 0 : end + FRAME_END.length;
    unfinished = whole.subarray(cut);
    return whole.subarray(0, cut);
  };
}
