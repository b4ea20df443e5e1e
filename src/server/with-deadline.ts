import { EngineError } from '../errors.ts';

/** How long a caller waits for a command to be on disk. */
const COMMIT_DEADLINE_MS = 10_000;

/**
 * What `work` gives, unless it takes too long: the command may still take effect, but its caller is told to repeat it.
 * @throws {EngineError} `OUTCOME_UNKNOWN`, with the `messageId` to repeat.
 */
export async function withDeadline<Result>(
  work: Promise<Result>,
  offender: { messageId?: string } = {},
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineError('OUTCOME_UNKNOWN', offender)), COMMIT_DEADLINE_MS);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}
