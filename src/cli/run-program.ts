import { CommanderError } from 'commander';
import { createProgram } from './program.ts';
import { EXIT, type Shell } from './terminal.ts';

/** Does what the command line asks for. What comes of it becomes the exit code. */
export async function runProgram(shell: Omit<Shell, 'run'>): Promise<void> {
  await createProgram({ ...shell, run: runInTerminal }).parseAsync().catch(refuseUsage);
}

const runInTerminal: Shell['run'] = async (command) => {
  const { openTerminal } = await import('./open-terminal.ts');
  const terminal = openTerminal(process.env);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.DONE); // whoever read it has seen enough
    terminal.complain(`The output cannot be written: ${error.message}\n`);
    process.exit(EXIT.FAILED);
  });
  try {
    process.exitCode = await command(terminal);
  } catch (error) {
    const { explain } = await import('./exit-code.ts');
    process.exitCode = explain(error, terminal);
  }
};

/** Commander has said what is wrong, or shown the help that was asked for. */
function refuseUsage(error: unknown): void {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : EXIT.USAGE;
}
