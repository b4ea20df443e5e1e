/** Launches the server that all Codex chats share. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { LaunchOptions } from '../../process/launch.ts';
import { createRun, type Run } from '../../process/run.ts';
import {
  CHAT_MARKER,
  environmentFor,
  HANDED_OVER_ARGUMENTS,
  SERVER_ARGUMENTS,
  temporaryFolderOf,
} from './command.ts';
import type { AgentContext } from '../agent-context.ts';
import type { Installation } from '../installation.ts';
import { greeting } from './lines.ts';
import { handedOver, wantedConfiguration } from './login.ts';
import { startRun } from '../start-run.ts';

/** On a full disk it waits for room; rejects when it cannot be launched for another reason. */
export async function startServer(context: AgentContext, installation: Installation): Promise<Run> {
  const run = createRun(context.paths.agents, randomUUID());
  await startRun(run, await toLaunchOptions(context, installation));
  return run;
}

async function toLaunchOptions(context: AgentContext, installation: Installation): Promise<LaunchOptions> {
  const { login, paths } = context;
  const env = login.environment();
  const folders = [paths.agents, temporaryFolderOf(paths.home)];
  for (const folder of folders) await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.workspaces, { recursive: true });
  return {
    command: installation.file,
    args: [...SERVER_ARGUMENTS, ...(handedOver(login) === null ? [] : HANDED_OVER_ARGUMENTS)],
    env: environmentFor({ env, home: paths.home }),
    cwd: paths.workspaces,
    stdin: Buffer.from(greeting()),
    strays: { without: [CHAT_MARKER] },
    note: wantedConfiguration(login, installation),
  };
}
