import { readFile } from 'node:fs/promises';

/** States of a connection, as the kernel numbers them. */
export const ESTABLISHED = '01';
export const LISTENING = '0A';

/** The kernel's tables of TCP sockets. Without IPv6 there is no second one. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

export interface TcpSocket {
  /** Of this machine. */
  port: number;
  inode: string;
  userId: number;
}

/** The sockets in a state, one look at each table. It takes the kernel milliseconds, whatever stands in them. */
export async function socketsIn(state: string, tables: readonly string[] = TABLES): Promise<TcpSocket[]> {
  const texts = await Promise.all(tables.map((table) => readFile(table, 'latin1').catch(() => '')));
  const rows = texts.flatMap((text) => text.split('\n').slice(1));
  return rows.flatMap((row) => {
    if (!row.includes(` ${state} `)) return []; // before the row is taken apart: there may be many
    const [, local = '', , itsState, , , , user, , inode = ''] = row.trim().split(/\s+/);
    const port = Number.parseInt(local.split(':').at(-1) ?? '', 16);
    return itsState === state ? [{ port, inode, userId: Number(user) }] : [];
  });
}
