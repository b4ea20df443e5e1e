import type { Failure } from '../../contract/chats.ts';
import type { Run } from '../../process/run.ts';
import { readStderrTail } from '../../process/stderr-tail.ts';

/** Why Codex cannot take a message, in a form that the user gets to read. */
export class CodexFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The server refuses what it was asked for. */
export class CodexRefusal extends Error {}

export function unavailable(program: string | null): Failure {
  const found = program === null ? 'It was not found' : `${program} cannot be executed`;
  return {
    code: 'agent_unavailable',
    message: `Codex cannot run here. ${found}: install it (npm install -g @openai/codex) or set CODEX_PATH to its program.`,
  };
}

export const OUTPUT_DAMAGED: Failure = {
  code: 'agent_output_damaged',
  message: 'A message of Codex was cut off, so its server was ended. Its threads are kept.',
};

export const NOT_RUNNING: Failure = { code: 'agent_exited', message: 'Codex does not run.' };

/** Why the server is gone, as well as it can be told. */
export async function failureOfExit(
  run: Run,
  { exitCode, program }: { exitCode: number | null; program: string | null },
): Promise<Failure> {
  if (exitCode === 126 || exitCode === 127) return unavailable(program);
  const ending = exitCode === null ? 'was killed' : `exited with code ${exitCode}`;
  const said = withoutColors(await readStderrTail(run));
  return { code: 'agent_exited', message: `Codex ${ending}${said === '' ? '.' : `: ${said}`}` };
}

function withoutColors(text: string): string {
  // oxlint-disable-next-line no-control-regex -- colors begin with that character
  return text.replaceAll(/\u001B\[[\d;]*m/g, '');
}
