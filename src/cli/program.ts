/** The command line. What needs large libraries is loaded when it is called. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { readVersion } from '../environment/version.ts';
import {
  addView,
  askEngine,
  ofChat,
  ofEngine,
  toChatChoice,
  toText,
  withEngine,
  withFinder,
  type ChatOptions,
  type ClientOptions,
} from './command-options.ts';
import { addDescriptions } from './description-commands.ts';
import { addFleet } from './fleet-commands.ts';
import { handOver } from './hand-over.ts';
import { addHooks } from './hook-commands.ts';
import { listCanvas, printCanvasItem } from './show-canvas.ts';
import { showPreviews } from './show-previews.ts';
import { showSearch } from './show-search.ts';
import { showStatus } from './show-status.ts';
import { addTasks } from './task-commands.ts';
import { CliError, EXIT, type Shell } from './terminal.ts';
import { addUsage } from './usage-commands.ts';
import { addWorkspace } from './workspace-commands.ts';

interface SendOptions extends ChatOptions {
  model?: string;
  planMode?: true;
  messageId?: string;
}

interface TailOptions extends ClientOptions {
  follow?: true;
  since?: string;
  types?: string;
  chat?: string;
  partial?: true;
}

/** Usage errors are thrown as `CommanderError`. `words` are what `parse` will read. */
export function createProgram(shell: Shell, words: readonly string[] = process.argv.slice(2)): Command {
  const program = new Command('replicas-engine')
    .description('The workspace runtime that powers coding agents.')
    .version(readVersion())
    .showHelpAfterError('(--help says more)')
    .exitOverride();
  addEngines(program, { shell, isServing: namesNoCommand(words) });
  addConversation(program, shell);
  addObservation(program, shell);
  addFiles(program, shell);
  addEvents(program, shell);
  addDescriptions(program, shell);
  addTasks(program, shell);
  addUsage(program, shell);
  addHooks(program, shell);
  addFleet(program, shell);
  addWorkspace(program, shell);
  return program;
}

/** A default command takes every word it does not know as its own argument: it is one only when there is no word. */
function namesNoCommand([first]: readonly string[]): boolean {
  return first === undefined || first.startsWith('-');
}

function addEngines(program: Command, { shell, isServing }: { shell: Shell; isServing: boolean }): void {
  program
    .command('serve', { isDefault: isServing })
    .description('run the engine of a workspace, as its environment variables say')
    .action(() => shell.serve());
  program
    .command('dev')
    .description('try the engine on this machine, without a workspace and without an account')
    .option('--real', 'talk to the real model, with the account of this environment')
    .addOption(
      new Option('--port <port>', 'port to listen on; 0 takes any free one').env('PORT').argParser(toPort),
    )
    .action((options: { real?: true; port?: number }) => shell.dev(options));
}

function addConversation(program: Command, shell: Shell): void {
  ofChat(program.command('chat'))
    .description('talk with an agent in this terminal: text, tools, plans, questions; Ctrl-C interrupts')
    .option('--history <events>', 'how many earlier events are shown', countUpTo(1000), 50)
    .action((options: ChatOptions & { history: number }) =>
      shell.run(async (terminal) => {
        const { chat } = await import('./chat/chat.ts');
        const choice = { historyLimit: options.history, ...toChatChoice(options) };
        return withFinder(terminal, options, (clients) => chat(terminal, { ...clients, ...choice }));
      }),
    );
  ofChat(program.command('send <message>'))
    .description(
      'send one message and show its turn until it has ended; "-" reads the message from standard input',
    )
    .option('--json', 'print the events of the turn, one JSON object per line')
    .option('--model <model>', 'the model to ask', toText)
    .option('--plan-mode', 'have a plan made first')
    .option('--message-id <id>', 'the id of the message; sent twice with the same id, it runs once', toText)
    .action((message: string, options: SendOptions) =>
      shell.run(async (terminal) => {
        const { send } = await import('./send.ts');
        const { model, planMode, messageId, json = false } = options;
        const text = message === '-' ? await terminal.readInput() : message;
        if (text.trim() === '')
          throw new CliError('There is nothing to send: the message is empty.', EXIT.USAGE);
        const content = {
          json,
          message: { message: text, model, planMode, messageId },
          ...toChatChoice(options),
        };
        return withEngine(terminal, options, (client) => send(terminal, { client, ...content }));
      }),
    );
}

function addObservation(program: Command, shell: Shell): void {
  program
    .command('doctor')
    .description('check everything an engine needs here, and name a remedy for what is missing')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) =>
      shell.run(async (terminal) => {
        const [{ doctor }, { createChecks }] = await Promise.all([
          import('./doctor/doctor.ts'),
          import('./doctor/checks.ts'),
        ]);
        return doctor(terminal, { checks: createChecks(terminal), json });
      }),
    );
  ofEngine(program.command('drain'))
    .description('give the workspace to another machine: turns end, everything is archived, the engine ends')
    .requiredOption('--hand-over', 'yes, to another machine; to end an engine at once, send it SIGTERM')
    .option('--limit <seconds>', 'give up after so long, and go on', countUpTo(86_400), 600)
    .option('--json', 'print JSON')
    .action(({ json = false, limit, ...options }: ClientOptions & { limit: number }) =>
      askEngine(shell, options, (terminal, client) =>
        handOver(terminal, { client, limitSeconds: limit, json }),
      ),
    );
  addView({ program, shell }, 'status', {
    description: 'what the engine, its chats and its repositories are doing now',
    show: showStatus,
  });
  ofEngine(program.command('watch'))
    .description(
      'the workspace on one screen, live: chats, requests, queue, tasks, hooks, repositories, logins',
    )
    .action((options: ClientOptions) =>
      shell.run(async (terminal) => {
        const { watch } = await import('./watch/watch.ts');
        return withFinder(terminal, options, (clients) => watch(terminal, clients));
      }),
    );
  ofEngine(program.command('search').argument('<words>', 'what was said, in any case', toText))
    .description('find words in what was said, in all chats')
    .option('--limit <results>', 'at most so many', countUpTo(100), 20)
    .option('--json', 'print JSON')
    .action((words: string, { json = false, limit, ...options }: ClientOptions & { limit: number }) =>
      askEngine(shell, options, (terminal, client) => showSearch(terminal, { client, words, limit, json })),
    );
}

function addFiles(program: Command, shell: Shell): void {
  ofEngine(program.command('canvas [file]'))
    .description('what agents drew for people; with a file, its content')
    .option('--json', 'print JSON')
    .action((filename: string | undefined, { json = false, ...options }: ClientOptions) =>
      askEngine(shell, options, (terminal, client) =>
        filename === undefined
          ? listCanvas(terminal, { client, json })
          : printCanvasItem(terminal, { client, filename, json }),
      ),
    );
  addView({ program, shell }, 'previews', {
    description: 'the ports on which processes of the workspace listen',
    show: showPreviews,
  });
}

function addEvents(program: Command, shell: Shell): void {
  ofEngine(program.command('tail').alias('events'))
    .description('print events: from now on, or after an event')
    .option('-f, --follow', 'with --since: go on with what happens from now on')
    .option(
      '--since <id>',
      'begin after this event; "start" begins with the oldest event that is kept',
      toText,
    )
    .addOption(new Option('--from-start', 'the same as --since start').implies({ since: 'start' }))
    .option('--types <types>', 'only these types, separated by commas', toText)
    .option('--chat <id>', 'only events of this chat; the beginning of its id is enough', toText)
    .option('--partial', 'also pieces of text while agents write them')
    .option('--json', 'print events as they are, one JSON object per line')
    .action((options: TailOptions) =>
      shell.run(async (terminal) => {
        const { tail, toCursor, toEventTypes } = await import('./tail.ts');
        const { json = false, follow = false, partial = false, since, types, chat: chatId } = options;
        const range = {
          json,
          follow,
          partial,
          chatId,
          since: since === undefined ? undefined : toCursor(since),
          types: types === undefined ? undefined : toEventTypes(types),
        };
        return withEngine(terminal, options, (client) => tail(terminal, { client, ...range }));
      }),
    );
}

function toPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It is a number from 0 to 65535.');
}

function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (/^\d{1,5}$/.test(text) && count >= 1 && count <= most) return count;
    throw new InvalidArgumentError(`It is a number from 1 to ${most}.`);
  };
}
