import type { Failure } from '../../contract/chats.ts';
import type { Run } from '../../process/run.ts';
import { readStderrTail } from '../../process/stderr-tail.ts';
import { failureOf } from './outcome.ts';
import type { Refusal } from './protocol.ts';

/** Why an agent cannot take a message, in a form that the user gets to read. */
export class AcpFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The agent answered a request with an error. */
export class AcpRefusal extends AcpFailure {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(failureOf(refusal));
    this.refusal = refusal;
  }
}

/** An agent by the names that people know it by. */
export interface AgentName {
  title: string;
  /** As it was configured. */
  command: string;
}

export function unavailable({ title, command }: AgentName): Failure {
  const message = `${title} cannot run here. ${command} was not found or cannot be executed: install it or correct ACP_AGENTS.`;
  return { code: 'agent_unavailable', message };
}

export function outputDamaged({ title }: AgentName): Failure {
  const message = `A message of ${title} was cut off, so the process was ended. Its session is kept.`;
  return { code: 'agent_output_damaged', message };
}

export function unresponsive({ title }: AgentName, method: string): Failure {
  const message = `${title} did not answer ${method} in time, so the process was ended.`;
  return { code: 'agent_unresponsive', message };
}

export function notRunning({ title }: AgentName): Failure {
  return { code: 'agent_exited', message: `${title} does not run.` };
}

/** Why the process is gone, as well as it can be told. */
export async function failureOfExit(run: Run, name: AgentName, exitCode: number | null): Promise<Failure> {
  if (exitCode === 126 || exitCode === 127) return unavailable(name);
  const ending = exitCode === null ? 'was killed' : `exited with code ${exitCode}`;
  const said = withoutColors(await readStderrTail(run));
  return { code: 'agent_exited', message: `${name.title} ${ending}${said === '' ? '.' : `: ${said}`}` };
}

function withoutColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- colors begin with that character
  return text.replaceAll(/\u001B\[[\d;]*m/g, '');
}
