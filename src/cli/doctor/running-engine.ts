import { EngineClient, EngineClientError, type Health, type Status } from '../../client/client.ts';
import type { CredentialHealth, TokenRefreshHealth } from '../../contract/credentials.ts';
import { reasonOf } from '../../contract/reason-of.ts';
import { toDuration } from '../show-status.ts';
import { doubtful, good, type Finding } from './check.ts';

const LIMIT_MS = 10_000;

/** An engine that answers where one started here would listen. */
export interface RunningEngine {
  url: string;
  health: Health;
}

export interface EngineAddress {
  host: string;
  port: number;
  secret: string | undefined;
}

/** Looks for it once, however often it is asked for. */
export function engineFinder(address: EngineAddress): () => Promise<RunningEngine | null> {
  let found: Promise<RunningEngine | null> | undefined;
  return () => (found ??= findEngine(address));
}

/** Whoever may be there, is not told the secret. */
async function findEngine({ host, port }: EngineAddress): Promise<RunningEngine | null> {
  const url = urlOf(host, port);
  const stranger = new EngineClient({ url, secret: '', attempts: 1 });
  try {
    return { url, health: await stranger.health({ signal: AbortSignal.timeout(LIMIT_MS) }) };
  } catch {
    return null; // Nobody, or somebody else.
  }
}

/** All addresses cannot be called; this machine's own is one of them. */
function urlOf(host: string, port: number): string {
  const callable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  return `http://${callable.includes(':') ? `[${callable}]` : callable}:${port}`;
}

export interface EngineCheckOptions extends Omit<EngineAddress, 'host'> {
  find: () => Promise<RunningEngine | null>;
}

/** What the engine that runs already says of itself. */
export async function examineEngine({ port, secret, find }: EngineCheckOptions): Promise<Finding> {
  const engine = await find();
  if (engine === null) return good(`none answers on port ${port}`);
  if (!secret) return doubtful(`${describeHealth(engine.health)}; the rest needs its secret`, SECRET);
  const client = new EngineClient({ url: engine.url, secret, attempts: 1 });
  return askEngine(client).catch((error: unknown) => explain(engine.health, error));
}

const SECRET = 'Set REPLICAS_ENGINE_SECRET to the secret that the engine was started with.';

async function askEngine(client: EngineClient): Promise<Finding> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const [status, { providers }] = await Promise.all([
    client.status({ signal }),
    client.credentials({ signal }),
  ]);
  const text = `${describeStatus(status)}\ncredentials: ${describeCredentials(providers)}`;
  const { waitingFor } = status.boot;
  if (waitingFor) return doubtful(text, waitingFor.skip ?? 'Messages run once boot is over.');
  return Object.values(providers).some(isInTrouble)
    ? doubtful(text, 'Look at the control plane: it hands credentials out. The engine tries again by itself.')
    : good(text);
}

function explain(health: Health, error: unknown): Finding {
  const answer = describeHealth(health);
  if (error instanceof EngineClientError && error.code === 'unauthorized')
    return doubtful(`${answer}; it refuses the secret of this environment`, SECRET);
  return doubtful(`${answer}; it does not tell its status: ${reasonOf(error)}`, 'Its log says why.');
}

function describeHealth({ version, boot }: Pick<Health, 'version' | 'boot'>): string {
  const state = `${version}, ${boot.state}${boot.reason === undefined ? '' : ` (${boot.reason})`}`;
  const { waitingFor } = boot;
  return waitingFor === undefined ? state : `${state}: ${waitingFor.message} Since ${waitingFor.since}`;
}

function describeStatus(status: Status): string {
  const { uptimeSeconds, chatsTotal, chatsProcessing, reposTotal, activeSseClients } = status;
  return [
    `${describeHealth(status)}, up ${toDuration(uptimeSeconds)}`,
    `\nchats: ${chatsTotal}, running: ${chatsProcessing}, repositories: ${reposTotal}, listeners: ${activeSseClients}`,
    status.hooksRunning ? ', hooks running' : '',
  ].join('');
}

function describeCredentials(providers: TokenRefreshHealth['providers']): string {
  return Object.entries(providers)
    .map(([name, { state, lastError }]) => `${name} ${state}${lastError === null ? '' : ` (${lastError})`}`)
    .join(', ');
}

function isInTrouble({ state }: CredentialHealth): boolean {
  return state === 'backingOff' || state === 'rejected';
}
