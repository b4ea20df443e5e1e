import { describeInterface } from '../server/describe-interface.ts';
import { readVersion } from '../environment/version.ts';
import { EXIT, type Terminal } from './terminal.ts';

/** Prints the interface of this version as an OpenAPI document; no engine needs to run. */
export function printOpenapi({ print }: Terminal): number {
  print(`${JSON.stringify(describeInterface(readVersion()), null, 2)}\n`);
  return EXIT.DONE;
}
