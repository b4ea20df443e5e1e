import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toCommandLine } from '../../src/previews/command-line.ts';
import { listeningSockets } from '../../src/previews/listening-sockets.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { write } from '../workspace/git-fixture.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const USER = process.getuid?.() ?? 0;

function row({ local = '0100007F:1435', state = '0A', user = USER, inode = 77 } = {}): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 ${user} 0 ${inode} 1`;
}

describe('the sockets of the workspace', () => {
  it.each([
    ['listens on one address', row(), [{ port: 5173, inode: '77' }]],
    ['listens over IPv6', row({ local: `${'0'.repeat(32)}:0050` }), [{ port: 80, inode: '77' }]],
    ['is connected', row({ state: '01' }), []],
    ["is another user's", row({ user: USER + 1 }), []],
  ])('one that %s counts accordingly', async (_, line, expected) => {
    const folder = await temporaryFolder();
    write(folder, { tcp: `${HEADER}\n${line}\n` });

    expect(listeningSockets([join(folder, 'missing'), join(folder, 'tcp')])).toEqual(expected);
  });
});

describe('a command as it is shown', () => {
  it.each([
    [['npm', 'run', 'dev'], 'npm run dev'],
    [['server', '--api-key', 'abc', '--port', '80'], 'server --api-key [redacted] --port 80'],
    [['server', '--token=abc', 'DB_PASSWORD=x=y'], 'server --token=[redacted] DB_PASSWORD=[redacted]'],
    [['server', '--auth=none', 'next'], 'server --auth=[redacted] next'],
    [['sh', '-c', 'one\n  two'], 'sh -c one two'],
    [['x'.repeat(300)], `${'x'.repeat(199)}…`],
  ])('%j is %s', (words, shown) => {
    expect(toCommandLine(words)).toBe(shown);
  });
});
