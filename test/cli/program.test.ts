import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';

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
  ])('names what is wrong with %j', async (words, complaint) => {
    expect(await run(words)).toEqual({ served: false, complaint: expect.stringContaining(complaint) });
  });
});

/** Whether these words start an engine, and what is said of them otherwise. */
async function run(words: readonly string[]): Promise<{ served: boolean; complaint: string }> {
  const result = { served: false, complaint: '' };
  const nobody = () => Promise.resolve();
  const serve = async () => void (result.served = true);
  const program = createProgram({ serve, dev: nobody, run: nobody }, words);
  const hear = { writeErr: (text: string) => void (result.complaint += text) };
  for (const command of [program, ...program.commands]) command.configureOutput(hear);
  await program.parseAsync(words, { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
  });
  return result;
}
