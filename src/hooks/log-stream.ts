import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { openWatch } from '../processes/open-watch.ts';
import { sizeOf } from './hook-log.ts';

export interface LogStreamOptions {
  /** `startHooks.log`. */
  file: string;
  /** Only the lines of this repository. */
  repo?: string | undefined;
}

const CHUNK_BYTES = 64 * 1024;
/** A follower first gets this much of what was written before it came. */
const BACKLOG_BYTES = 256 * 1024;
const POLL_MS = 1_000;
const PING_MS = 15_000;

/** The whole log as it is now, as text. */
export function readLog({ file, repo }: LogStreamOptions): Readable {
  return Readable.from(wholeLines({ file, from: 0, repo, toText: (lines) => `${lines.join('\n')}\n` }), {
    objectMode: false,
  });
}

/** The end of the log and all that is added, as server-sent events: one frame per line. */
export function followLog({ file, repo }: LogStreamOptions): Readable {
  const stop = new AbortController();
  const stream = Readable.from(frames({ file, repo, signal: stop.signal }), { objectMode: false });
  stream.once('close', () => stop.abort());
  return stream;
}

interface Following {
  file: string;
  repo: string | undefined;
  signal: AbortSignal;
}

async function* frames({ file, repo, signal }: Following): AsyncGenerator<string> {
  const alarm = createAlarm(file);
  const state = { offset: Math.max(0, (await sizeOf(file)) - BACKLOG_BYTES), isCut: true };
  state.isCut = state.offset > 0;
  let lastSentAt = performance.now();
  try {
    yield ':\n\n';
    while (!signal.aborted) {
      const rung = alarm.arm();
      if ((await sizeOf(file)) < state.offset) Object.assign(state, { offset: 0, isCut: false }); // a new file
      for await (const text of wholeLines({ file, from: state, repo, toText: toFrames })) {
        lastSentAt = performance.now();
        yield text;
      }
      if (performance.now() - lastSentAt > PING_MS) {
        lastSentAt = performance.now();
        yield ':\n\n';
      }
      await Promise.race([rung, delay(POLL_MS, undefined, { signal }).catch(() => undefined)]);
    }
  } finally {
    alarm.stop();
  }
}

function toFrames(lines: readonly string[]): string {
  return lines.map((line) => `event: line\ndata: ${line.replaceAll('\r', ' ')}\n\n`).join('');
}

interface Position {
  offset: number;
  /** The offset may be inside a line: that one is left out. */
  isCut: boolean;
}

interface Reading {
  file: string;
  /** Moved along, so that it says where to go on. */
  from: Position | 0;
  repo: string | undefined;
  toText: (lines: readonly string[]) => string;
}

/** The whole lines behind a position, some at a time. */
async function* wholeLines({ file, from, repo, toText }: Reading): AsyncGenerator<string> {
  const position = from === 0 ? { offset: 0, isCut: false } : from;
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return;
  const prefix = repo === undefined ? '' : `[${repo}] `;
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const at = position.offset + rest.length;
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, at);
      if (bytesRead === 0) return;
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(10) + 1;
      rest = bytes.subarray(end);
      if (end === 0) continue;
      position.offset += end;
      const lines = bytes.toString('utf8', 0, end - 1).split('\n');
      if (position.isCut) lines.shift();
      position.isCut = false;
      const wanted = lines.filter((line) => line.startsWith(prefix));
      if (wanted.length > 0) yield toText(wanted);
    }
  } finally {
    await handle.close();
  }
}

function createAlarm(file: string): { arm(): Promise<void>; stop(): void } {
  let ring: () => void = () => undefined;
  const watcher = openWatch(dirname(file), () => ring()); // the poll looks where nothing can be watched
  return {
    arm: () =>
      new Promise((resolve) => {
        ring = resolve;
      }),
    stop: () => watcher?.close(),
  };
}
