/** The commands about all workspaces that one Redis knows; what one does is loaded when it is called. */
import type { Command } from 'commander';
import type { Shell } from './terminal.ts';

export function addFleet(program: Command, shell: Shell): void {
  const fleet = program
    .command('fleet')
    .description('all workspaces that are mirrored to REPLICA_LOG_URL: no engine needs to run here');
  fleet
    .command('tail')
    .description('print the events of all workspaces from now on')
    .option('--json', 'print them as they are, one JSON object per line')
    .action(({ json = false }: { json?: boolean }) =>
      shell.run(async (terminal) => {
        const { tailFleet } = await import('./show-fleet.ts');
        return tailFleet(terminal, { json });
      }),
    );
  fleet
    .command('status')
    .description('how much each feed keeps, and how far those who follow are')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) =>
      shell.run(async (terminal) => {
        const { showFleet } = await import('./show-fleet.ts');
        return showFleet(terminal, { json });
      }),
    );
}
