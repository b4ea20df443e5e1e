/** A workspace as one file; what a command does is loaded when it is called. */
import type { Command } from 'commander';
import { EngineError } from '../errors.ts';
import { CliError, EXIT, type Shell } from './terminal.ts';

export function addWorkspace(program: Command, shell: Shell): void {
  const workspace = program
    .command('workspace')
    .description('a workspace as one file, for machines without an archive; no engine may run in its home');
  workspace
    .command('export <file>')
    .description(
      'write the workspace of WORKSPACE_HOME into a file: chats, histories, repositories; no logins',
    )
    .action((file: string) =>
      shell.run(async ({ env, print, complain }) => {
        const { exportWorkspace } = await shell.loadWorkspaceFiles();
        const omitted = await exportWorkspace({ variables: env, file }).catch(refuse);
        print(`The workspace is in ${file}.\n`);
        for (const one of omitted) complain(`Left out: ${one}\n`);
        return EXIT.DONE;
      }),
    );
  workspace
    .command('import <file>')
    .description('bring it into an empty WORKSPACE_HOME; the engine that starts there next goes on with it')
    .action((file: string) =>
      shell.run(async ({ env, print, complain }) => {
        const { importWorkspace } = await shell.loadWorkspaceFiles();
        const missing = await importWorkspace({ variables: env, file }).catch(refuse);
        print(`The workspace is in ${env['WORKSPACE_HOME']}: start its engine.\n`);
        for (const one of missing) complain(`${one}\n`);
        return EXIT.DONE;
      }),
    );
}

function refuse(error: unknown): never {
  if (error instanceof EngineError) throw new CliError(error.message, error.exitCode);
  if (error instanceof Error && error.name === 'WorkspaceFileError')
    throw new CliError(error.message, EXIT.FAILED);
  throw error;
}
