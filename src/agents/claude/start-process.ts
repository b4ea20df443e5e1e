/** Launches Claude Code for a chat. */
import { mkdir } from 'node:fs/promises';
import type { Policy } from '../../contract/chats.ts';
import type { LaunchOptions } from '../../process/launch.ts';
import { createRun, filesOf, type Run } from '../../process/run.ts';
import { argumentsFor, environmentFor, HOOK_VARIABLE } from './command.ts';
import { configurationOf, type AgentContext } from '../agent-context.ts';
import type { ClaudeDelivery } from './delivery.ts';
import type { Installation } from '../installation.ts';
import { startRun } from '../start-run.ts';
import { temporaryFolderOf } from './temporary-folder.ts';

export interface StartOptions {
  chatId: string;
  policy: Policy;
  installation: Installation;
  delivery: ClaudeDelivery;
  planMode: boolean;
  stdin: Buffer;
  signal: AbortSignal;
}

/** On a full disk it waits for room; rejects when it cannot be launched for another reason. */
export async function startProcess(context: AgentContext, options: StartOptions): Promise<Run> {
  const run = createRun(context.paths.agents, options.delivery.runId);
  await startRun(run, await toLaunchOptions(context, { ...options, run }), options.signal);
  return run;
}

/** Linux starts no program with an argument of 128 KiB. */
const ARGUMENT_BYTES = 64 * 1024;

async function toLaunchOptions(
  context: AgentContext,
  options: StartOptions & { run: Run },
): Promise<LaunchOptions> {
  const { chatId, policy, installation, delivery, planMode, stdin, run } = options;
  const { login, paths } = context;
  const env = login.environment();
  const temporaryFolder = temporaryFolderOf(paths.home, chatId);
  for (const folder of [paths.agents, temporaryFolder]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.workspaces, { recursive: true });
  const { carriesOn } = delivery;
  const start = delivery.start === 'new' ? 'new' : 'resume';
  const prompt = context.systemPrompt?.() ?? '';
  const isLong = Buffer.byteLength(prompt) > ARGUMENT_BYTES;
  const isRoot = process.getuid?.() === 0;
  return {
    command: installation.file,
    args: argumentsFor({
      ...delivery,
      start,
      policy,
      planMode: carriesOn && planMode,
      systemPrompt: isLong || prompt === '' ? undefined : prompt,
      systemPromptFile: isLong ? filesOf(run).prompt : undefined,
    }),
    env: environmentFor({ env, home: paths.home, temporaryFolder, isRoot, carriesOn }),
    cwd: paths.workspaces,
    stdin,
    prompt: isLong ? prompt : undefined,
    strays: { with: [HOOK_VARIABLE] },
    note: configurationOf(env, installation.identity, policy),
  };
}
