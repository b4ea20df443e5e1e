import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { createActor, toPromise } from 'xstate';
import { createDrivers } from '../agents/registry.ts';
import { readManifest } from '../archive/manifests.ts';
import { openObjectStore } from '../archive/open-object-store.ts';
import { reasonOf } from '../contract/reason-of.ts';
import { parseEnvironment, type Environment, type EngineEnvironment } from '../environment/engine-env.ts';
import { createPaths } from '../environment/paths.ts';
import { createLog } from '../log.ts';
import { isToBeRestored } from '../restore/restoration.ts';
import { agentOptions } from './agent-options.ts';
import { openArchive } from './open-archive.ts';
import { openCredentials } from './open-credentials.ts';
import { openHome, type Home } from './open-home.ts';
import { createClient } from './start-actors.ts';

/** Why a workspace cannot be exported or imported, and what to do. */
export class WorkspaceFileError extends Error {
  override readonly name = 'WorkspaceFileError';
}

export interface WorkspaceFileOptions {
  variables: Environment;
  file: string;
}

/**
 * Writes what an archive has of the workspace into one file, and tells what is left out; no engine may run in its home.
 * @throws {WorkspaceFileError} and {EngineError} `ENVIRONMENT_INVALID`, `HOME_IN_USE`.
 */
export async function exportWorkspace(options: WorkspaceFileOptions): Promise<string[]> {
  return withFolder(options, async ({ environment, folder, file }) => {
    const { WORKSPACE_HOME: place } = environment;
    if (await isToBeRestored(createPaths(place)).catch(() => true))
      throw new WorkspaceFileError(`There is no workspace in ${place}: set WORKSPACE_HOME.`);
    const omitted = await withHome(environment, archive);
    await pack(folder, file);
    return omitted;
  });
}

/**
 * Brings an exported workspace into a home in which no engine ever was, and tells what is missing; the next engine that
 * starts there goes on with it.
 * @throws {WorkspaceFileError} and {EngineError} `ENVIRONMENT_INVALID`, `HOME_IN_USE`.
 */
export async function importWorkspace(options: WorkspaceFileOptions): Promise<string[]> {
  return withFolder(options, async ({ environment, folder, file }) => {
    const { WORKSPACE_HOME: place, WORKSPACE_ID: workspaceId } = environment;
    if (!(await isToBeRestored(createPaths(place)).catch(() => true)))
      throw new WorkspaceFileError(`There is a workspace in ${place} already: import into an empty home.`);
    await execa('tar', ['--extract', '--no-same-owner', '--file', file, '--directory', folder]).catch(() => {
      throw new WorkspaceFileError(`${file} cannot be read as an exported workspace.`);
    });
    if ((await readManifest(await openObjectStore({ kind: 'file', folder }, workspaceId))) === null)
      throw new WorkspaceFileError(`${file} has no workspace "${workspaceId}": set WORKSPACE_ID to its own.`);
    return withHome(environment, async ({ restored }) =>
      (restored?.missing ?? []).map(({ message }) => message),
    );
  });
}

interface Unpacked {
  environment: EngineEnvironment;
  /** Holds the archive that is packed, or was. */
  folder: string;
  file: string;
}

async function withFolder<Result>(
  { variables, file }: WorkspaceFileOptions,
  work: (unpacked: Unpacked) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'replicas-workspace-'));
  try {
    const alone = { ...variables, REPLICA_LOG_URL: undefined, ARCHIVE_URL: `file://${folder}` };
    return await work({ environment: parseEnvironment(alone), folder, file: resolve(file) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function withHome<Result>(
  environment: EngineEnvironment,
  work: (home: Home) => Promise<Result>,
): Promise<Result> {
  const log = createLog({ level: 'fatal', secrets: [environment.REPLICAS_ENGINE_SECRET] });
  const home = await openHome({ environment, log, onFatal: () => undefined });
  try {
    return await work(home);
  } finally {
    await home.outbox.close();
    await home.journal.close();
    await home.history.close();
    await home.lock.release();
  }
}

/** As a whole, readable for its owner alone. */
async function pack(folder: string, file: string): Promise<void> {
  const partial = `${file}.partial`;
  try {
    await execa('tar', ['--create', '--file', partial, '--directory', folder, '.']);
    await chmod(partial, 0o600);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw new WorkspaceFileError(`${file} cannot be written: ${reasonOf(error)}`);
  }
}

/** What could not be taken, and why. */
async function archive(home: Home): Promise<string[]> {
  const { signal } = new AbortController();
  const credentials = await openCredentials(home, createClient(home, signal));
  const drivers = await createDrivers(agentOptions(home, credentials, (text) => text)); // none is started
  const recording = { onRest: () => () => undefined };
  const opened = await openArchive(home, { drivers, recording, epoch: () => null, signal });
  if (opened === null) return [];
  const taking = toPromise(createActor(opened.actors.takeArchive).start());
  const end = await taking.catch((error: unknown) => {
    throw new WorkspaceFileError(`The workspace cannot be exported: ${reasonOf(error)}`);
  });
  return end.kind === 'taken' ? end.taken.omitted.map(({ path, reason }) => `${path}: ${reason}`) : [];
}
