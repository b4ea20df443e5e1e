/** The commands about what agents run beside their turns. */
import type { Command } from 'commander';
import { askEngine, ofEngine, toText, type ClientOptions } from './command-options.ts';
import { showTasks, stopTask } from './show-tasks.ts';
import type { Shell } from './terminal.ts';

export function addTasks(program: Command, shell: Shell): void {
  const tasks = ofEngine(program.command('tasks [chat]'))
    .description('what the agent of a chat runs in the background: shells, sub-agents, monitors')
    .option('--json', 'print JSON')
    .action((chatId: string | undefined, { json = false, ...options }: ClientOptions) =>
      askEngine(shell, options, (terminal, client) => showTasks(terminal, { client, json, chatId })),
    );
  ofEngine(tasks.command('stop <task>'))
    .description('end one of them')
    .option('--chat <id>', 'its chat, or how its id begins; the one that was used last when left out', toText)
    .action((taskId: string, { chat: chatId, ...options }: ClientOptions & { chat?: string }) =>
      askEngine(shell, options, (terminal, client) => stopTask(terminal, { client, taskId, chatId })),
    );
}
