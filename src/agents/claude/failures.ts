/** Why Claude Code cannot be used, in words for people. */
import type { Failure } from '../../contract/chats.ts';
import type { AgentFailures } from '../codec.ts';
import type { ClaudeState } from './state.ts';

export const failures: AgentFailures<ClaudeState> = {
  unavailable,
  damaged: {
    code: 'agent_output_damaged',
    message: 'A message of Claude Code was cut off, so the process was ended. Its session is kept.',
  },
  exhausted: {
    code: 'agent_exited',
    message: 'Claude Code ended too often within a minute. Send the message again later.',
  },
  notRunning: { code: 'agent_exited', message: 'Claude Code does not run.' },
  unresponsive(state) {
    // Another model is first tried out by the agent.
    if (state?.preparing != null)
      return { code: 'network', message: 'Claude Code could not switch to the model in time.' };
    return { code: 'agent_unresponsive', message: 'Claude Code did not answer in time.' };
  },
  exited({ exitCode, said, state, program }) {
    if (state.session === 'unknown' && (exitCode === 126 || exitCode === 127)) return unavailable(program);
    const ending = exitCode === null ? 'was killed' : `exited with code ${exitCode}`;
    const reason = state.startupFailure ?? said;
    return { code: 'agent_exited', message: `Claude Code ${ending}${reason === '' ? '.' : `: ${reason}`}` };
  },
};

function unavailable(program: string | null): Failure {
  const found = program === null ? 'It was not found' : `${program} cannot be executed`;
  return {
    code: 'agent_unavailable',
    message: `Claude Code cannot run here. ${found}: install it (npm install -g @anthropic-ai/claude-code) or set CLAUDE_PATH to its program.`,
  };
}
