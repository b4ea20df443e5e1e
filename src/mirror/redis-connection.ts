import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import type { RedisAddress } from '../environment/redis-url.ts';
import { SharedLogError } from './shared-log.ts';

export type RedisClient = Redis | Cluster;

const LIMIT_MS = 5_000;

/** Nothing is tried again behind our back: whoever asks decides what becomes of a failure. */
const PATIENCE: RedisOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: LIMIT_MS,
  commandTimeout: LIMIT_MS,
  retryStrategy: null,
};

/** A connection to Redis. What fails closes it; the next question opens another. */
export class RedisConnection {
  readonly #address: RedisAddress;
  #connecting: Promise<RedisClient> | null = null;

  constructor(address: RedisAddress) {
    this.#address = address;
  }

  /** @throws {SharedLogError} */
  async ask<Answer>(question: (redis: RedisClient) => Promise<Answer>): Promise<Answer> {
    const connecting = (this.#connecting ??= connectRedis(this.#address));
    try {
      return await question(await connecting);
    } catch (error) {
      if (this.#connecting === connecting) this.close();
      throw toSharedLogError(error);
    }
  }

  close(): void {
    const connecting = this.#connecting;
    this.#connecting = null;
    connecting?.then((redis) => redis.disconnect()).catch(() => undefined); // there is nothing to close
  }
}

/** A connection that is up. @throws {SharedLogError} */
async function connectRedis(address: RedisAddress): Promise<RedisClient> {
  const client = createClient(address);
  let reason: unknown;
  client.on('error', (error: unknown) => (reason = error)); // without a listener ioredis prints it
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.disconnect();
    throw toSharedLogError(reason ?? error);
  }
}

/** What Redis or the network said. Errors of ioredis carry the command, with passwords and lines in it. */
function toSharedLogError(error: unknown): SharedLogError {
  if (error instanceof SharedLogError) return error;
  const { message, lastNodeError } = error as Partial<Error> & { lastNodeError?: Error };
  return new SharedLogError(lastNodeError?.message ?? message ?? 'The shared log does not answer.');
}

function createClient(address: RedisAddress): RedisClient {
  const { nodes, isCluster, isEncrypted, database: db, username, password } = address;
  const options: RedisOptions = {
    ...PATIENCE,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isEncrypted && { tls: {} }),
  };
  const [node] = nodes;
  if (!isCluster) return new Redis({ ...options, ...node, db });
  const clusterOptions: ClusterOptions = {
    lazyConnect: true,
    enableOfflineQueue: false,
    redisOptions: options,
    clusterRetryStrategy: () => null,
    slotsRefreshTimeout: LIMIT_MS,
    ...(isEncrypted && { dnsLookup: (host, done) => done(null, host) }),
  };
  return new Cluster(nodes, clusterOptions);
}
