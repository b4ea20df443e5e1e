import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = new URL('../../..', import.meta.url).pathname;

/** A file of `docs/deploy`, as text. */
export function deployFile(name: string): string {
  return readFileSync(deployPath(name), 'utf8');
}

export function deployPath(name: string): string {
  return join(ROOT, 'docs/deploy', name);
}
