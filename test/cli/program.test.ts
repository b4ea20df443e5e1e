import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { CliError } from '../../src/cli/terminal.ts';
import { openTestTerminal } from './stand-in.ts';

describe('the command line', () => {
  it.each([[[]], [['serve']]])('serves when it says %j', async (words) => {
    expect(await run(words)).toEqual({ served: true, complaint: '' });
  });

  it.each([
    ['nonsense', "error: unknown command 'nonsense'\n(--help says more)\n"],
    ['statsu', "error: unknown command 'statsu'\n(Did you mean status?)\n(--help says more)\n"],
    ['doctr', "error: unknown command 'doctr'\n(Did you mean doctor?)\n(--help says more)\n"],
  ])('names the unknown command %s, and the nearest that there is', async (word, complaint) => {
    expect(await run([word])).toEqual({ served: false, complaint });
  });

  it.each([
    [['hooks', 'chek'], "unknown command 'chek'\n(Did you mean check?)"],
    [['machines', 'print'], "unknown command 'print'"],
    [['serve', 'nonsense'], "too many arguments for 'serve'"],
    [['--prot'], "unknown option '--prot'"],
    [['send', 'hello', '--chat', ''], "option '--chat <id>' argument '' is invalid. It is empty."],
    [['send', 'hello', '--new', '--chat', 'a'], "option '--new' cannot be used with option '--chat <id>'"],
    [['tail', '--since', ' '], "option '--since <id>' argument ' ' is invalid. It is empty."],
    [['search', ' '], "command-argument value ' ' is invalid for argument 'words'. It is empty."],
    [['budget', '--usd', '-1'], "option '--usd <dollars>' argument '-1' is invalid. It is a number above 0."],
    [
      ['budget', '--turns', '1.5'],
      "option '--turns <turns>' argument '1.5' is invalid. It is a whole number.",
    ],
    [['budget', '--none', '--usd', '1'], "option '--none' cannot be used with option '--usd <dollars>'"],
    [['search', 'a', '--limit', '101'], 'It is a number from 1 to 100.'],
    [['drain', '--hand-over', '--limit', '86401'], 'It is a number from 1 to 86400.'],
    [['status', '--secret', ''], "option '--secret <secret>' argument '' is invalid. It is empty."],
  ])('names what is wrong with %j', async (words, complaint) => {
    expect(await run(words)).toEqual({ served: false, complaint: expect.stringContaining(complaint) });
  });
});

it.each([
  [['send', 'hello', '--title', 'x'], '--title is the title of a new chat: add --new.'],
  [['send', '  '], 'There is nothing to send: the message is empty.'],
])('a command that cannot be meant is refused before an engine is asked: %j', async (words, complaint) => {
  const failures: unknown[] = [];
  const nobody = () => Promise.resolve();
  const program = createProgram(
    {
      serve: nobody,
      dev: nobody,
      loadWorkspaceFiles: noFiles,
      run: async (command) => {
        await command(openTestTerminal()).catch((error: unknown) => failures.push(error));
      },
    },
    words,
  );

  await program.parseAsync(words, { from: 'user' });

  expect(failures).toEqual([new CliError(complaint, 2)]);
});

it.each([['tail'], ['events']])('%s --from-start begins with the oldest event', async (word) => {
  const nobody = () => Promise.resolve();
  const program = createProgram({ serve: nobody, dev: nobody, run: nobody, loadWorkspaceFiles: noFiles }, [
    word,
  ]);

  await program.parseAsync([word, '--from-start'], { from: 'user' });

  const tail = program.commands.find((command) => command.name() === 'tail');
  expect(tail?.opts()).toEqual({ fromStart: true, since: 'start' });
});

/** Whether these words start an engine, and what is said of them otherwise. */
async function run(words: readonly string[]): Promise<{ served: boolean; complaint: string }> {
  const result = { served: false, complaint: '' };
  const nobody = () => Promise.resolve();
  const serve = async () => void (result.served = true);
  const program = createProgram({ serve, dev: nobody, run: nobody, loadWorkspaceFiles: noFiles }, words);
  const hear = { writeErr: (text: string) => void (result.complaint += text) };
  for (const command of [program, ...program.commands]) command.configureOutput(hear);
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
  });
  return result;
}

function noFiles(): Promise<never> {
  return Promise.reject(new Error('No workspace is exported here.'));
}
