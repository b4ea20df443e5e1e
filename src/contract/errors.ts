import { z } from 'zod';

/** The shape of every refusal: `error` for people, `code` for programs, `context` names the offender. */
export const ErrorResponseSchema = z
  .object({
    error: z.string(),
    code: z.string(),
    details: z.string().optional(),
    context: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Error' });

/** One way in which the engine refuses or fails on purpose. */
export interface Row {
  /** HTTP status of the refusal; for failures that end the engine, what a caller would be told. */
  status: number;
  /** What `replicas-engine` exits with when this failure ends it. */
  exitCode?: number;
  /** When it happens and what to do about it, for `docs/errors.md`. */
  meaning: string;
  /** The same of one failure, with its offender named; `meaning` when left out. */
  message?(context: object): string;
}
