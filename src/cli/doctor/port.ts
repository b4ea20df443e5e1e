import { createServer } from 'node:net';
import { bad, good, type Check, type Finding } from './check.ts';
import { findOwner } from './port-owner.ts';
import type { RunningEngine } from './running-engine.ts';

export interface PortOptions {
  host: string;
  port: number;
  /** The engine that answers there; null when nobody does, or somebody else. */
  find: () => Promise<RunningEngine | null>;
}

/** Whether an engine has the port, or could take it. */
export function portCheck({ host, port, find }: PortOptions): Check {
  return {
    name: 'port',
    async examine() {
      if ((await find()) !== null) return good(`${port} is used by an engine of ours`);
      const code = await tryToListen(host, port);
      return code === null ? good(`${port} is free`) : explain({ host, port, code });
    },
  };
}

/** Why nobody can listen there; null when one can. */
async function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

function explain({ host, port, code }: { host: string; port: number; code: string }): Finding {
  if (code === 'EADDRINUSE') return explainUse(host, port);
  const text = `${host}:${port} cannot be listened on (${code})`;
  return bad(text, REMEDIES[code] ?? 'Check HOST and PORT.');
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: 'Ports below 1024 belong to root: set another PORT.',
  EADDRNOTAVAIL: 'HOST is no address of this machine; 0.0.0.0 is all of them.',
};

function explainUse(host: string, port: number): Finding {
  const owner = findOwner(port);
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
