import { decoded } from '../contract/web-url.ts';
import { parsed } from './environment-values.ts';

/** Where a Redis listens, and how to come in. */
export interface RedisAddress {
  nodes: { host: string; port: number }[];
  isCluster: boolean;
  isEncrypted: boolean;
  username?: string;
  password?: string;
  database: number;
}

const PORT = 6379;
const HIGHEST_PORT = 65_535;
const REDIS_URL =
  /^redis(?<encrypted>s)?(?<cluster>-cluster)?:\/\/(?:(?<user>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<database>\d{1,4})?)?$/;
const HOST = /^(?<host>\[[\da-fA-F:.]+\]|[A-Za-z\d._-]+)(?::(?<port>\d{1,5}))?$/;

/** A URL of one Redis, or of some nodes of a cluster. */
export function redisUrl() {
  return parsed(
    parseRedisUrl,
    'must be redis://, rediss:// (with TLS), redis-cluster:// or rediss-cluster://, like redis://user:password@host:6379/0 or redis-cluster://host-1:6379,host-2:6379',
  );
}

/** Null when it is none. */
export function parseRedisUrl(text: string): RedisAddress | null {
  const parts = REDIS_URL.exec(text)?.groups;
  const nodes = (parts?.['hosts'] ?? '').split(',').map(parseNode);
  const isCluster = parts?.['cluster'] !== undefined;
  if (parts === undefined || nodes.includes(null)) return null;
  if (!isCluster && nodes.length > 1) return null;
  if (isCluster && parts['database'] !== undefined) return null; // a cluster has one
  const { user, password } = parts;
  return {
    nodes: nodes.filter((node) => node !== null),
    isCluster,
    isEncrypted: parts['encrypted'] !== undefined,
    ...(user && { username: decoded(user) }),
    ...(password && { password: decoded(password) }),
    database: Number(parts['database'] ?? 0),
  };
}

/** Where it is, for people; never how to come in. */
export function describeRedis({ nodes }: RedisAddress): string {
  return nodes.map(({ host, port }) => `${host}:${port}`).join(', ');
}

function parseNode(text: string): RedisAddress['nodes'][number] | null {
  const { host, port = String(PORT) } = HOST.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) > HIGHEST_PORT) return null;
  return { host: host.replaceAll(/[[\]]/g, ''), port: Number(port) };
}
