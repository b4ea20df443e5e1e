/** Launches an agent and opens the session of a chat in it. No message is written here. */
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { methods } from '@agentclientprotocol/sdk';
import { createRun, type Run } from '../../process/run.ts';
import { kill } from '../../process/terminate.ts';
import { configurationOf } from '../agent-context.ts';
import { allIsLost, isPassing } from '../context-loss.ts';
import type { Installation } from '../installation.ts';
import { startRun } from '../start-run.ts';
import { isWithin } from '../within.ts';
import type { AcpProcess } from './acp-process.ts';
import type { AcpContext } from './context.ts';
import { AcpFailure, AcpRefusal, unresponsive } from './failures.ts';
import { greeting } from './lines.ts';
import { INITIALIZE_ID, OPEN_ID } from './state.ts';

/** How long an agent may take for each step of its start; some are installed by their own command first. */
const STEP_MS = 60_000;

export async function launchAgent(
  context: AcpContext,
  { installation, signal }: { installation: Installation; signal: AbortSignal },
): Promise<Run> {
  const { login, paths, args } = context;
  const run = createRun(paths.agents, randomUUID());
  await mkdir(paths.agents, { recursive: true, mode: 0o700 });
  await mkdir(paths.workspaces, { recursive: true });
  const options = {
    command: installation.file,
    args,
    env: { ...login.environment(), HOME: paths.home },
    cwd: paths.workspaces,
    stdin: Buffer.from(greeting()),
    strays: {},
    note: launchedWith(context, installation),
  };
  await startRun(run, options, signal);
  return run;
}

/** A process that was launched with something else is replaced when it rests. */
export function launchedWith({ login, args }: AcpContext, { identity }: Installation): string {
  return configurationOf(login.environment(), identity, ...args);
}

/** Waits for the answer to the greeting, which is written already. */
export async function awaitGreeting(process: AcpProcess, context: AcpContext): Promise<void> {
  await inTime(process, context, { method: 'initialize', answer: process.answerTo(INITIALIZE_ID) });
}

/** Opens the session, once per process. Returns what the user is to be told: that it had to be begun anew. */
export async function openSession(
  process: AcpProcess,
  context: AcpContext,
  sessionId: string | null,
): Promise<string | null> {
  if (sessionId === null) return startSession(process, context);
  try {
    await resumeSession(process, context, sessionId);
    return null;
  } catch (error) {
    const reason = reasonToBeginAnew(error);
    if (reason === null) throw error;
    await startSession(process, context);
    const notice = allIsLost(reason);
    context.log.warn({ sessionId }, notice);
    return notice;
  }
}

/** Waits for an answer, for so long; an agent that does not give it is of no use. */
export async function inTime<Result>(
  process: AcpProcess,
  context: AcpContext,
  { method, answer }: { method: string; answer: Promise<Result> },
): Promise<Result> {
  if (await isWithin(answer, STEP_MS)) return answer;
  process.isLeaving = true;
  await kill(process.run, { toolsOpenedSince: null });
  throw new AcpFailure(unresponsive(context, method));
}

async function startSession(process: AcpProcess, context: AcpContext): Promise<null> {
  const append = context.systemPrompt?.();
  const params = {
    ...placeOf(context),
    // The protocol has no word for it; agents that know this one add it to their instructions.
    ...(append === undefined ? {} : { _meta: { systemPrompt: { append } } }),
  };
  const method = methods.agent.session.new;
  await inTime(process, context, { method, answer: process.request(method, params, OPEN_ID) });
  process.state = { ...process.state, costUsd: process.state.costUsd ?? 0 };
  return null;
}

/** An agent that can take a session up does; one that can only load it repeats what was said, which is passed over. */
async function resumeSession(process: AcpProcess, context: AcpContext, sessionId: string): Promise<void> {
  const { resume, load } = process.state.capabilities;
  if (!resume && !load) throw new AcpFailure({ code: CANNOT_RESUME, message: 'the agent keeps no sessions' });
  const method = resume ? methods.agent.session.resume : methods.agent.session.load;
  process.state = { ...process.state, sessionId, isReplaying: !resume };
  const params = { ...placeOf(context), sessionId };
  await inTime(process, context, { method, answer: process.request(method, params, OPEN_ID) });
}

const CANNOT_RESUME = 'cannot_resume';

/** Refusals that say nothing about the session. */
const PASSING: ReadonlySet<string> = new Set(['auth', 'network', 'rate_limit', 'overloaded', 'billing']);

/** Null when the session may still be there. */
function reasonToBeginAnew(error: unknown): string | null {
  if (error instanceof AcpRefusal) {
    const isOfSession = !PASSING.has(error.failure.code) && !isPassing(error.message);
    return isOfSession ? error.message : null;
  }
  return error instanceof AcpFailure && error.failure.code === CANNOT_RESUME ? error.message : null;
}

function placeOf({ paths }: AcpContext) {
  return { cwd: paths.workspaces, mcpServers: [] };
}
