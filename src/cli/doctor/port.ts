import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { allProcessIds, openFilesOf } from '../../processes/process-table.ts';
import { LISTENING, socketsIn } from '../../processes/tcp-table.ts';
import { attempt } from '../../storage/attempt.ts';
import { bad, good, type Finding } from './check.ts';
import type { RunningEngine } from './running-engine.ts';

export interface PortOptions {
  host: string;
  port: number;
  /** The engine that answers there; null when nobody does, or somebody else. */
  find: () => Promise<RunningEngine | null>;
}

/** Whether an engine has the port, or could take it. */
export async function examinePort({ host, port, find }: PortOptions): Promise<Finding> {
  if ((await find()) !== null) return good(`${port} is used by a running engine`);
  const code = await tryToListen(host, port);
  return code === null ? good(`${port} is free`) : explain({ host, port, code });
}

/** Why nobody can listen there; null when one can. */
async function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

async function explain({ host, port, code }: { host: string; port: number; code: string }): Promise<Finding> {
  if (code === 'EADDRINUSE') return explainUse(host, port);
  const text = `${host}:${port} cannot be listened on (${code})`;
  return bad(text, REMEDIES[code] ?? 'Check HOST and PORT.');
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Ports below 1024 belong to root: set another PORT.',
  EADDRNOTAVAIL: 'HOST is no address of this machine; 0.0.0.0 is all of them.',
};

async function explainUse(host: string, port: number): Promise<Finding> {
  const owner = await findOwner(port);
  return owner === null
    ? bad(
        `${host}:${port} is used by a process of another user`,
        `\`sudo ss -ltnp 'sport = :${port}'\` names it: stop it, or set another PORT.`,
      )
    : bad(
        `${host}:${port} is used by ${owner.program}, process ${owner.pid}, which does not answer as an engine`,
        `Stop it with \`kill ${owner.pid}\`, or set another PORT.`,
      );
}

/** Who listens on a port of this machine; null when that is not ours to see. */
async function findOwner(port: number): Promise<{ pid: number; program: string } | null> {
  const sockets = (await socketsIn(LISTENING)).filter((socket) => socket.port === port);
  const links = new Set(sockets.map(({ inode }) => `socket:[${inode}]`));
  const pid = allProcessIds().find((candidate) => openFilesOf(candidate).some((link) => links.has(link)));
  return pid === undefined ? null : { pid, program: programOf(pid) };
}

/** Its name alone: what stands behind it may be secret. */
function programOf(pid: number): string {
  const [program = ''] = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '').split('\0');
  return basename(program) || 'a program';
}
