import { execFile } from 'node:child_process';
import { filesOf, type Run } from './run.ts';

/** How far the disk space of a spool is secured beyond what was written. */
const RESERVE_BYTES = 2 * 1024 * 1024;
const PREALLOCATION_BYTES = 4 * 1024 * 1024;
/** A process that prints a lot gets more at a time: starting a tool holds everything up for milliseconds. */
const LARGEST_PREALLOCATION_BYTES = 32 * 1024 * 1024;
const A_LOT_WITHIN_MS = 10_000;
/** Less is not worth a process. */
const WORTH_FREEING_BYTES = 1024 * 1024;
const BLOCK_BYTES = 4096;
const RETRY_MS = 1_000;

/** Keeps disk space allocated ahead of the end of a run's output, so that a full disk does not break its writer. */
export interface SpoolReserve {
  /** To be called whenever `size` may have grown; returns at once. */
  secure(size: number): void;
}

/** `onShortage` is told when space cannot be had any more, and when it can again. */
export function createSpoolReserve(run: Run, onShortage: (isShort: boolean) => void): SpoolReserve {
  let securedUpTo = 0;
  let isBusy = false;
  let isShort = false;
  let retryAt = 0;
  let length = PREALLOCATION_BYTES;
  let allocatedAt = Number.NEGATIVE_INFINITY;
  const secure = (size: number) => {
    if (isBusy || size + RESERVE_BYTES <= securedUpTo || performance.now() < retryAt) return;
    isBusy = true;
    const isPrintingALot = performance.now() - allocatedAt < A_LOT_WITHIN_MS;
    length = isPrintingALot ? Math.min(length * 2, LARGEST_PREALLOCATION_BYTES) : PREALLOCATION_BYTES;
    allocatedAt = performance.now();
    const securing = size + length;
    void fallocate(['-n', '-o', `${size}`, '-l', `${length}`, filesOf(run).stdout]).then((outcome) => {
      isBusy = false;
      if (outcome === 'unsupported') securedUpTo = Number.POSITIVE_INFINITY;
      if (outcome === 'done') securedUpTo = securing;
      if (outcome === 'failed') {
        length = PREALLOCATION_BYTES;
        allocatedAt = Number.NEGATIVE_INFINITY;
        retryAt = performance.now() + RETRY_MS;
      }
      if (isShort === (outcome === 'failed')) return;
      isShort = !isShort;
      onShortage(isShort);
    });
  };
  return { secure };
}

/**
 * Gives the disk space of the output between `from` and `before` back; offsets stay what they are. Returns up to where
 * it is free now: `from` when there is too little to gain or the file system cannot do it.
 */
export async function freeOutput(run: Run, range: Range): Promise<number> {
  return free(filesOf(run).stdout, range);
}

/** Like `freeOutput`, for input that the process has read. */
export async function freeInput(run: Run, range: Range): Promise<number> {
  return free(filesOf(run).stdin, range);
}

interface Range {
  from: number;
  before: number;
}

async function free(file: string, { from, before }: Range): Promise<number> {
  const end = before - (before % BLOCK_BYTES);
  if (end - from < WORTH_FREEING_BYTES) return from;
  const outcome = await fallocate(['-p', '-o', `${from}`, '-l', `${end - from}`, file]);
  return outcome === 'done' ? end : from;
}

type Outcome = 'done' | 'unsupported' | 'failed';

function fallocate(args: string[]): Promise<Outcome> {
  return runFallocate(args).catch(() => 'failed'); // no process could be started
}

function runFallocate(args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('env', ['LC_ALL=C', 'fallocate', ...args], (error, _, complaint) => {
      if (error === null) return resolve('done');
      resolve(/not supported/i.test(complaint) ? 'unsupported' : 'failed');
    });
  });
}
