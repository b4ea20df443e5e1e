/** The commands that tell of the engine itself; none needs one that runs. */
import { Argument, type Command } from 'commander';
import { readVersion } from '../environment/version.ts';
import { SHELLS, toCompletion, type CompletedShell } from './completion.ts';
import type { Shell } from './terminal.ts';

export function addDescriptions(program: Command, shell: Shell): void {
  program
    .command('openapi')
    .description('print the HTTP interface as an OpenAPI document; no engine needs to run')
    .action(() =>
      shell.run(async ({ print }) => {
        const { describeInterface } = await import('../server/routes.ts');
        print(`${JSON.stringify(describeInterface(readVersion()), null, 2)}\n`);
        return 0;
      }),
    );
  program
    .command('completion')
    .description('print a script that makes a shell complete commands and options')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((of: CompletedShell) =>
      shell.run(async ({ print }) => {
        print(toCompletion(program, of));
        return 0;
      }),
    );
  program
    .command('machines')
    .description('look at the statecharts of the engine')
    .command('export [dir]')
    .description('write every statechart: JSON for Stately Studio, Mermaid, SVG')
    .action((folder: string | undefined) =>
      shell.run(async ({ print }) => {
        const { exportMachines } = await import('./export-machines.ts');
        await exportMachines(folder ?? 'machines-export', print);
        return 0;
      }),
    );
}
