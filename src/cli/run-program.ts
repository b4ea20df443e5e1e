import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { EXIT, type Shell, type Terminal } from './terminal.ts';

export interface ProgramOptions extends Omit<Shell, 'run'> {
  variables: Terminal['env'];
  /** Ends the process at once. */
  exit: (code: number) => never;
}

/** Does what the command line asks for. Returns what the process is to exit with. */
export async function runProgram({ variables, exit, ...shell }: ProgramOptions): Promise<number> {
  let exitCode: number = EXIT.DONE;
  const program = createProgram({
    ...shell,
    async run(command) {
      exitCode = await runInTerminal(command, { variables, exit });
    },
  });
  await program.parseAsync().catch((error: unknown) => {
    exitCode = codeOfUsage(error);
  });
  return exitCode;
}

async function runInTerminal(
  command: (terminal: Terminal) => Promise<number>,
  { variables, exit }: Pick<ProgramOptions, 'variables' | 'exit'>,
): Promise<number> {
  const { openTerminal } = await import('./open-terminal.ts');
  const terminal = openTerminal(variables);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') exit(EXIT.DONE); // whoever read it has seen enough
    terminal.complain(`The output cannot be written: ${error.message}\n`);
    exit(EXIT.FAILED);
  });
  try {
    return await command(terminal);
  } catch (error) {
    const { explain } = await import('./exit-code.ts');
    return explain(error, terminal);
  }
}

/** Commander has said what is wrong, or shown the help that was asked for. */
function codeOfUsage(error: unknown): number {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE;
}
