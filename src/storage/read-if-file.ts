import { readFileSync, statSync } from 'node:fs';
import { attempt } from './attempt.ts';

/** What the engine keeps in one piece is far smaller. */
const LONGEST_BYTES = 16 << 20;

/** The text of a small file; null when there is none to read. A pipe or gigabytes in its place are not read: that would take for ever. */
export function readIfFile(path: string): string | null {
  return attempt(() => {
    const found = statSync(path);
    return found.isFile() && found.size <= LONGEST_BYTES ? readFileSync(path, 'utf8') : null;
  }, null);
}
