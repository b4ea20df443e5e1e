/** What is left to do when a process is gone. */
import type { Failure } from '../../contract/chats.ts';
import type { Run } from '../../process/run.ts';
import { clear } from '../../process/sweep.ts';
import { hasDetached, killRemains, killTools } from '../../process/terminate.ts';
import type { AgentContext } from '../agent-context.ts';
import type { ClaudeProcess } from './claude-process.ts';
import { failureOfExit } from './failures.ts';
import { clearTemporaryFolder, temporaryFolderOf } from './temporary-folder.ts';

export interface Departure {
  context: AgentContext;
  chatId: string;
  exitCode: number | null;
  /** Which of its tools end with it. */
  reach: Parameters<typeof killTools>[1];
}

/** Ends what its open tools run, and tells why it is gone. */
export async function seeOff(
  { run, state }: ClaudeProcess,
  { context, chatId, exitCode, reach }: Departure,
): Promise<Failure> {
  await killTools(run, reach);
  await killRemains(run);
  const failure = await failureOfExit(run, { exitCode, state, program: context.findProgram() });
  const folder = temporaryFolderOf(context.paths.home, chatId);
  if (!hasDetached(run)) await clearTemporaryFolder(folder);
  return failure;
}

/** The folder of a run is needed until its end is on disk. */
export function clearWhenSettled(run: Run, { settled, log }: AgentContext): void {
  settled()
    .then(() => clear(run))
    .catch((error: unknown) => log.warn({ err: error, runId: run.id }, 'a run was not cleared away'));
}
