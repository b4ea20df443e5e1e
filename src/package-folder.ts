import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of this package: above the sources, and above what is built of them. */
export const PACKAGE_FOLDER =
  ['..', '../..']
    .map((folder) => join(import.meta.dirname, folder))
    .find((folder) => existsSync(join(folder, 'package.json'))) ?? '.';
