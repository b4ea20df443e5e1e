/** Launches Claude Code for a chat. */
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Policy } from '../../contract/chats.ts';
import { launch, type LaunchOptions } from '../../process/launch.ts';
import { createRun, type Run } from '../../process/run.ts';
import { discard } from '../../process/sweep.ts';
import { argumentsFor, environmentFor } from './command.ts';
import { configurationOf, type AgentContext } from '../agent-context.ts';
import type { ClaudeDelivery } from './delivery.ts';
import type { Installation } from '../installation.ts';
import { temporaryFolderOf } from './temporary-folder.ts';

export interface StartOptions {
  chatId: string;
  policy: Policy;
  installation: Installation;
  delivery: ClaudeDelivery;
  stdin: Buffer;
  signal: AbortSignal;
}

const FULL_DISK_RETRY_MS = 250;

/** On a full disk it waits for room; rejects when it cannot be launched for another reason. */
export async function startProcess(context: AgentContext, options: StartOptions): Promise<Run> {
  const run = createRun(context.paths.agents, options.delivery.runId);
  const launchOptions = await toLaunchOptions(context, options);
  for (;;) {
    try {
      await launch(run, launchOptions);
      return run;
    } catch (error) {
      if (!isFullDisk(error)) throw error;
      await discard(run);
      await delay(FULL_DISK_RETRY_MS, undefined, { signal: options.signal });
    }
  }
}

async function toLaunchOptions(context: AgentContext, options: StartOptions): Promise<LaunchOptions> {
  const { chatId, policy, installation, delivery, stdin } = options;
  const { login, paths, systemPrompt } = context;
  const env = login.environment();
  const temporaryFolder = temporaryFolderOf(paths.home, chatId);
  for (const folder of [paths.agents, temporaryFolder]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.workspaces, { recursive: true });
  const start = delivery.start === 'new' ? 'new' : 'resume';
  return {
    command: installation.file,
    args: argumentsFor({ ...delivery, start, policy, systemPrompt: systemPrompt?.() }),
    env: environmentFor({ env, home: paths.home, temporaryFolder, isRoot: process.getuid?.() === 0 }),
    cwd: paths.workspaces,
    stdin,
    note: configurationOf(env, installation.identity, policy),
  };
}

function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
