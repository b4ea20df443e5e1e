import { readFileSync, statSync } from 'node:fs';

/** The text of a file; null when there is none to read. A pipe in its place is not opened: that would take for ever. */
export function readIfFile(path: string): string | null {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : null;
  } catch {
    return null; // not there, or not for us to read
  }
}
