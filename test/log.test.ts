import { expect, it } from 'vitest';
import { createLog } from '../src/log.ts';

it('prints one JSON line per call, with its level as a word', () => {
  expect(linesOf([], (log) => log.warn({ chatId: 'c1' }, 'turn lost'))).toEqual([
    { level: 'warn', time: expect.any(String), chatId: 'c1', msg: 'turn lost' },
  ]);
});

it('prints nothing below its level', () => {
  expect(linesOf([], (log) => log.debug('hidden'))).toEqual([]);
});

it('never prints a secret it was told about, wherever it stands', () => {
  const [line] = linesOf(['pa"ss'], (log) => log.info({ deep: { list: ['x pa"ss y'] } }, 'with pa"ss'));

  expect(line).toMatchObject({ deep: { list: ['x [redacted] y'] }, msg: 'with [redacted]' });
});

it('takes a short secret for one only where it stands alone', () => {
  expect(linesOf(['s'], (log) => log.info({ text: 's, as such (s)' }, 'msg'))).toEqual([
    expect.objectContaining({ level: 'info', text: '[redacted], as such ([redacted])', msg: 'msg' }),
  ]);
});

it('never prints a long secret, not even within a word', () => {
  expect(linesOf(['p.a+s$w(o)rd'], (log) => log.info('xp.a+s$w(o)rdx'))).toEqual([
    expect.objectContaining({ msg: 'x[redacted]x' }),
  ]);
});

it.each([
  ['a field with a telling name', { accessToken: 'a"b' }, { accessToken: '[redacted]' }],
  [
    'a field of JSON that was logged as text',
    { body: '{"api_key":"a","n":1}' },
    { body: '{"api_key":"[redacted]","n":1}' },
  ],
  ['an Anthropic key', { text: 'key sk-ant-api03-abcdefghijklmnop.' }, { text: 'key [redacted].' }],
  ['a GitHub token', { text: 'ghs_abcdefghijklmnopqrst' }, { text: '[redacted]' }],
  ['an AWS key id', { text: 'AKIAABCDEFGHIJKLMNOP' }, { text: '[redacted]' }],
  ['a JSON Web Token', { text: 'eyJhbGciOiJI.eyJzdWIiOiIx.c2ln' }, { text: '[redacted]' }],
  ['an Authorization value', { text: 'Bearer abcdefgh' }, { text: 'Bearer [redacted]' }],
  [
    'the query of a URL',
    { text: 'Invalid URL: http://x:99999/events?token=abc' },
    { text: 'Invalid URL: http://x:99999/events?[redacted]' },
  ],
  [
    'the query of a URL with an anchor',
    { url: 'https://host/x?a=b&c=d#e' },
    { url: 'https://host/x?[redacted]' },
  ],
  ['a password in a URL', { text: 'https://me:pw@host/x' }, { text: 'https://me:[redacted]@host/x' }],
])('redacts %s', (_name, fields, redacted) => {
  expect(linesOf([], (log) => log.info(fields, 'm'))).toEqual([expect.objectContaining(redacted)]);
});

it('prints no query of a URL that stands beside an error', () => {
  const error = Object.assign(new TypeError('Invalid URL'), { input: 'http://x:99999/health?key=abc' });
  expect(linesOf([], (log) => log.fatal({ err: error }, 'the engine cannot go on'))).toEqual([
    expect.objectContaining({
      err: expect.objectContaining({
        message: 'Invalid URL',
        input: 'http://x:99999/health?[redacted]',
      }) as unknown,
    }),
  ]);
});

it('leaves counts of tokens alone', () => {
  expect(linesOf([], (log) => log.info({ inputTokens: 7 }, 'm'))).toEqual([
    expect.objectContaining({ inputTokens: 7 }),
  ]);
});

function linesOf(secrets: string[], use: (log: ReturnType<typeof createLog>) => void): unknown[] {
  const lines: unknown[] = [];
  use(createLog({ level: 'info', secrets, output: { write: (line) => lines.push(JSON.parse(line)) } }));
  return lines;
}
