import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { EngineClient } from '../client/client.ts';
import { isBaseUrl } from '../client/transport.ts';
import { CliError, EXIT, type Terminal } from './terminal.ts';
import { attempt, codeOf } from '../storage/attempt.ts';

export interface EngineOptions {
  url?: string;
  secret?: string;
  secretFile?: string;
}

const DEFAULT_PORT = '3737';

/** Where `replicas-engine dev` keeps everything, below the folder that it was started in. */
export const DEV_HOME = '.replicas-dev';
const DEV_SECRET_FILE = `${DEV_HOME}/engine-secret`;

export interface ConnectOptions extends EngineOptions {
  /** How often a call is tried; the client's own number when left out. */
  attempts?: number;
}

export interface Connection {
  client: EngineClient;
  secretFrom: string;
}

/** @throws {CliError} when no secret is known, or no engine can be where it is said to be. */
export function connectTo(terminal: Terminal, { attempts, ...options }: ConnectOptions): Connection {
  const { url, from: urlFrom } = urlOf(terminal, options);
  if (!isBaseUrl(url)) throw new CliError(`${urlFrom}: ${NO_URL}`, EXIT.USAGE);
  const { secret, from: secretFrom } = readSecret(terminal, { ...options, url });
  const client = new EngineClient({ url, secret, attempts });
  return { client, secretFrom };
}

const NO_URL = 'this is no URL of an engine; it looks like http://127.0.0.1:3737.';

function urlOf({ env, folder }: Terminal, { url }: EngineOptions): { url: string; from: string } {
  if (url !== undefined) return { url, from: '--url' };
  const { REPLICAS_ENGINE_URL, PORT } = env;
  if (REPLICAS_ENGINE_URL) return { url: REPLICAS_ENGINE_URL, from: 'REPLICAS_ENGINE_URL' };
  if (PORT) return { url: `http://127.0.0.1:${PORT}`, from: 'PORT' };
  const port = readDevSettings(folder)?.['PORT'] ?? DEFAULT_PORT;
  return { url: `http://127.0.0.1:${port}`, from: DEV_HOME };
}

function readSecret(
  { env, folder }: Terminal,
  { secret, secretFile, url }: EngineOptions & { url: string },
): { secret: string; from: string } {
  if (secretFile !== undefined)
    return { secret: readSecretFile(resolve(folder, secretFile)), from: `--secret-file ${secretFile}` };
  if (secret !== undefined && secret !== '') return { secret, from: '--secret' };
  const { REPLICAS_ENGINE_SECRET } = env;
  if (REPLICAS_ENGINE_SECRET) return { secret: REPLICAS_ENGINE_SECRET, from: 'REPLICAS_ENGINE_SECRET' };
  const dev = resolve(folder, DEV_SECRET_FILE);
  if (isLocal(url) && existsSync(dev)) return { secret: readSecretFile(dev), from: dev };
  throw new CliError(
    'The secret of the engine is not known: set REPLICAS_ENGINE_SECRET, name a file with --secret-file, or run this where `replicas-engine dev` was started.',
    EXIT.USAGE,
  );
}

function readSecretFile(file: string): string {
  try {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret !== '') return secret;
  } catch (error) {
    const reason = codeOf(error) ?? String(error);
    throw new CliError(`The secret cannot be read from ${file} (${reason}).`, EXIT.USAGE);
  }
  throw new CliError(`There is no secret in ${file}: it is empty.`, EXIT.USAGE);
}

/** The secret of a trial engine goes to this machine only. */
function isLocal(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}

const SettingsSchema = z.record(z.string(), z.string());

/** The environment of the trial engine that was started in a folder; null when none is running. */
export function readDevSettings(folder: string): Record<string, string> | null {
  const file = resolve(folder, DEV_HOME, 'engine-environment.json');
  return attempt(() => SettingsSchema.parse(JSON.parse(readFileSync(file, 'utf8'))), null);
}
