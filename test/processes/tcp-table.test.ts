import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LISTENING, socketsIn } from '../../src/processes/tcp-table.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { write } from '../workspace/git-fixture.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const USER = process.getuid?.() ?? 0;

function row({ local = '0100007F:1435', state = '0A', user = USER, inode = 77 } = {}): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000 ${user} 0 ${inode} 1`;
}

describe('the sockets that wait for connections', () => {
  it.each([
    ['listens on one address', row(), [{ port: 5173, inode: '77', userId: USER }]],
    [
      'listens over IPv6',
      row({ local: `${'0'.repeat(32)}:0050` }),
      [{ port: 80, inode: '77', userId: USER }],
    ],
    ['is connected', row({ state: '01' }), []],
    ["is another user's", row({ user: USER + 1 }), [{ port: 5173, inode: '77', userId: USER + 1 }]],
  ])('one that %s counts accordingly', async (_, line, expected) => {
    const folder = await temporaryFolder();
    write(folder, { tcp: `${HEADER}\n${line}\n` });

    expect(await socketsIn(LISTENING, [join(folder, 'missing'), join(folder, 'tcp')])).toEqual(expected);
  });
});
