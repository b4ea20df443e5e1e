import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface Owner {
  pid: number;
  program: string;
}

const LISTENING = '0A';
/** The kernel's tables of TCP connections. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/** Who listens on a port of this machine; null when that is not ours to see. */
export function findOwner(port: number): Owner | null {
  const links = new Set(TABLES.flatMap((table) => listenersIn(table, port)));
  if (links.size === 0) return null;
  const pid = processes().find((candidate) => openFiles(candidate).some((link) => links.has(link)));
  return pid === undefined ? null : { pid: Number(pid), program: programOf(pid) };
}

/** Sockets that listen on the port, as the links of open files name them. */
function listenersIn(table: string, port: number): string[] {
  const rows = (readText(table)?.split('\n') ?? []).map((row) => row.trim().split(/\s+/));
  return rows
    .filter(([, local = '', , state]) => state === LISTENING && portOf(local) === port)
    .map((row) => `socket:[${row[9]}]`);
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':').at(-1) ?? '', 16);
}

function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

/** None where the process has ended, or belongs to another user. */
function openFiles(pid: string): string[] {
  const folder = `/proc/${pid}/fd`;
  return unlessGone(() => readdirSync(folder), []).map((file) =>
    unlessGone(() => readlinkSync(`${folder}/${file}`), ''),
  );
}

/** Its name alone: what stands behind it may be secret. */
function programOf(pid: string): string {
  const [program = ''] = (readText(`/proc/${pid}/cmdline`) ?? '').split('\0');
  return basename(program) || 'a program';
}

/** Without IPv6 there is no such table; processes end. */
function readText(file: string): string | null {
  return unlessGone(() => readFileSync(file, 'utf8'), null);
}

function unlessGone<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
