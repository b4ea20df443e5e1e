import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EngineClient } from '../client/client.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';

/** How a command finds its engine. */
export interface EngineOptions {
  url?: string;
  secret?: string;
  secretFile?: string;
}

const DEFAULT_PORT = '3737';

/** Where `replicas-engine dev` keeps its secret, below the folder it was started in. */
const DEV_SECRET_FILE = '.replicas-dev/engine-secret';

export interface ConnectOptions extends EngineOptions {
  /** How often a call is tried; the client's own number when left out. */
  attempts?: number;
}

/** @throws {CliError} when no secret is known. */
export function connectTo(terminal: Terminal, { attempts, ...options }: ConnectOptions): EngineClient {
  const url = urlOf(terminal, options);
  const secret = readSecret(terminal, { ...options, url });
  return new EngineClient({ url, secret, ...(attempts !== undefined && { attempts }) });
}

export function urlOf({ env }: Terminal, { url }: EngineOptions): string {
  const found = url ?? env['REPLICAS_ENGINE_URL'];
  if (found === undefined || found === '') return `http://127.0.0.1:${env['PORT'] || DEFAULT_PORT}`;
  if (URL.canParse(found) && /^https?:/.test(found)) return found;
  throw new CliError(`"${found}" is no URL; it looks like http://127.0.0.1:3737.`, EXIT.USAGE);
}

function readSecret({ env, folder }: Terminal, options: EngineOptions & { url: string }): string {
  const { secret = env['REPLICAS_ENGINE_SECRET'], secretFile, url } = options;
  if (secretFile !== undefined) return readSecretFile(resolve(folder, secretFile));
  if (secret !== undefined && secret !== '') return secret;
  const devSecret = resolve(folder, DEV_SECRET_FILE);
  if (isLocal(url) && existsSync(devSecret)) return readSecretFile(devSecret);
  throw new CliError(
    'The secret of the engine is not known: set REPLICAS_ENGINE_SECRET, or name a file with --secret-file.',
    EXIT.USAGE,
  );
}

function readSecretFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CliError(`The secret cannot be read from ${file}: ${String(error)}`, EXIT.USAGE);
  }
}

/** The secret of a trial engine goes to this machine only. */
function isLocal(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}
