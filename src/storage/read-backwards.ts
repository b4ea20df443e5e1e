import { open } from 'node:fs/promises';

export interface ReadBackwardsOptions {
  chunkBytes?: number;
  /** A longer line is left out. */
  lineBytes?: number;
}

const NEWLINE = 10;

/** The lines of a file from its end, in pieces of whole lines: each piece stands before the one told last. */
export async function* readBackwards(
  file: string,
  { chunkBytes = 256 * 1024, lineBytes = 32 * 1024 * 1024 }: ReadBackwardsOptions = {},
): AsyncGenerator<string> {
  const handle = await open(file, 'r').catch(() => null); // nothing is written yet
  if (handle === null) return;
  try {
    let start = (await handle.stat()).size;
    /** The end of a line whose beginning is still to come; null when that line is too long. */
    let rest: Buffer | null = Buffer.alloc(0);
    while (start > 0) {
      const length = Math.min(chunkBytes, start);
      start -= length;
      const { buffer } = await handle.read(Buffer.allocUnsafe(length), { position: start });
      const cut = start === 0 ? -1 : buffer.indexOf(NEWLINE);
      if (cut === -1 && start > 0) {
        rest = rest === null || rest.length > lineBytes ? null : Buffer.concat([buffer, rest]);
        continue;
      }
      const lines = buffer.subarray(cut + 1);
      const whole =
        rest === null ? lines.subarray(0, lines.lastIndexOf(NEWLINE) + 1) : Buffer.concat([lines, rest]);
      if (whole.length > 0) yield whole.toString('utf8');
      rest = buffer.subarray(0, cut + 1);
    }
  } finally {
    await handle.close();
  }
}
