import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { Screen } from '../../../src/cli/chat/screen.ts';

it('completes what was typed at Tab, and leaves alone what was typed meanwhile', async () => {
  const entered: string[] = [];
  const asked: string[] = [];
  const input = new PassThrough();
  const screen = new Screen({
    input,
    output: new PassThrough(),
    onLine: (line) => entered.push(line),
    onInterrupt: () => undefined,
    onLeave: () => undefined,
    complete: async (typed) => (asked.push(typed), typed.endsWith('@no') ? 'Look at @demo/NOTES.md ' : null),
  });
  onTestFinished(() => screen.close());

  input.write('Look at @no\t');
  await expect.poll(() => asked).toEqual(['Look at @no']);
  input.write('now\r');
  await expect.poll(() => entered).toEqual(['Look at @demo/NOTES.md now']);

  input.write('@no\t');
  input.write(' or\r');
  await expect.poll(() => entered).toHaveLength(2);
  expect(entered[1]).toBe('@no or');
});

it('takes what is pasted for one message, lines, tabs and all, which Enter sends and Ctrl-C drops', async () => {
  const entered: string[] = [];
  const [input, output] = [new PassThrough(), new PassThrough()];
  const nobody = () => undefined;
  const screen = new Screen({
    input,
    output,
    onLine: (line) => entered.push(line),
    onInterrupt: nobody,
    onLeave: nobody,
    complete: () => Promise.resolve(null),
  });
  const paste = (text: string) => input.write(`\u001B[200~${text}\u001B[201~`);
  expect(String(output.read())).toContain('\u001B[?2004h');

  input.write('Look: ');
  paste('if (a) {\r\tb();\r\r}');
  await expect.poll(() => String(output.read())).toContain('> … 3 lines pasted\n> ');
  input.write(' now\r');
  await expect.poll(() => entered).toEqual(['Look: if (a) {\n\tb();\n\n} now']);

  paste('one\rtwo');
  input.write('\u0003three\r');
  await expect.poll(() => entered.slice(1)).toEqual(['three']);
  screen.close();
  expect(String(output.read())).toContain('\u001B[?2004l');
});

it('shows no more of what is being written than a third of a low terminal', () => {
  const output = Object.assign(new PassThrough(), { columns: 30, rows: 9 });
  const nobody = () => undefined;
  const screen = new Screen({
    input: new PassThrough(),
    output,
    onLine: nobody,
    onInterrupt: nobody,
    onLeave: nobody,
    complete: () => Promise.resolve(null),
  });
  onTestFinished(() => screen.close());
  output.read();

  screen.setFooter({ unfinished: 'one\ntwo\nthree\nfour', status: 'Writing' });
  const [lines, text] = [String(output.read()), 'x'.repeat(500)];
  expect([lines.includes('one'), lines.includes('two\nthree\nfour\nWriting\n> ')]).toEqual([false, true]);

  screen.setFooter({ unfinished: text });
  expect(/x+/.exec(String(output.read()))?.[0]).toHaveLength(3 * 30 - 1);
});

it('goes back no further than its own lines when the terminal becomes wider', () => {
  const output = Object.assign(new PassThrough(), { columns: 30 });
  const nobody = () => undefined;
  const screen = new Screen({
    input: new PassThrough(),
    output,
    onLine: nobody,
    onInterrupt: nobody,
    onLeave: nobody,
    complete: () => Promise.resolve(null),
  });
  onTestFinished(() => screen.close());
  screen.setFooter({ unfinished: 'a line of more than thirty characters', status: 'Writing' });
  output.read();

  output.columns = 100;
  output.emit('resize');

  // One row of text, one of status, above the row with what is typed.
  const drawn = String(output.read());
  expect(drawn.startsWith('\u001B[2A')).toBe(true);
  expect(drawn).toContain('a line of more than thirty characters\nWriting\n> ');
});
