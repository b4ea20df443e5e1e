import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { RUN_MARKER } from '../processes/run.ts';
import type { TcpSocket } from '../processes/tcp-table.ts';

/** Who listens on a port. */
export interface Listener {
  port: number;
  pid: number;
  /** Its arguments. */
  words: string[];
  /** The run of ours that it descends from. */
  runId: string | undefined;
}

/**
 * The processes of the workspace that hold these sockets, by port; of several that hold one, the first that was started
 * counts. Of the workspace is what descends from a run of ours or works below the home; never this process itself.
 */
export async function findListeners(
  sockets: readonly TcpSocket[],
  { home }: { home: string },
): Promise<Listener[]> {
  const portOf = new Map(sockets.map(({ inode, port }) => [`socket:[${inode}]`, port]));
  const found = new Map<number, Listener>();
  for (const pid of await ownProcesses()) {
    const ports = await portsOf(pid, portOf);
    const isNew = ports.some((port) => !found.has(port));
    const listener = isNew ? await describe(pid, home) : undefined;
    if (listener === undefined) continue;
    for (const port of ports) if (!found.has(port)) found.set(port, { port, ...listener });
  }
  return [...found.values()].toSorted((one, other) => one.port - other.port);
}

/** Lowest number first, which is most likely the parent. */
async function ownProcesses(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const user = process.getuid?.();
  const seen = await Promise.all(
    pids.map(async (pid) => {
      const owner = await stat(`/proc/${pid}`).catch(() => undefined); // gone
      return owner?.uid === user && pid !== process.pid ? [pid] : [];
    }),
  );
  return seen.flat().toSorted((one, other) => one - other);
}

async function portsOf(pid: number, portOf: ReadonlyMap<string, number>): Promise<number[]> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []); // gone, or not for us to look at
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`${folder}/${descriptor}`).catch(() => '')),
  );
  return [...new Set(targets.flatMap((target) => portOf.get(target) ?? []))];
}

/** Undefined when it is none of the workspace's. */
async function describe(pid: number, home: string): Promise<Omit<Listener, 'port'> | undefined> {
  const [variables, words, folder] = await Promise.all([
    listIn(`/proc/${pid}/environ`),
    listIn(`/proc/${pid}/cmdline`),
    readlink(`/proc/${pid}/cwd`).catch(() => ''),
  ]);
  const prefix = `${RUN_MARKER}=`;
  const runId = variables.find((one) => one.startsWith(prefix))?.slice(prefix.length);
  const isAtHome = folder === home || folder.startsWith(`${home}/`);
  return runId !== undefined || isAtHome ? { pid, words, runId } : undefined;
}

async function listIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => ''); // gone
  return text.split('\0').filter((word) => word !== '');
}
