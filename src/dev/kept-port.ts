import { readFile, writeFile } from 'node:fs/promises';

/**
 * Starts a server on the port it had the last time, so that an agent that outlived it finds it again; on any free one
 * the first time, and while the kept one is taken.
 */
export async function startOnKeptPort<Server extends { url: string }>(
  file: string,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  const kept = await readPort(file);
  if (kept !== null) return start(kept).catch((error: unknown) => (isTaken(error) ? start(0) : fail(error)));
  const server = await start(0);
  await writeFile(file, `${new URL(server.url).port}\n`, { mode: 0o600 });
  return server;
}

/** Null when there is none yet, or something else than a port. */
async function readPort(file: string): Promise<number | null> {
  const port = Number(await readFile(file, 'utf8').catch(() => ''));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function fail(error: unknown): never {
  throw error;
}
