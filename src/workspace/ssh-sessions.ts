import { readFileSync } from 'node:fs';

const SSH_PORT = 22;
const ESTABLISHED = '01';
/** The kernel's tables of TCP connections. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** Whether somebody is logged in over SSH: an established TCP connection to port 22 of this machine. */
export function hasActiveSshSessions(tables: readonly string[] = TABLES): boolean {
  return tables.some(hasSshConnection);
}

function hasSshConnection(table: string): boolean {
  return readTable(table).some((row) => {
    const [, local = '', , state] = row.trim().split(/\s+/);
    return state === ESTABLISHED && Number.parseInt(local.split(':').at(-1) ?? '', 16) === SSH_PORT;
  });
}

function readTable(table: string): string[] {
  try {
    return readFileSync(table, 'utf8').split('\n').slice(1);
  } catch {
    return []; // Without IPv6 there is no such table.
  }
}

/** What `look` saw, looked up again only after `milliseconds`: for counters that are read at every step. */
export function rememberBriefly<Value>(look: () => Value, milliseconds: number): () => Value {
  let seen: { value: Value; at: number } | undefined;
  return () => {
    const now = performance.now();
    if (seen === undefined || now - seen.at >= milliseconds) seen = { value: look(), at: now };
    return seen.value;
  };
}
