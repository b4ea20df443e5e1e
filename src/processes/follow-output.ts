import { followBytes, type FollowBytesOptions, type FollowEnd } from './follow-bytes.ts';
import { createLineSplitter, type Line } from './line-splitter.ts';
import type { Run } from './run.ts';
import { boundStderr } from './stderr-bound.ts';

export interface FollowOptions extends Omit<FollowBytesOptions, 'onBytes'> {
  /** Gets each whole line; what it returns is awaited before the next one, which is the backpressure. */
  onLine: (line: Line) => Promise<void> | void;
}

/** More than the largest message that a body can hold, which agents repeat. */
const LINE_BYTES = 300 * 1024 * 1024;

/**
 * Hands over the lines a run prints, from the beginning of one on, until the process has ended and all of it was read,
 * or until the signal; meanwhile its standard error does not outgrow its bound. A last line without a newline is dropped: its writer died over it.
 * Rejects when a line does not end.
 */
export async function followOutput(run: Run, { onLine, ...options }: FollowOptions): Promise<FollowEnd> {
  const split = createLineSplitter(options.from, LINE_BYTES);
  const onBytes = async (bytes: Buffer) => {
    for (const line of split(bytes)) {
      if (options.signal.aborted) return;
      await onLine(line);
    }
  };
  const stopBounding = boundStderr(run);
  return followBytes(run, { ...options, onBytes }).finally(stopBounding);
}
