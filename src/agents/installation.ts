import { access, constants, realpath, stat } from 'node:fs/promises';

/** The program that an agent's process is started from. Another version has another identity. */
export interface Installation {
  file: string;
  identity: string;
}

/** Null when there is no such program, or it may not be executed. */
export async function findInstallation(command: string | null): Promise<Installation | null> {
  if (command === null) return null;
  try {
    const file = await realpath(command);
    await access(file, constants.X_OK);
    const { size, mtimeMs } = await stat(file);
    return { file, identity: `${file}:${size}:${mtimeMs}` };
  } catch {
    return null;
  }
}
