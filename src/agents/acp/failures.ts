import type { AgentFailures } from '../codec.ts';
import type { AcpState } from './state.ts';

/** An agent by the names that people know it by. */
export interface AgentName {
  title: string;
  /** As it was configured. */
  command: string;
}

/** Why an agent cannot take a message or is gone, in a form that the user gets to read. */
export function failuresOf({ title, command }: AgentName): AgentFailures<AcpState> {
  const unavailable = {
    code: 'agent_unavailable',
    message: `${title} cannot run here. ${command} was not found or cannot be executed: install it or correct ACP_AGENTS.`,
  };
  return {
    unavailable: () => unavailable,
    damaged: {
      code: 'agent_output_damaged',
      message: `A message of ${title} was cut off, so the process was ended. Its session is kept.`,
    },
    notRunning: { code: 'agent_exited', message: `${title} does not run.` },
    exhausted: {
      code: 'agent_error',
      message: `${title} ended too often within a minute. Send the message again later.`,
    },
    unresponsive: (state) => ({
      code: 'agent_unresponsive',
      message: `${title} did not answer ${stepOf(state)} in time, so the process was ended.`,
    }),
    exited: ({ exitCode, said }) => {
      if (exitCode === 126 || exitCode === 127) return unavailable;
      const ending = exitCode === null ? 'was killed' : `exited with code ${exitCode}`;
      return { code: 'agent_exited', message: `${title} ${ending}${said === '' ? '.' : `: ${said}`}` };
    },
  };
}

function stepOf(state: AcpState | null): string {
  switch (state?.opening.kind) {
    case 'greeting':
      return 'initialize';
    case 'beginning':
      return 'session/new';
    case 'resuming':
      return state.capabilities.resume ? 'session/resume' : 'session/load';
    default:
      return state?.setting?.name === 'mode' ? 'session/set_mode' : 'session/set_config_option';
  }
}
