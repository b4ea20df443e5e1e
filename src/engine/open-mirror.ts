import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { MirrorStatus } from '../contract/status.ts';
import type { EngineEnvironment } from '../environment/engine-env.ts';
import type { ActorRefFrom } from 'xstate';
import type { mirrorMachine } from '../../machines/mirror.machine.ts';
import type { Log } from '../log.ts';
import type { Mirror } from '../mirror/mirror.ts';

/** The mirror that the environment asks for; without one nothing of it is loaded. */
export async function openMirror(
  { REPLICA_LOG_URL: address, WORKSPACE_ID: workspaceId, REPLICA_FEED_EVENTS: feedEvents }: EngineEnvironment,
  report: Log,
): Promise<Mirror | null> {
  if (address === undefined) return null;
  const [{ Mirror: Opened }, { RedisLog }] = await Promise.all([
    import('../mirror/mirror.ts'),
    import('../mirror/redis-log.ts'),
  ]);
  const log = new RedisLog({ address, workspaceId, feedEvents });
  return new Opened({ log, owner: `${hostname()}-${randomBytes(4).toString('hex')}`, report });
}

export function mirrorStatus(
  mirror: Mirror,
  { mirror: actor }: { mirror: () => ActorRefFrom<typeof mirrorMachine> | undefined },
): MirrorStatus {
  const { owner, copiedId, lag } = mirror;
  const snapshot = actor()?.getSnapshot();
  const value = snapshot?.value ?? 'stopped';
  const { epoch = 0, reason = '' } = snapshot?.context ?? {};
  return {
    state: mirror.movedTo !== null ? 'fenced' : typeof value === 'string' ? value : value.copying,
    reason: reason === '' ? null : reason,
    owner,
    epoch,
    copiedId,
    lag,
  };
}
