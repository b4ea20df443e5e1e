/** Starts the process of a chat, and tells whether one that lives can take another message as it is. */
import { createHash, randomUUID } from 'node:crypto';
import { access, constants, mkdir, realpath, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ZodError } from 'zod';
import type { Failure } from '../../contract/chats.ts';
import { reasonOf } from '../../contract/reason-of.ts';
import type { QueuedMessage } from '../../contract/records.ts';
import { launch as launchRun, type LaunchOptions } from '../../processes/launch.ts';
import { createRun, type Run } from '../../processes/run.ts';
import { discard } from '../../processes/sweep.ts';
import { isFullDisk } from '../../storage/attempt.ts';
import type { ExecutorOptions } from '../agent-context.ts';
import type { Installation, KnownSession } from '../codec.ts';
import { outdated, unavailable } from '../failures.ts';
import { isOlder, numberIn, versionOf } from '../program-version.ts';
import type { LiveProcess } from './live-process.ts';

/** Why a process cannot take a message, in a form that the user gets to read. */
export class ProcessFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export function failureOf(error: unknown, title: string): Failure {
  if (error instanceof ProcessFailure) return error.failure;
  if (error instanceof ZodError) return notUnderstood(title, error);
  return { code: 'agent_error', message: `${title} cannot be used: ${reasonOf(error)}` };
}

function notUnderstood(title: string, { issues: [issue] }: ZodError): Failure {
  const place = issue === undefined ? '' : ` (${issue.path.join('.') || 'the whole'}: ${issue.message})`;
  const message = `${title} said what this engine does not understand${place}. Another version of it may be understood.`;
  return { code: 'agent_error', message };
}

export interface LauncherOptions extends Pick<ExecutorOptions, 'codec' | 'context'> {
  chat: Pick<ExecutorOptions['chat'], 'chatId' | 'policy'>;
}

export interface Wish {
  message: QueuedMessage;
  session: KnownSession | null;
  before: unknown;
  signal: AbortSignal;
}

export interface Launched {
  run: Run;
  state: unknown;
  configuration: string;
  isHeld: boolean;
}

/** A process that printed or read so much is replaced when it rests. */
const SPOOL_BYTES = 64 * 1024 * 1024;

/** The program as it is now. @throws {ProcessFailure} when there is none, or one that is too old. */
export async function findProgram({ codec, context }: LauncherOptions) {
  await context.login.ready();
  const installation = await findInstallation(context.findProgram());
  if (installation === null) throw new ProcessFailure(unavailable(codec, context.findProgram()));
  const { oldestVersion } = codec;
  if (oldestVersion === undefined) return installation;
  const version = await versionOf(installation, { ...context.login.environment(), HOME: context.paths.home });
  if (version === null || !isOlder(version, oldestVersion)) return installation;
  throw new ProcessFailure(outdated(codec, numberIn(version), oldestVersion));
}

export async function launch(
  options: LauncherOptions,
  { message, session, before, signal }: Wish,
): Promise<Launched> {
  const { codec, context, chat } = options;
  const { paths, login } = context;
  const installation = await findProgram(options);
  await context.settled();
  signal.throwIfAborted();
  const run = createRun(paths.agents, randomUUID());
  const { args, env, stdin, state, strays, prompt, folders, isHeld } = codec.launch({
    runId: run.id,
    chatId: chat.chatId,
    policy: chat.policy,
    message,
    session,
    systemPrompt: context.systemPrompt?.(),
    environment: login.environment(),
    tokens: login.tokens(),
    home: paths.home,
    folder: run.folder,
    before,
  });
  const configuration = configurationNow(installation, options);
  for (const folder of [paths.agents, ...(folders ?? [])])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(paths.workspaces, { recursive: true });
  const asked = { command: installation.file, note: configuration, args, env, prompt, strays: strays ?? {} };
  await startRun(run, { ...asked, cwd: paths.workspaces, stdin: Buffer.from(stdin) }, signal);
  return { run, state, configuration, isHeld: isHeld === true };
}

/** Its program, environment and login are those of now, and there is not too much of what it printed and read. */
export async function isFit(
  { found: { configuration }, channel }: LiveProcess,
  options: LauncherOptions,
): Promise<boolean> {
  const installation = await findProgram(options);
  const isSmall = channel.offset < SPOOL_BYTES && channel.inputEnd < SPOOL_BYTES;
  return isSmall && configuration === configurationNow(installation, options);
}

/** It was launched with another environment than a process would be now. */
export async function isLoginOutdated(
  configuration: string | null,
  options: LauncherOptions,
): Promise<boolean> {
  const installation = await findInstallation(options.context.findProgram());
  return installation !== null && configuration !== configurationNow(installation, options);
}

export function configurationNow(
  { identity }: Installation,
  { codec, context, chat }: LauncherOptions,
): string {
  const { login } = context;
  const others = codec.configuration?.({ policy: chat.policy, login: login.tokens() }) ?? [];
  const variables = Object.entries(login.environment()).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const all = JSON.stringify([identity, ...others, variables]);
  return createHash('sha256').update(all).digest('hex').slice(0, 16);
}

/** Null when there is no such program, or it may not be executed. */
export async function findInstallation(command: string | null): Promise<Installation | null> {
  if (command === null) return null;
  try {
    const file = await realpath(command);
    await access(file, constants.X_OK);
    const { size, mtimeMs } = await stat(file);
    return { file, identity: `${file}:${size}:${mtimeMs}` };
  } catch {
    return null;
  }
}

const FULL_DISK_RETRY_MS = 250;

/** Launches a run. On a full disk it waits for room; rejects when it cannot be launched for another reason, and leaves nothing. */
async function startRun(run: Run, options: LaunchOptions, signal?: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await launchRun(run, options);
    } catch (error) {
      await discard(run);
      if (!isFullDisk(error)) throw error;
      await delay(FULL_DISK_RETRY_MS, undefined, { signal });
    }
  }
}
