/** Launches the server that all Codex chats share. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { launch, type LaunchOptions } from '../../process/launch.ts';
import { createRun, type Run } from '../../process/run.ts';
import { discard } from '../../process/sweep.ts';
import { environmentFor, SERVER_ARGUMENTS, temporaryFolderOf } from './command.ts';
import { configurationOf, type AgentContext } from '../agent-context.ts';
import type { Installation } from '../installation.ts';
import { greeting } from './lines.ts';

const FULL_DISK_RETRY_MS = 250;

/** On a full disk it waits for room; rejects when it cannot be launched for another reason. */
export async function startServer(context: AgentContext, installation: Installation): Promise<Run> {
  const run = createRun(context.paths.agents, randomUUID());
  const options = await toLaunchOptions(context, installation);
  for (;;) {
    try {
      await launch(run, options);
      return run;
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      await discard(run);
      await delay(FULL_DISK_RETRY_MS);
    }
  }
}

async function toLaunchOptions(context: AgentContext, installation: Installation): Promise<LaunchOptions> {
  const { login, paths } = context;
  const env = login.environment();
  const folders = [paths.agents, temporaryFolderOf(paths.home)];
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.workspaces, { recursive: true });
  return {
    command: installation.file,
    args: SERVER_ARGUMENTS,
    env: environmentFor({ env, home: paths.home }),
    cwd: paths.workspaces,
    stdin: Buffer.from(greeting()),
    note: configurationOf(env, installation.identity),
  };
}

function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
