import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { Screen, type ScreenOptions } from '../../../src/cli/chat/screen.ts';

it('completes what was typed at Tab, and leaves alone what was typed meanwhile', async () => {
  const asked: string[] = [];
  const { input, entered } = openScreen({
    complete: async (typed) => (asked.push(typed), typed.endsWith('@no') ? 'Look at @demo/NOTES.md ' : null),
  });

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
  const output = new PassThrough();
  const { screen, input, entered } = openScreen({ output });
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
  const { screen } = openScreen({ output });
  output.read();

  screen.setFooter({ unfinished: 'one\ntwo\nthree\nfour', status: 'Writing' });
  const [lines, text] = [String(output.read()), 'x'.repeat(500)];
  expect([lines.includes('one'), lines.includes('two\nthree\nfour\nWriting\n> ')]).toEqual([false, true]);

  screen.setFooter({ unfinished: text });
  expect(/x+/.exec(String(output.read()))?.[0]).toHaveLength(3 * 30 - 1);
});

it('goes back no further than its own lines when the terminal becomes wider', () => {
  const output = Object.assign(new PassThrough(), { columns: 30 });
  const { screen } = openScreen({ output });
  screen.setFooter({ unfinished: 'a line of more than thirty characters', status: 'Writing' });
  output.read();

  output.columns = 100;
  output.emit('resize');

  // One row of text, one of status, above the row with what is typed.
  const drawn = String(output.read());
  expect(drawn.startsWith('\u001B[2A')).toBe(true);
  expect(drawn).toContain('a line of more than thirty characters\nWriting\n> ');
});

function openScreen(options: Partial<ScreenOptions>) {
  const entered: string[] = [];
  const input = new PassThrough();
  const screen = new Screen({
    input,
    output: new PassThrough(),
    onLine: (line) => entered.push(line),
    onInterrupt: () => undefined,
    onLeave: () => undefined,
    complete: () => Promise.resolve(null),
    ...options,
  });
  onTestFinished(() => screen.close());
  return { screen, input, entered };
}
