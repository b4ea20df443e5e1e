import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as Extractor from '@xstate/machine-extractor';

const requireHere = createRequire(import.meta.url);
const MAIN = requireHere.resolve('@xstate/machine-extractor');

/** A file of the extractor, run with a `require` that knows what of XState 4 it asks for. */
function load(file: string): unknown {
  const requireThere = createRequire(file);
  const module = { exports: {} };
  const compiled = compileFunction(readFileSync(file, 'utf8'), ['require', 'module', 'exports'], {
    filename: file,
  });
  compiled(
    (id: string) => {
      if (id.startsWith('xstate/lib/')) return ACTIONS_OF_XSTATE_4;
      return id.startsWith('.') ? load(join(dirname(file), id)) : requireThere(id);
    },
    module,
    module.exports,
  );
  return module.exports;
}

/** Stately's extractor was written for XState 4 and imports its action creators, of which it needs only the names. */
const ACTIONS_OF_XSTATE_4 = new Proxy({}, { get: (_, type) => () => ({ type }) });

export const { extractMachinesFromFile } = load(MAIN) as typeof Extractor;
