import { readFileSync } from 'node:fs';

/** The kernel's tables of TCP sockets. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LISTENING = '0A';

export interface ListeningSocket {
  inode: string;
  port: number;
}

/** The sockets on which this user's processes wait for connections, one look at each table. */
export function listeningSockets(tables: readonly string[] = TABLES): ListeningSocket[] {
  return tables.flatMap((table) => rowsOf(table).flatMap(toSocket));
}

function rowsOf(table: string): string[] {
  try {
    return readFileSync(table, 'latin1').split('\n').slice(1);
  } catch {
    return []; // Without IPv6 there is no such table.
  }
}

function toSocket(row: string): ListeningSocket[] {
  if (!row.includes(` ${LISTENING} `)) return []; // before the row is taken apart: there may be many
  const [, local = '', , state, , , , user, , inode] = row.trim().split(/\s+/);
  if (state !== LISTENING || Number(user) !== process.getuid?.() || inode === undefined) return [];
  return [{ inode, port: Number.parseInt(local.split(':').at(-1) ?? '', 16) }];
}
