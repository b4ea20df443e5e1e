import { statSync } from 'node:fs';
import { CliError, EXIT } from './terminal.ts';

/** @throws {CliError} when there is no folder there. */
export function refuseNoFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new CliError(`There is no folder ${folder}.`, EXIT.USAGE);
}
