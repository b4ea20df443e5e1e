/** What the system says when it has too little of something for the moment, by the code that Node.js gives it. */
const WANTS: [RegExp, string][] = [
  [/No space left on device/, 'ENOSPC'],
  [/Disk quota exceeded/, 'EDQUOT'],
  [/Text file busy/, 'ETXTBSY'],
  [/Cannot allocate memory/, 'ENOMEM'],
  [/Too many open files in system/, 'ENFILE'],
  [/Too many open files/, 'EMFILE'],
  [/Cannot fork|Resource temporarily unavailable/, 'EAGAIN'],
];

/** What passes within moments: a full disk does not. */
const PASSING = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE', 'ETXTBSY']);

/** A process did not start, as the shell that was to start it says. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly code: string;

  constructor(complaint: string) {
    super(`The process could not be started: ${complaint || 'its shell ended without a word.'}`);
    this.code = WANTS.find(([pattern]) => pattern.test(complaint))?.[1] ?? 'EUNKNOWN';
  }
}

/** Whether something failed for want of what may be there again in a moment. */
export function isPassingWant(error: unknown): boolean {
  return error instanceof Error && 'code' in error && PASSING.has(String(error.code));
}
