import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasActiveSshSessions, watchSshSessions } from '../../src/workspace/ssh-sessions.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { write } from './git-fixture.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';

function row(local: string, remote: string, state: string): string {
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 1234 1`;
}

it.each([
  ['somebody is connected to port 22', row('0100007F:0016', '0200007F:D431', '01'), true],
  ['the connection came over IPv6', row(`${'0'.repeat(31)}1:0016`, `${'0'.repeat(31)}2:D431`, '01'), true],
  ['the server only listens', row('00000000:0016', '00000000:0000', '0A'), false],
  ['the connection is being closed', row('0100007F:0016', '0200007F:D431', '06'), false],
  ['this machine is connected to another one', row('0100007F:D431', '0200007F:0016', '01'), false],
  ['the connection is to another port', row('0100007F:1600', '0200007F:D431', '01'), false],
])('when %s, that counts accordingly', async (_name, line, expected) => {
  const folder = await temporaryFolder();
  write(folder, { tcp: `${HEADER}\n${line}\n` });

  expect(await hasActiveSshSessions([join(folder, 'missing'), join(folder, 'tcp')])).toBe(expected);
});

it('the tables of this machine can be read', async () => {
  expect(await hasActiveSshSessions()).toBeTypeOf('boolean');
});

it('logins are looked for again and again, until nobody wants to know', async () => {
  let looks = 0;
  const done = await new Promise<{ isActive: boolean }>((resolve) => {
    const watch = watchSshSessions(1, () => {
      looks += 1;
      if (looks < 3) return;
      watch.close();
      resolve(watch);
    });
  });

  expect(done.isActive).toBe(await hasActiveSshSessions());
});
