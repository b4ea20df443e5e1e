import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { FullScreen } from '../../../src/cli/watch/full-screen.ts';

function open(size: { columns?: number; rows?: number }) {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), { setRawMode: (isRaw: boolean) => raw.push(isRaw) });
  const output = Object.assign(new PassThrough(), size);
  let left = 0;
  const screen = new FullScreen({ input, output, onLeave: () => void (left += 1) });
  const drawn = () => String(output.read() ?? '');
  return { screen, input, output, drawn, raw, leaves: () => left };
}

it('draws what is new, and again when the terminal has another size', () => {
  const { screen, output, drawn } = open({ columns: 80, rows: 24 });
  drawn();

  screen.draw((rows) => [`${rows} rows`]);
  expect(drawn()).toContain('24 rows');
  screen.draw((rows) => [`${rows} rows`]);
  expect(drawn()).toBe('');
  output.rows = 6;
  screen.draw((rows) => [`${rows} rows`]);
  expect(drawn()).toContain('6 rows');
  output.columns = 20;
  screen.draw((rows) => [`${rows} rows`]);
  expect(drawn()).toContain('6 rows');
});

it('takes a terminal that does not tell its size for one of 24 rows', () => {
  const { screen, drawn } = open({});

  screen.draw((rows) => [`${rows} rows`]);

  expect(drawn()).toContain('24 rows');
});

it.each(['q', '\u0003', '\u0004'])('is left at %j, and at no other key', async (key) => {
  const { input, leaves } = open({});

  input.write('x');
  await new Promise((resolve) => setImmediate(resolve));
  expect(leaves()).toBe(0);
  input.write(key);
  await expect.poll(leaves).toBe(1);
});

it('gives the terminal back as it was', async () => {
  const { screen, output, raw } = open({});

  screen.close();
  output.end();

  expect(raw).toEqual([true, false]);
  const ends = ['\u001B[?7h', '\u001B[?25h', '\u001B[?1049l'].join('');
  expect((await text(output)).endsWith(ends)).toBe(true);
});
