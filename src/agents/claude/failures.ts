import type { Failure } from '../../contract/chats.ts';
import type { Run } from '../../process/run.ts';
import { readStderrTail } from '../../process/stderr-tail.ts';
import type { ClaudeState } from './state.ts';

export function unavailable(program: string | null): Failure {
  const found = program === null ? 'It was not found' : `${program} cannot be executed`;
  return {
    code: 'agent_unavailable',
    message: `Claude Code cannot run here. ${found}: install it (npm install -g @anthropic-ai/claude-code) or set CLAUDE_PATH to its program.`,
  };
}

export const NOT_RUNNING: Failure = { code: 'agent_exited', message: 'Claude Code does not run.' };

export const OUTPUT_DAMAGED: Failure = {
  code: 'agent_output_damaged',
  message: 'A message of Claude Code was cut off, so the process was ended. Its session is kept.',
};

/** Why the process is gone, as well as it can be told. */
export async function failureOfExit(
  run: Run,
  { exitCode, state, program }: { exitCode: number | null; state: ClaudeState; program: string | null },
): Promise<Failure> {
  if (state.session === 'unknown' && (exitCode === 126 || exitCode === 127)) return unavailable(program);
  const ending = exitCode === null ? 'was killed' : `exited with code ${exitCode}`;
  const said = state.startupFailure ?? (await readStderrTail(run));
  return { code: 'agent_exited', message: `Claude Code ${ending}${said === '' ? '.' : `: ${said}`}` };
}
