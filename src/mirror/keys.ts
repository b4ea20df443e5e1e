import { createHash } from 'node:crypto';

/** How many feeds there are: never changed, since it says where the log of a workspace lies. */
export const SHARDS = 16;

export interface WorkspaceKeys {
  /** Hash: epoch, owner, head. */
  holder: string;
  /** Stream of batches. */
  log: string;
  /** Stream of what the batches of many workspaces make public. */
  feed: string;
  /** How many events were ever put into the feed. */
  feedCount: string;
}

/** The tag in braces keeps log and feed of a workspace on one node of a cluster: one script writes both. */
export function keysOf(workspaceId: string): WorkspaceKeys {
  const shard = createHash('sha256').update(workspaceId).digest().readUInt32BE() % SHARDS;
  const tag = `replicas:{${shard}}`;
  return {
    holder: `${tag}:holder:${workspaceId}`,
    log: `${tag}:log:${workspaceId}`,
    feed: feedKey(shard),
    feedCount: `${tag}:feedCount`,
  };
}

export function feedKey(shard: number): string {
  return `replicas:{${shard}}:feed`;
}
