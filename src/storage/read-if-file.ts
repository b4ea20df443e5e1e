import { readFileSync, statSync } from 'node:fs';
import { attempt } from './attempt.ts';

/** The text of a file; null when there is none to read. A pipe in its place is not opened: that would take for ever. */
export function readIfFile(path: string): string | null {
  return attempt(() => (statSync(path).isFile() ? readFileSync(path, 'utf8') : null), null);
}
