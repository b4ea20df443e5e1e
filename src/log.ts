import pino from 'pino';
import type { LevelWithSilent, Logger, LoggerOptions } from 'pino';

/** One structured line per call: `log.info({ chatId }, 'turn started')`. */
export type Log = Logger;
export type LogLevel = LevelWithSilent;

export interface LogOptions {
  level: LogLevel;
  /** Values that must never be printed, whatever they are found in. */
  secrets: string[];
  /** Takes finished lines; standard output when left out. */
  output?: { write(line: string): void; flush?(done: () => void): void };
}

/** Lines that a stalled reader of standard output has not taken; more are dropped, so that logging never blocks. */
const BACKLOG_BYTES = 8 * 1024 * 1024;

/** Logs JSON lines. Secrets, and whatever looks like a credential, leave it as `[redacted]`. */
export function createLog({ level, secrets, output = standardOutput() }: LogOptions): Log {
  const redact = createRedaction(secrets);
  const destination = {
    write: (line: string) => output.write(redact(line)),
    flush: (done: () => void) => (output.flush ? output.flush(done) : done()),
  };
  return pino({ ...FORMAT, level }, destination);
}

const FORMAT: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
};

function standardOutput() {
  return pino.destination({ dest: 1, sync: false, maxLength: BACKLOG_BYTES });
}

/** Credentials by their looks: vendors' prefixes, JSON Web Tokens, `Authorization` values, passwords in URLs. */
const CREDENTIALS = [
  /\b(?:sk-[\w-]{16,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|lin_api_\w{16,})/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<=\b(?:Bearer|Basic) )[\w.~+/=-]{8,}/gi,
  /(?<=:\/\/[^\s/:@"]*:)[^\s/@"]+(?=@)/g,
];

const CREDENTIAL_KEY = String.raw`[\w.-]*(?:secret|passw|token|api[_-]?key|access[_-]?key|authorization|cookie|credential)[\w.-]*`;

/** Values of keys that name a credential: in the line itself, and in JSON that was logged as text. */
const CREDENTIAL_FIELDS = [
  new RegExp(String.raw`("${CREDENTIAL_KEY}"\s*:\s*")(?:[^"\\]|\\.)+(?=")`, 'gi'),
  new RegExp(String.raw`(\\+"${CREDENTIAL_KEY}\\+"\s*:\s*\\+")[^"\\]+(?=\\+")`, 'gi'),
];

function createRedaction(secrets: string[]): (line: string) => string {
  const known = secrets
    .filter((secret) => secret !== '')
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (line) => {
    const withoutSecrets = known.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line);
    const withoutFields = CREDENTIAL_FIELDS.reduce(
      (text, field) => text.replace(field, '$1[redacted]'),
      withoutSecrets,
    );
    return CREDENTIALS.reduce((text, credential) => text.replace(credential, '[redacted]'), withoutFields);
  };
}
