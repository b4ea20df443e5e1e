import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** The file that runs as `command`, a path or a name on `searchPath`; undefined when there is none. */
export function findExecutable(command: string, searchPath = ''): string | undefined {
  if (command.includes('/')) return isExecutable(command) ? command : undefined;
  const folders = searchPath.split(':').filter(isAbsolute);
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not ours to run: the next folder may have it.
    return false;
  }
}
