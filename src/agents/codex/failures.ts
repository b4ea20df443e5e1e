/** Why Codex cannot take a message or is gone, in a form that the user gets to read. */
import type { Failure } from '../../contract/chats.ts';
import type { AgentFailures } from '../codec.ts';
import type { CodexState } from './state.ts';

export const failures: AgentFailures<CodexState> = {
  unavailable,
  damaged: {
    code: 'agent_output_damaged',
    message: 'A message of Codex was cut off, so its server was ended. Its thread is kept.',
  },
  notRunning: { code: 'agent_exited', message: 'Codex does not run.' },
  exhausted: {
    code: 'agent_error',
    message: 'Codex ended 5 times within a minute. Send the message again later.',
  },
  unresponsive: (state) => ({
    code: 'agent_unresponsive',
    message: `Codex did not answer ${askedIn(state)} in time, so its server was ended.`,
  }),
  exited: ({ exitCode, said, program }) => {
    if (exitCode === 126 || exitCode === 127) return unavailable(program);
    const ending = exitCode === null ? 'was killed' : `exited with code ${exitCode}`;
    return { code: 'agent_exited', message: `Codex ${ending}${said === '' ? '.' : `: ${said}`}` };
  },
};

function unavailable(program: string | null): Failure {
  const found = program === null ? 'It was not found' : `${program} cannot be executed`;
  return {
    code: 'agent_unavailable',
    message: `Codex cannot run here. ${found}: install it (npm install -g @openai/codex) or set CODEX_PATH to its program.`,
  };
}

function askedIn(state: CodexState | null): string {
  switch (state?.opening.step) {
    case 'initialize':
      return 'the greeting';
    case 'open':
      return 'a ping';
    default:
      return 'the opening of its thread';
  }
}
