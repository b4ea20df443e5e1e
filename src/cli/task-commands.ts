/** The commands about what agents run beside their turns; what one does is loaded when it is called. */
import type { Command } from 'commander';
import { ofEngine, toText, withEngine, withoutMissing, type ClientOptions } from './command-options.ts';
import type { Shell } from './terminal.ts';

export function addTasks(program: Command, shell: Shell): void {
  const tasks = ofEngine(program.command('tasks [chat]'))
    .description('what the agent of a chat runs in the background: shells, sub-agents, monitors')
    .option('--json', 'print JSON')
    .action((chatId: string | undefined, options: ClientOptions) =>
      shell.run(async (terminal) => {
        const { showTasks } = await import('./show-tasks.ts');
        const wanted = { json: options.json ?? false, ...withoutMissing({ chatId }) };
        return withEngine(terminal, options, (client) => showTasks(terminal, { client, ...wanted }));
      }),
    );
  ofEngine(tasks.command('stop <task>'))
    .description('end one of them')
    .option('--chat <id>', 'its chat, or how its id begins; the one that was used last when left out', toText)
    .action((taskId: string, options: ClientOptions & { chat?: string }) =>
      shell.run(async (terminal) => {
        const { stopTask } = await import('./show-tasks.ts');
        const wanted = { taskId, ...withoutMissing({ chatId: options.chat }) };
        return withEngine(terminal, options, (client) => stopTask(terminal, { client, ...wanted }));
      }),
    );
}
