import type pc from 'picocolors';

export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command runs and what it may print to. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly folder: string;
  /** Somebody can type, and sees what is printed. */
  readonly isInteractive: boolean;
  readonly isTerminal: boolean;
  readonly colors: Colors;
  /** Characters in a line; infinite where output is no terminal. */
  readonly width: number;
  readonly streams: {
    input: NodeJS.ReadableStream & { setRawMode?: (isRaw: boolean) => unknown };
    output: NodeJS.WritableStream & { columns?: number; rows?: number };
  };
  readonly print: (text: string) => void;
  /** What is no result: goes to standard error. */
  readonly complain: (text: string) => void;
  readonly readInput: () => Promise<string>;
  /** Aborted when the process is asked to end. Asking for it keeps the process alive until the command has ended. */
  readonly stopSignal: () => AbortSignal;
}

/** What the program needs of the process it runs in. */
export interface Shell {
  serve: () => Promise<void>;
  dev: (options: { real?: true; port?: number }) => Promise<void>;
  /** Runs a command to its end; its result becomes the exit code, and so does why it failed. */
  run: (command: (terminal: Terminal) => Promise<number>) => Promise<void>;
  loadWorkspaceFiles: () => Promise<WorkspaceFiles>;
}

/** A workspace as one file. Both tell what is left out, in words. */
export interface WorkspaceFiles {
  exportWorkspace: (options: { variables: Terminal['env']; file: string }) => Promise<string[]>;
  importWorkspace: (options: { variables: Terminal['env']; file: string }) => Promise<string[]>;
}

/** What a command was asked to do cannot be done; the message says why. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** What `replicas-engine` exits with. The engine itself adds 75 and 78. */
export const EXIT = {
  DONE: 0,
  /** A check failed, a turn ended in an error, the engine refused. */
  FAILED: 1,
  USAGE: 2,
  /** The turn was lost: engine and agent died together. */
  LOST: 3,
  DROPPED: 4,
  UNREACHABLE: 69,
  /** The engine answers, but not with this secret. */
  FORBIDDEN: 77,
  /** Interrupted, by Ctrl-C or by somebody else. */
  INTERRUPTED: 130,
} as const;
