import { existsSync, fstatSync, type FSWatcher } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Reserve } from '../storage/reserve.ts';
import { identify } from './identify.ts';
import { openWatch } from './open-watch.ts';
import { filesOf, type Run } from './run.ts';

export interface FollowBytesOptions {
  /** Byte offset to begin at. */
  from: number;
  /** Gets what was printed, piece by piece; what it returns is awaited before the next one, which is the backpressure. */
  onBytes: (bytes: Buffer) => Promise<void> | void;
  /** Called each time everything that was printed so far has been handed over. */
  onCaughtUp?: () => void;
  /** So much is read at a time. */
  chunkBytes?: number;
  /** What comes within this time after a reading is read together: a reading costs more than a line. */
  gatherMs?: number;
  /** Told when disk space for the output cannot be secured, and when it can again. */
  onShortage?: (isShort: boolean) => void;
  /** Lets go of the output; the process is not touched. */
  signal: AbortSignal;
}

/** `exitCode` is null when the shell around the process was killed before it could write it down. */
export type FollowEnd = { isOver: true; exitCode: number | null } | { isOver: false };

const CHUNK_BYTES = 256 * 1024;
const POLL_MS = 1_000;
/** Where nothing can be watched. */
const BLIND_POLL_MS = 50;
const GATHER_MS = 2;
/** There are many such files, most of which grow slowly. */
const RESERVED_SHARE = 2;

/** Hands over what a run prints until the process has ended and all of it was read, or until the signal. */
export async function followBytes(run: Run, options: FollowBytesOptions): Promise<FollowEnd> {
  const file = await open(filesOf(run).stdout, 'a+', 0o600);
  const alarm = createAlarm(run, options.signal);
  const reserve = new Reserve({ stepShare: RESERVED_SHARE });
  reserve.onChange((isShort) => options.onShortage?.(isShort));
  if (findEnd(run) === null) reserve.follow(file.fd, fstatSync(file.fd).size);
  try {
    return await read({ run, file, alarm, reserve }, options);
  } finally {
    alarm.stop();
    reserve.close();
    await file.close();
  }
}

interface Reading {
  run: Run;
  file: FileHandle;
  alarm: Alarm;
  /** So that a full disk does not break the writer. */
  reserve: Reserve;
}

async function read({ run, file, alarm, reserve }: Reading, options: FollowBytesOptions): Promise<FollowEnd> {
  const { signal, onCaughtUp, chunkBytes = CHUNK_BYTES, gatherMs = GATHER_MS } = options;
  const { exit } = filesOf(run);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let offset = options.from;
  let end: Extract<FollowEnd, { isOver: true }> | null = null;
  let limit = Number.POSITIVE_INFINITY;
  while (!signal.aborted) {
    const rung = alarm.arm();
    if (end === null) {
      // The cheap question each time, the thorough one now and then: the shell may have died as well.
      end = alarm.isPollDue() || existsSync(exit) ? findEnd(run) : null;
      // What it left running may print on for ever.
      if (end !== null) limit = fstatSync(file.fd).size;
    }
    const readAt = performance.now();
    const { bytesRead } = await file.read(chunk, 0, chunk.length, offset);
    offset += bytesRead;
    if (end === null) reserve.grow(fstatSync(file.fd).size);
    if (bytesRead > 0) await options.onBytes(chunk.subarray(0, bytesRead));
    if (bytesRead === chunk.length && offset < limit) continue;
    if (signal.aborted) break;
    onCaughtUp?.();
    if (end !== null) return end;
    await rung;
    await gather(exit, readAt + gatherMs);
  }
  return { isOver: false };
}

/** Waits until then, or until the process has ended. */
async function gather(exit: string, until: number): Promise<void> {
  const left = () => Math.min(GATHER_MS, until - performance.now());
  for (let ms = left(); ms > 0 && !existsSync(exit); ms = left()) await delay(ms);
}

function findEnd(run: Run): Extract<FollowEnd, { isOver: true }> | null {
  const status = identify(run);
  if (status.state === 'running' || status.state === 'unstarted') return null;
  return { isOver: true, exitCode: status.state === 'ended' ? status.exitCode : null };
}

interface Alarm {
  /** Settles at the next sign that something changed since this call. */
  arm(): Promise<void>;
  /** True once per poll interval. */
  isPollDue(): boolean;
  stop(): void;
}

function createAlarm(run: Run, signal: AbortSignal): Alarm {
  let ring = () => {};
  let isDue = true;
  let watcher: FSWatcher | undefined;
  // One sign is enough: who prints without end would wake the engine with each write.
  const onChange = () => {
    watcher?.close();
    watcher = undefined;
    ring();
  };
  const onPoll = () => {
    isDue = true;
    ring();
  };
  const poll = setInterval(onPoll, POLL_MS);
  signal.addEventListener('abort', onChange);
  return {
    arm: () =>
      new Promise((resolve) => {
        ring = resolve;
        watcher ??= openWatch(run.folder, onChange);
        if (watcher === undefined) setTimeout(resolve, BLIND_POLL_MS).unref();
      }),
    isPollDue: () => {
      const wasDue = isDue;
      isDue = false;
      return wasDue;
    },
    stop: () => {
      watcher?.close();
      clearInterval(poll);
      signal.removeEventListener('abort', onChange);
    },
  };
}
