/** The commands about hooks. What needs large libraries is loaded when it is called. */
import type { Command } from 'commander';
import { addView, askEngine, ofEngine, toText, type ClientOptions } from './command-options.ts';
import { showHooks } from './show-status.ts';
import { testHook } from './test-hook.ts';
import type { Shell } from './terminal.ts';

export function addHooks(program: Command, shell: Shell): void {
  const hooks = program
    .command('hooks')
    .description('the hooks of repositories: run or check them here, or ask a running engine');
  hooks
    .command('run [dir]')
    .description('run the start hook of a repository as the engine would')
    .option('--warm', 'run the warm hook instead')
    .action((folder: string | undefined, { warm = false }: { warm?: boolean }) =>
      shell.run(async (terminal) => {
        const { runHooks } = await import('./run-hooks.ts');
        const { isTerminal, width, print } = terminal;
        const present = Object.entries(terminal.env).flatMap(([name, value]) =>
          value ? [[name, value]] : [],
        );
        const env: Record<string, string> = Object.fromEntries(present);
        const kind = warm ? 'warm' : 'start';
        const signal = terminal.stopSignal();
        return runHooks({ folder: folder ?? '.', kind, env, isTerminal, width, signal, print });
      }),
    );
  hooks
    .command('check [dir]')
    .description("read a repository's replicas.json, .yaml or .yml and name what is wrong")
    .action((folder: string | undefined) =>
      shell.run(async ({ print }) => {
        const { checkHooks } = await import('./check-hooks.ts');
        return checkHooks(folder ?? '.', print);
      }),
    );
  addRunningHooks(hooks, shell);
}

function addRunningHooks(hooks: Command, shell: Shell): void {
  ofEngine(hooks.command('test <file>'))
    .description('have the running engine try a script: nothing is recorded; "-" reads standard input')
    .option('--repo <name>', 'the repository it runs in; the home when left out', toText)
    .option('--json', 'print events, one JSON object per line')
    .action((file: string, { json = false, repo, ...options }: ClientOptions & { repo?: string }) =>
      askEngine(shell, options, (terminal, client) => testHook(terminal, { client, file, json, repo })),
    );
  addView({ program: hooks, shell }, 'status', {
    description: 'how far the hooks of the running engine are',
    show: showHooks,
  });
}
