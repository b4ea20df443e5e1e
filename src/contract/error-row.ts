/** One way in which the engine refuses or fails on purpose. */
export interface Row {
  /** HTTP status of the refusal; for failures that end the engine, what a caller would be told. */
  status: number;
  /** What `replicas-engine` exits with when this failure ends it. */
  exitCode?: number;
  /** When it happens and what to do about it, for `docs/errors.md`. */
  meaning: string;
  message(context: object): string;
}
