import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../storage/attempt.ts';
import { isSetAside } from '../storage/set-aside.ts';

/** A process of ours that outlives the engine, and the folder it runs in. */
export interface Run {
  /** Unique for ever; also the value of the marker in the environment of the process and all it starts. */
  readonly id: string;
  readonly folder: string;
}

/** Environment variable that finds everything a run started, wherever it hides. */
export const RUN_MARKER = 'REPLICAS_AGENT_RUN';

export function createRun(parentFolder: string, id: string): Run {
  return { id, folder: join(parentFolder, id) };
}

/** The runs in a folder of them; none while there is no such folder. */
export function runsIn(parentFolder: string): Run[] {
  const entries = attempt(() => readdirSync(parentFolder, { withFileTypes: true }), []);
  return entries.flatMap((entry) =>
    entry.isDirectory() && !isSetAside(entry.name) ? [createRun(parentFolder, entry.name)] : [],
  );
}

/** What lies in the folder of a run. */
export function filesOf({ folder }: Run) {
  return {
    /** Append-only, forwarded to the process. */
    stdin: join(folder, 'stdin'),
    /** The spool: append-only, preallocated, freed only before a checkpoint. */
    stdout: join(folder, 'stdout'),
    stderr: join(folder, 'stderr'),
    /** Process id of the shim; without it the start never happened. */
    shim: join(folder, 'shim'),
    /** Process id of the process itself. */
    pid: join(folder, 'pid'),
    /** Exit code, written when the process ended. */
    exit: join(folder, 'exit'),
    /** What whoever launched it wants to know later. */
    note: join(folder, 'note'),
    /** How what has to end with the process is told from what may stay. */
    strays: join(folder, 'strays'),
    /** Text for the process that is too long for its command line. */
    prompt: join(folder, 'prompt'),
  };
}
