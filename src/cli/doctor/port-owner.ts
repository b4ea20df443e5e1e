import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { LISTENING, socketsIn } from '../../processes/tcp-table.ts';
import { attempt } from '../../storage/attempt.ts';

export interface Owner {
  pid: number;
  program: string;
}

/** Who listens on a port of this machine; null when that is not ours to see. */
export function findOwner(port: number): Owner | null {
  const sockets = socketsIn(LISTENING).filter((socket) => socket.port === port);
  const links = new Set(sockets.map(({ inode }) => `socket:[${inode}]`));
  if (links.size === 0) return null;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const pid = pids.find((candidate) => openFiles(candidate).some((link) => links.has(link)));
  return pid === undefined ? null : { pid: Number(pid), program: programOf(pid) };
}

/** None where the process has ended, or belongs to another user. */
function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return attempt(() => readdirSync(folder), []).map((file) =>
    attempt(() => readlinkSync(`${folder}/${file}`), ''),
  );
}

/** Its name alone: what stands behind it may be secret. */
function programOf(pid: string): string {
  const [program = ''] = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '').split('\0');
  return basename(program) || 'a program';
}
