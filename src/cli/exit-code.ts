import { EngineClientError } from '../client/client-error.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';

/** Says why a command failed, and what the process exits with. */
export function explain(error: unknown, { complain }: Pick<Terminal, 'complain'>): number {
  if (error instanceof CliError) {
    complain(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof EngineClientError) {
    complain(`${error.message}\n${REMEDIES[error.code] ?? ''}`);
    return CODES[error.code] ?? EXIT.FAILED;
  }
  if (error instanceof Error && error.name === 'AbortError') return EXIT.INTERRUPTED;
  throw error;
}

const CODES: Readonly<Record<string, number>> = {
  unreachable: EXIT.UNREACHABLE,
  unexpected_answer: EXIT.UNREACHABLE,
  unauthorized: EXIT.FORBIDDEN,
};

/** A secret that is refused is named by where it comes from. */
export function nameSecret(error: unknown, secretFrom: string): never {
  if (!(error instanceof EngineClientError) || error.code !== 'unauthorized') throw error;
  const message = `The engine refuses the secret of ${secretFrom}: it has to be the one that the engine was started with.`;
  throw new CliError(message, EXIT.FORBIDDEN);
}

const REMEDIES: Readonly<Record<string, string>> = {
  unreachable: 'Is it running? `replicas-engine doctor` looks; --url or PORT says where it listens.\n',
};
