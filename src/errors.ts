import type { Row } from './contract/errors.ts';
import { ENGINE_ERRORS } from './contract/error-table.ts';

export type EngineErrorCode = keyof typeof ENGINE_ERRORS;
export type ContextOf<Code extends EngineErrorCode> = (typeof ENGINE_ERRORS)[Code] extends {
  message: (context: infer Context extends object) => string;
}
  ? Context
  : undefined;

type Arguments<Code extends EngineErrorCode> =
  Partial<ContextOf<Code>> extends ContextOf<Code>
    ? [context?: ContextOf<Code>, options?: ErrorOptions]
    : [context: ContextOf<Code>, options?: ErrorOptions];

/** A deliberate failure: `new EngineError('CHAT_NOT_FOUND', { chatId })`. */
export class EngineError<Code extends EngineErrorCode = EngineErrorCode> extends Error {
  override readonly name = 'EngineError';
  readonly code: Code;
  readonly status: number;
  /** What `replicas-engine` exits with when this failure ends it. */
  readonly exitCode: number;
  /** Names the offender, for programs. */
  readonly context: Record<string, unknown>;

  constructor(code: Code, ...[context, options]: Arguments<Code>) {
    const row: Row = ENGINE_ERRORS[code];
    super(row.message?.(context ?? {}) ?? row.meaning.replaceAll('`', ''), options);
    this.code = code;
    this.status = row.status;
    this.exitCode = row.exitCode ?? 1;
    this.context = { ...context };
  }
}
