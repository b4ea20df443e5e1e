import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** The folder of this package: above the sources, and above what is built of them. */
export const PACKAGE_FOLDER =
  ['..', '../..']
    .map((folder) => join(import.meta.dirname, folder))
    .find((folder) => existsSync(join(folder, 'package.json'))) ?? '.';
