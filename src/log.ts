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

/** Logs JSON lines. Secrets, whatever looks like a credential, and queries of URLs leave it as `[redacted]`. */
export function createLog({ level, secrets, output = standardOutput() }: LogOptions): Log {
  const redact = createRedaction(secrets);
  const destination = {
    write: (line: string) => output.write(redact(line.replaceAll(QUERY, '[redacted]'))),
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

/** What stands behind the `?` of a URL. */
const QUERY = /(?<=:\/\/[^\s"?#]*\?)[^\s"]+/g;

/** Credentials by their looks: vendors' prefixes, JSON Web Tokens, `Authorization` values, passwords in URLs. */
const CREDENTIALS = [
  /\b(?:sk-[\w-]{16,}|gh[pousr]_\w{16,}|github_pat_\w{16,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|lin_api_\w{16,})/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /(?<=\b(?:Bearer|Basic) )[\w.~+/=-]{8,}/gi,
  /(?<=:\/\/[^\s/:@"]*:)[^\s/@"]+(?=@)/g,
];

const CREDENTIAL_KEY = String.raw`[\w.-]*(?:secret|passw|token|api[_-]?key|access[_-]?key|authorization|cookie|credential)[\w.-]*`;

/** Whether a key names a credential, so that its value is none of anybody's business. */
export function isCredentialKey(key: string): boolean {
  return new RegExp(`^${CREDENTIAL_KEY}$`, 'i').test(key);
}

/** Values of keys that name a credential: in the line itself, and in JSON that was logged as text. */
const CREDENTIAL_FIELDS = [
  new RegExp(String.raw`("${CREDENTIAL_KEY}"\s*:\s*")(?:[^"\\]|\\.)+(?=")`, 'gi'),
  new RegExp(String.raw`(\\+"${CREDENTIAL_KEY}\\+"\s*:\s*\\+")[^"\\]+(?=\\+")`, 'gi'),
];

/** Below this length a secret may stand in ordinary words, so that only whole words are taken for it. */
const TELLING_LENGTH = 8;

/** Takes secrets, and whatever looks like a credential, out of a text. */
export function createRedaction(secrets: readonly string[]): (text: string) => string {
  const patterns = [...secrets.filter((secret) => secret !== '').map(toPattern), ...CREDENTIALS];
  return (line) => {
    const redacted = patterns.reduce((text, pattern) => text.replace(pattern, '[redacted]'), line);
    return CREDENTIAL_FIELDS.reduce((text, field) => text.replace(field, '$1[redacted]'), redacted);
  };
}

function toPattern(secret: string): RegExp {
  const written = JSON.stringify(secret).slice(1, -1);
  const escaped = written.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
  return new RegExp(secret.length < TELLING_LENGTH ? String.raw`(?<!\w)${escaped}(?!\w)` : escaped, 'g');
}
