import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { HealthSchema } from '../../contract/status.ts';
import type { Paths } from '../../paths.ts';
import { bad, doubtful, good, type Check, type Finding } from './check.ts';

const MIB = 2 ** 20;
const LITTLE_MIB = 1024;
const TOO_LITTLE_MIB = 100;
const HEALTH_LIMIT_MS = 3_000;

/** Whether the engine can keep its files, and nobody else can read them. */
export function homeCheck({ home, replicas, engine }: Paths): Check {
  return {
    name: 'home',
    examine() {
      if (!isWritable(home))
        return bad(`${home} is not writable`, `Give it to this user: chown -R $(id -u) ${home}`);
      const open = [replicas, engine].filter((folder) => existsSync(folder) && isOpenToOthers(folder));
      return open.length === 0
        ? good(home)
        : doubtful(`${open.join(' and ')} can be read by others`, `chmod 700 ${open.join(' ')}`);
    },
  };
}

export function diskCheck({ home }: Paths): Check {
  return {
    name: 'disk',
    async examine() {
      const { bavail, bsize } = await statfs(home);
      const free = Math.floor((bavail * bsize) / MIB);
      const text = `${free} MiB free`;
      if (free < TOO_LITTLE_MIB)
        return bad(text, `Make room in ${home}: with a full disk no message is accepted.`);
      return free < LITTLE_MIB ? doubtful(text, `Make room in ${home}.`) : good(text);
    },
  };
}

/** Whether the port is free, or an engine answers on it already. */
export function portCheck({ host, port }: { host: string; port: number }): Check {
  return {
    name: 'port',
    async examine() {
      const health = await readHealth(port);
      if (health !== null) return good(`${port}: an engine ${health.version} answers, ${health.boot.state}`);
      return tryToListen(host, port);
    },
  };
}

async function readHealth(port: number) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/health`, {
      signal: AbortSignal.timeout(HEALTH_LIMIT_MS),
    });
    return HealthSchema.safeParse(await response.json()).data ?? null;
  } catch {
    // Nobody, or somebody else.
    return null;
  }
}

async function tryToListen(host: string, port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(
        bad(
          `${host}:${port} cannot be listened on (${error.code})`,
          'Stop what uses it, or set another PORT.',
        ),
      ),
    );
    server.listen(port, host, () => server.close(() => resolve(good(`${port} is free`))));
  });
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isOpenToOthers(folder: string): boolean {
  return (statSync(folder).mode & 0o077) !== 0;
}
